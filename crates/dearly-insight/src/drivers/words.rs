//! The answer and what it rests on, in words that claim no more than the evidence does.

use super::model::Columns;
use super::report::{DriversReport, PanelCounts, Range};
use crate::panel::{COMPONENTS, Panel};

pub(super) fn one_class(n: usize, n_churned: usize, counts: &PanelCounts) -> String {
    if n == 0 {
        let worst = counts.missing.iter().max_by_key(|own| own.n).filter(|own| own.n > 0);
        let why = worst
            .map_or_else(String::new, |own| format!(": {} is not known for {} of them", own.column, own.n));
        return format!(
            "none of {} decided renewals has every value that a model needs{why}; nothing can be compared",
            counts.n_decided
        );
    }
    let all = if n_churned == 0 { "were renewed" } else { "churned" };
    format!("all {n} renewals {all}: with one outcome only nothing can be compared; take a longer window")
}

pub(super) fn no_component(n: usize, columns: &Columns) -> String {
    let shares = columns
        .left_out
        .iter()
        .map(|(place, share)| format!("{} of {:.0} %", COMPONENTS[*place], 100.0 * share));
    format!(
        "no component is known for enough of {n} renewals (not known: {}; 30 % is the most): bring the facts that they are \
         made of, licences, people, telemetry with users, success plans",
        shares.collect::<Vec<_>>().join(", ")
    )
}

pub(super) fn assumptions(panel: &Panel, counts: &PanelCounts, columns: &Columns) -> Vec<String> {
    let lead = panel.window.lead_days;
    let mut assumptions = vec![
        format!("Scores are as of {lead} days before the due day, from facts that were known by then, under one workbook version."),
        format!("A renewal is churned if nothing follows within {} days after it was due.", panel.grace_days),
        "Associations, not effects: whoever works on an account chose it for a reason, and no account was drawn by lot.".to_owned(),
        "Renewals of one account depend on each other in any way; accounts do not depend on each other.".to_owned(),
        "The log-odds of renewal change evenly with each score.".to_owned(),
    ];
    if counts.n_open > 0 {
        assumptions.push(format!(
            "{} renewals due in the window are open at the end of {} and left out. A renewal can be decided at once, a churn \
             only after the grace: the {} days before lean towards renewal.",
            counts.n_open,
            panel.window.last(),
            panel.grace_days
        ));
    }
    for (place, share) in &columns.left_out {
        assumptions.push(format!(
            "{} is not known for {:.0} % of the renewals, above 30 %, and has no coefficient.",
            COMPONENTS[*place],
            100.0 * share
        ));
    }
    if let Some(base) = &columns.base_segment {
        assumptions.push(format!("Segments are compared with {base}, the most frequent one."));
    }
    assumptions
}

pub(super) fn sentences(report: &DriversReport) -> Vec<String> {
    let Some(model) = report.model.as_ref().filter(|_| report.gate.level >= 1) else { return Vec::new() };
    let counts = &report.counts;
    let mut sentences: Vec<String> = model
        .terms
        .iter()
        .map(|term| {
            let name = capitalised(&term.term);
            let odds = format!("odds ratio {} for 10 points", of(term.odds_ratio, 2));
            match (term.direction.as_str(), term.marginal_change) {
                (none, _) if none.starts_with("not") => format!("{name} is {none} with renewal: {odds}."),
                (direction, Some(change)) => format!(
                    "{name} is associated with {direction}: 10 points more go with {} percentage points of renewal \
                     probability ({odds}).",
                    signed(change)
                ),
                (direction, None) => format!("{name} is associated with {direction}: {odds}."),
            }
        })
        .collect();
    if let Some(collinear) = &model.collinear {
        sentences.push(capitalised(collinear) + ".");
    }
    sentences.push(format!(
        "From {} renewals of {} accounts due from {} until before {}, {} of them churned; scores {} days before.",
        counts.n_used, counts.n_accounts, report.from, report.to, counts.n_churned, report.lead_days
    ));
    sentences
}

fn of(range: Range, digits: usize) -> String {
    format!("{:.digits$} (95 % interval {:.digits$} to {:.digits$})", range.estimate, range.low, range.high)
}

fn signed(range: Range) -> String {
    let points = |value: f64| 100.0 * value;
    format!("{:+.1} ({:+.1} to {:+.1})", points(range.estimate), points(range.low), points(range.high))
}

fn capitalised(text: &str) -> String {
    let name = if text == "roi" { "ROI" } else { text };
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
