//! `dearly effect`.

use std::process::ExitCode;

use dearly_app::effect::{BalanceReport, EffectReport, EffectRequest, effect};

use super::fit::{counted, notes, p_value, refuse_leaks, short};
use crate::arguments::{Arguments, EffectArguments, Format};
use crate::output::{self, Sheet};

pub(crate) fn run(arguments: &Arguments, own: &EffectArguments) -> anyhow::Result<ExitCode> {
    let request = EffectRequest {
        treatment: own.treatment.clone(),
        outcome: own.outcome.clone(),
        confounders: own.confounders.iter().map(|name| name.trim().to_owned()).collect(),
        cluster: own.cluster.clone(),
        level: own.level,
        seed: own.seed,
        signed_off: own.sign_off.clone(),
    };
    let report = effect(&own.panel, &request)?;
    refuse_leaks(&report.alarms, &own.sign_off)?;
    output::write(arguments.format, &report, |raw| effects(&report, raw))?;
    if arguments.format == Format::Table {
        summary(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn effects(report: &EffectReport, raw: bool) -> Sheet {
    let number = |value: f64| if raw { value.to_string() } else { short(value) };
    let mut sheet = if raw {
        Sheet::new(&["effect", "estimate", "standard_error", "low", "high", "p_value"])
    } else {
        Sheet::new(&["effect", "estimate", "standard error", "low", "high", "p value"])
    };
    let rows = [
        ("ate", "of all", report.ate.as_ref()),
        ("att", "of the treated", Some(&report.att)),
        ("ato", "of the overlap", Some(&report.ato)),
    ];
    for (key, words, own) in rows {
        // Not told: a note says why.
        let Some(own) = own else { continue };
        sheet.push(vec![
            if raw { key } else { words }.to_owned(),
            number(own.estimate),
            number(own.standard_error),
            number(own.interval.low),
            number(own.interval.high),
            if raw { own.p_value.to_string() } else { p_value(own.p_value) },
        ]);
    }
    sheet
}

fn summary(report: &EffectReport) {
    let (own, whom) = match &report.ate {
        Some(own) => (own, ""),
        None => (&report.ato, " of those who could well have been either"),
    };
    let (low, high) = (own.interval.low, own.interval.high);
    let finding = if low <= 0.0 && 0.0 <= high {
        format!(
            "{} and {}{whom}: not distinguishable from no effect ({} to {})",
            report.treatment,
            report.outcome,
            short(low),
            short(high)
        )
    } else {
        let more = if low > 0.0 { "more" } else { "less" };
        format!(
            "after adjustment, {} is associated with {more} of {}{whom}",
            report.treatment, report.outcome
        )
    };
    println!(
        "{finding}; AIPW, {} folds, evidence grade {}, in units of {}",
        report.folds, report.grade, report.outcome
    );
    println!("{} rows, {} treated and {} not", report.n, report.n_treated, report.n_untreated);
    counted(report.n_dropped, &report.dropped, &report.clusters);
    if let (Some(with), Some(without)) = (&report.mean_treated, &report.mean_untreated) {
        println!(
            "mean {} if all were treated {}, if none were {}",
            report.outcome,
            short(with.estimate),
            short(without.estimate)
        );
    }
    println!("without adjustment, treated and untreated differ by {}", short(report.naive));
    let overlap = &report.overlap;
    let is_of_all = report.ate.is_some();
    let counts = if is_of_all {
        format!(
            "; the treated count as {:.0}, the others as {:.0}",
            overlap.effective_treated, overlap.effective_untreated
        )
    } else {
        String::new()
    };
    println!(
        "propensities from {} to {}, {} rows held at the bounds{counts}",
        short(overlap.least_propensity),
        short(overlap.most_propensity),
        overlap.n_trimmed,
    );
    let after = |own: &BalanceReport| if is_of_all { own.after } else { own.overlap };
    if let Some(worst) =
        report.balance.iter().max_by(|one, other| after(one).abs().total_cmp(&after(other).abs()))
    {
        println!(
            "balance: at worst {} standard deviations apart after weighting{}, in {} ({} before)",
            short(after(worst)),
            if is_of_all { "" } else { " for the overlap" },
            worst.term,
            short(worst.before)
        );
    }
    if let Some(own) = &report.e_value {
        println!(
            "E-value {:.2}, of the bound {:.2}: something unmeasured that raises both the treatment's chance and the \
             outcome's risk by this factor would explain it away",
            own.estimate, own.bound
        );
    }
    notes(&report.notes);
}
