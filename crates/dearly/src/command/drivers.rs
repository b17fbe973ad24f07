//! `dearly drivers`.

use std::process::ExitCode;

use dearly_app::drivers::DriversRequest;
use dearly_app::view::{
    AnalysisRun, Dominance, DriverTerm, DriversReport, DriversRun, Range, Rate, RenewalRow,
};

use crate::arguments::{Arguments, DriversArguments, Format};
use crate::output::{self, Sheet};
use crate::progress;

pub(crate) async fn run(arguments: &Arguments, own: &DriversArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    if own.runs {
        let runs = app.analyses().await?;
        output::write(arguments.format, &runs, |_| runs_sheet(&runs))?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(id) = &own.run {
        if own.rows {
            return show_rows(arguments, &app.analysis_rows(id).await?);
        }
        return show(arguments, &app.analysis(id).await?);
    }
    let request = DriversRequest {
        from: own.from,
        to: own.to,
        lead_days: own.lead.map(|lead| lead.0),
        workbook: own.workbook,
        signed_off: own.sign_off.clone(),
    };
    let bar = progress::counter(arguments, "looking at accounts before their renewals");
    let count = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    if own.rows {
        let rows = app.driver_rows(request, &count).await?;
        bar.finish_and_clear();
        return show_rows(arguments, &rows);
    }
    let run = app.drivers(request, &count).await?;
    bar.finish_and_clear();
    show(arguments, &run)
}

fn show_rows(arguments: &Arguments, rows: &[RenewalRow]) -> anyhow::Result<ExitCode> {
    output::write(arguments.format, &rows, |_| rows_sheet(rows))?;
    Ok(ExitCode::SUCCESS)
}

fn show(arguments: &Arguments, run: &DriversRun) -> anyhow::Result<ExitCode> {
    let report = &run.report;
    match arguments.format {
        Format::Table => {
            say(run);
            if report.model.is_some() {
                println!();
                terms_sheet(report, false).table()?;
            }
        }
        format => output::write(format, run, |raw| terms_sheet(report, raw))?,
    }
    // Refused is no failure of the program, but no answer either.
    Ok(if report.refused.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Everything beside the coefficients, in words.
fn say(run: &DriversRun) {
    let report: &DriversReport = &run.report;
    let counts = &report.counts;
    println!(
        "Renewals due from {} until before {}, scores {} days before, workbook version {}",
        report.from, report.to, report.lead_days, run.workbook_version
    );
    println!(
        "{} due: {} open, {} signed early, {} under notice, {} no customer then, {} without a needed score; {} used, of {} \
         accounts: {} renewed, {} churned",
        counts.n_due,
        counts.n_open,
        counts.n_early_signed,
        counts.n_early_notice,
        counts.n_not_customer,
        counts.n_unknown,
        counts.n_used,
        counts.n_accounts,
        counts.n_renewed,
        counts.n_churned
    );
    for missing in counts.missing.iter().filter(|own| own.n > 0) {
        println!("  {} is not known for {}", missing.column, missing.n);
    }
    println!("\nBy colour on the as-of day");
    let mut sheet =
        Sheet::new(&["colour", "renewals", "renewed", "expanded", "gross renewal", "net renewal"]);
    for own in &report.by_colour {
        sheet.push(vec![
            own.colour.clone(),
            own.renewed.n.to_string(),
            rate(&own.renewed),
            rate(&own.expanded),
            own.gross_renewal_rate.map_or_else(String::new, percent),
            own.net_renewal_rate.map_or_else(String::new, percent),
        ]);
    }
    let _ = sheet.table();
    println!("\nEvidence: level {} ({})", report.gate.level, report.gate.name);
    for failing in &report.gate.failing {
        println!("  for the next level: {failing}");
    }
    if let Some(refused) = &report.refused {
        println!("\nNothing is claimed: {refused}");
    }
    for check in &report.checks {
        let sign = match check.passed {
            Some(true) => "passed",
            Some(false) if !check.bars => "warns",
            Some(false) => "FAILED",
            None => "not run",
        };
        println!("  {} {sign}: {}", check.name, check.words);
    }
    if let Some(own) = &report.validation {
        println!(
            "Held out: {} renewals, {} churned; AUC {}; Brier {:.4} against {:.4} of the base rate; observed over expected \
             churns {}, in the large {}, slope {}",
            own.n,
            own.n_churned,
            range(own.auc, 3),
            own.brier,
            own.base_rate_brier,
            range(own.observed_over_expected, 2),
            range(own.in_the_large, 2),
            range(own.slope, 2)
        );
    }
    if !report.sentences.is_empty() {
        println!();
    }
    for sentence in &report.sentences {
        println!("{sentence}");
    }
    println!("\nAssumptions");
    for assumption in &report.assumptions {
        println!("- {assumption}");
    }
    println!("Kept as {}", run.id);
}

/// The components of the model, with their shares of what they explain together; empty where there is no model.
fn terms_sheet(report: &DriversReport, raw: bool) -> Sheet {
    let terms: &[DriverTerm] = report.model.as_ref().map_or(&[], |model| &model.terms);
    let shares: &[Dominance] = report.model.as_ref().map_or(&[], |model| &model.dominance);
    let digits = |value: f64| if raw { value.to_string() } else { format!("{value:.4}") };
    let p_value = |p: f64| if raw || p >= 0.0001 { digits(p) } else { "<0.0001".to_owned() };
    let mut sheet = Sheet::new(&[
        "component",
        "odds_ratio",
        "low",
        "high",
        "change_of_probability",
        "change_low",
        "change_high",
        "p_value",
        "p_holm",
        "share",
        "share_low",
        "share_high",
        "direction",
    ]);
    for term in terms {
        let own = shares.iter().find(|own| own.component == term.term);
        let share = |part: fn(Range) -> f64| output::optional(own.map(|own| part(own.share)).map(digits));
        let change = |part: fn(Range) -> f64| output::optional(term.marginal_change.map(part).map(digits));
        sheet.push(vec![
            term.term.clone(),
            digits(term.odds_ratio.estimate),
            digits(term.odds_ratio.low),
            digits(term.odds_ratio.high),
            change(|range| range.estimate),
            change(|range| range.low),
            change(|range| range.high),
            p_value(term.p_value),
            output::optional(term.p_holm.map(p_value)),
            share(|range| range.estimate),
            share(|range| range.low),
            share(|range| range.high),
            term.direction.clone(),
        ]);
    }
    sheet
}

fn rows_sheet(rows: &[RenewalRow]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "account",
        "name",
        "product",
        "due_on",
        "decided_on",
        "outcome",
        "due_arr_cents",
        "successor_arr_cents",
        "as_of",
        "left_out",
        "colour",
        "score",
        "experience",
        "deployment",
        "engagement",
        "adoption",
        "roi",
        "arr_cents",
        "segment",
        "tenure_days",
        "known_on",
        "is_used",
        "held_out_probability",
        "at_leads",
    ]);
    for row in rows {
        let score = |score: Option<f64>| output::optional(score);
        sheet.push(vec![
            row.account.clone(),
            row.name.clone(),
            row.product.clone(),
            row.due_on.to_string(),
            output::optional(row.decided_on),
            row.outcome.clone(),
            row.due_arr_cents.to_string(),
            row.successor_arr_cents.to_string(),
            row.as_of.to_string(),
            row.left_out.clone().unwrap_or_default(),
            output::colour(row.colour).to_owned(),
            score(row.score),
            score(row.experience),
            score(row.deployment),
            score(row.engagement),
            score(row.adoption),
            score(row.roi),
            row.arr_cents.to_string(),
            row.segment.clone().unwrap_or_default(),
            output::optional(row.tenure_days),
            output::optional(row.known_on),
            row.is_used.to_string(),
            score(row.held_out_probability),
            row.at_leads.iter().map(i32::to_string).collect::<Vec<_>>().join(" "),
        ]);
    }
    sheet
}

fn runs_sheet(runs: &[AnalysisRun]) -> Sheet {
    let mut sheet = Sheet::new(&["id", "made_at", "revision", "workbook_version", "code_version", "request"]);
    for run in runs {
        sheet.push(vec![
            run.id.clone(),
            run.made_at.to_string(),
            run.revision.to_string(),
            run.workbook_version.to_string(),
            run.code_version.clone(),
            run.request.to_string(),
        ]);
    }
    sheet
}

fn rate(rate: &Rate) -> String {
    rate.rate.map_or_else(|| "none".to_owned(), |own| format!("{} = {}", rate.count, percent(own)))
}

fn percent(range: Range) -> String {
    let of = |value: f64| 100.0 * value;
    format!("{:.1} % ({:.1} to {:.1})", of(range.estimate), of(range.low), of(range.high))
}

fn range(range: Range, digits: usize) -> String {
    format!("{:.digits$} ({:.digits$} to {:.digits$})", range.estimate, range.low, range.high)
}
