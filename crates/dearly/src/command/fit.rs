//! `dearly fit`.

use std::process::ExitCode;

use dearly_app::fit::{FitFamily, FitMethod, FitReport, FitRequest, fit};
use dearly_insight::alarm::{WHOLE_MODEL, barring};
use dearly_insight::report::{Alarm, ClusterColumn, Dropped};

use crate::arguments::{Arguments, FamilyArgument, FitArguments, Format, MethodArgument};
use crate::output::{self, Sheet};

pub(crate) fn run(arguments: &Arguments, own: &FitArguments) -> anyhow::Result<ExitCode> {
    let request = FitRequest {
        formula: own.formula.clone(),
        family: match own.family {
            FamilyArgument::Binomial => FitFamily::Binomial,
            FamilyArgument::Cloglog => FitFamily::Cloglog,
            FamilyArgument::Gaussian => FitFamily::Gaussian,
            FamilyArgument::Fractional => FitFamily::Fractional,
            FamilyArgument::Gamma => FitFamily::Gamma,
            FamilyArgument::Poisson => FitFamily::Poisson,
            FamilyArgument::Cox => FitFamily::Cox,
        },
        clusters: own.cluster.clone(),
        method: match own.method {
            MethodArgument::Auto => FitMethod::Auto,
            MethodArgument::Ml => FitMethod::MaximumLikelihood,
            MethodArgument::Firth => FitMethod::Firth,
        },
        duration: own.duration.clone(),
        event: own.event.clone(),
        entry: own.entry.clone(),
        level: own.level,
        seed: own.seed,
        signed_off: own.sign_off.clone(),
    };
    let report = fit(&own.panel, &request)?;
    refuse_leaks(&report.alarms, &own.sign_off)?;
    output::write(arguments.format, &report, |raw| terms(&report, raw))?;
    if arguments.format == Format::Table {
        summary(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// Alarms go to stderr, whatever the format, before anything else; one that nobody has signed off ends it.
pub(super) fn refuse_leaks(alarms: &[Alarm], signed_off: &[String]) -> anyhow::Result<()> {
    for alarm in alarms {
        eprintln!("ALARM: {}", alarm.message);
    }
    match barring(alarms, signed_off) {
        None => Ok(()),
        Some(WHOLE_MODEL) => anyhow::bail!(
            "some column leaks, and nothing is printed: leave out what was recorded after the decision or made of it; or, once \
             somebody has seen that all was known before, say --sign-off {WHOLE_MODEL}"
        ),
        Some(column) => anyhow::bail!(
            "{column} leaks, and nothing is printed that was made with it: leave it out; or, once somebody has seen that its \
             values were known before the decision, say --sign-off {column}"
        ),
    }
}

fn terms(report: &FitReport, raw: bool) -> Sheet {
    let ratio = match report.family {
        "binomial" | "fractional" => "odds_ratio",
        "cloglog" | "cox" => "hazard_ratio",
        "gamma" | "poisson" => "mean_ratio",
        _ => "",
    };
    let mut header: Vec<String> =
        ["term", "estimate", "standard_error", "low", "high"].map(str::to_owned).to_vec();
    if !ratio.is_empty() {
        header.extend([ratio.to_owned(), format!("{ratio}_low"), format!("{ratio}_high")]);
    }
    header.extend(["p_value", "vif", "interval"].map(str::to_owned));
    if !raw {
        header.iter_mut().for_each(|name| *name = name.replace('_', " "));
    }
    let number = |value: f64| if raw { value.to_string() } else { short(value) };
    let mut sheet = Sheet::named(header);
    for term in &report.terms {
        let mut row = vec![
            term.term.clone(),
            number(term.estimate),
            number(term.standard_error),
            number(term.interval.low),
            number(term.interval.high),
        ];
        let shown = [
            (term.odds_ratio, &term.odds_ratio_interval),
            (term.hazard_ratio, &term.hazard_ratio_interval),
            (term.mean_ratio, &term.mean_ratio_interval),
        ];
        for (value, bounds) in shown {
            if let (Some(value), Some(bounds)) = (value, bounds) {
                row.extend([number(value), number(bounds.low), number(bounds.high)]);
            }
        }
        let vif = report.vif.0.iter().find(|(name, _)| *name == term.term).map(|(_, vif)| *vif);
        row.push(if raw { term.p_value.to_string() } else { p_value(term.p_value) });
        row.push(vif.map(number).unwrap_or_default());
        row.push(term.interval.kind.to_owned());
        sheet.push(row);
    }
    sheet
}

/// What stands beside the table of terms.
fn summary(report: &FitReport) {
    let FitReport { n, family, level, .. } = report;
    let events = report.n_events.map_or_else(String::new, |events| match report.n_rarer {
        Some(rarer) => format!(", {events} of them with outcome 1, {rarer} of the rarer outcome"),
        None => format!(", {events} events"),
    });
    println!("{n} rows{events}; family {family}, intervals of {} %", level * 100.0);
    counted(report.n_dropped, &report.dropped, &report.clusters);
    let method = if report.method == "firth" { "Firth's method" } else { "maximum likelihood" };
    println!("method: {method}; {}", report.method_reason);
    if report.separation.kind != "none" {
        println!(
            "separation: {} by {}",
            report.separation.kind.replace('_', "-"),
            report.separation.terms.join(", ")
        );
    }
    let mut fit = format!("log-likelihood {:.4}", report.log_likelihood);
    if let Some(test) = &report.likelihood_ratio {
        fit += &format!(
            "; likelihood ratio {:.2} (degrees {}), p {}",
            test.statistic,
            test.degrees,
            p_value(test.p_value)
        );
    }
    if let Some(test) = &report.wald {
        let below = test.denominator_degrees.map_or_else(String::new, |below| format!(" and {below}"));
        fit += &format!(
            "; Wald {:.2} (degrees {}{below}), p {}",
            test.statistic,
            test.degrees,
            p_value(test.p_value)
        );
    }
    println!("{fit}");
    if let Some(own) = report.condition_number {
        println!("condition number {own:.1}");
    }
    if let Some(joint) = &report.joint {
        println!(
            "{} together: sum of effects {} ({} to {}), joint p {}",
            joint.terms.join(", "),
            short(joint.sum.estimate),
            short(joint.sum.low),
            short(joint.sum.high),
            p_value(joint.test.p_value)
        );
    }
    if let Some(own) = report.concordance {
        println!("concordance {own:.3}");
    }
    if let Some(own) = &report.apparent {
        println!(
            "on the rows it was fitted on: AUC {:.4} ({:.4} to {:.4}), Brier {:.4}",
            own.auc.estimate, own.auc.low, own.auc.high, own.brier
        );
    }
    if let Some(own) = &report.out_of_fold {
        let known = |value: Option<f64>, places: usize| {
            value.map_or_else(|| "unknown".to_owned(), |value| format!("{value:.places$}"))
        };
        println!(
            "on rows it has not seen ({} folds): AUC {:.4} ({:.4} to {:.4}), Brier {:.4}; calibration in the large {}, slope {}, \
             ECE {}, ICI {}; top-decile lift {:.2}",
            own.folds,
            own.auc.estimate,
            own.auc.low,
            own.auc.high,
            own.brier,
            known(own.calibration.in_the_large, 3),
            known(own.calibration.slope, 3),
            known(own.calibration.ece, 4),
            known(own.calibration.ici, 4),
            own.top_decile_lift
        );
    }
    notes(&report.notes);
}

/// Rows left out, and clusters.
pub(super) fn counted(n_dropped: usize, dropped: &[Dropped], clusters: &[ClusterColumn]) {
    if n_dropped > 0 {
        let by: Vec<String> = dropped.iter().map(|own| format!("{} in {}", own.column, own.n)).collect();
        println!("{n_dropped} rows left out for a missing value: {}", by.join(", "));
    }
    for own in clusters {
        println!("{} clusters by {}, the largest of {} rows", own.n_clusters, own.column, own.largest);
    }
}

pub(super) fn notes(notes: &[String]) {
    for note in notes {
        println!("note: {note}");
    }
}

/// Four digits that say something.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let size = value.abs();
    if !(1e-4..1e6).contains(&size) {
        return format!("{value:.3e}");
    }
    let places = (3 - size.log10().floor() as i32).clamp(0, 7) as usize;
    format!("{value:.places$}")
}

pub(super) fn p_value(p: f64) -> String {
    if p < 1e-4 { "< 0.0001".to_owned() } else { format!("{p:.4}") }
}
