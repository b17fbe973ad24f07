//! Which of deployment, engagement, adoption and ROI goes with renewal, by how much and how surely; or why that cannot be
//! said.
//!
//! A panel in ([`crate::panel`]), a report out, and what each row of the panel was to it. The verb never exceeds the
//! evidence: without randomisation it is "associated with". What the gate does not allow is not in the report at all, so that
//! no page can show it by mistake.

mod checks;
mod colours;
mod model;
mod report;
mod role;
mod validation;
mod words;

use dearly_health::score::Colour;

use crate::alarm::WHOLE_MODEL;
use crate::panel::{COMPONENTS, Early, Panel, PanelRow};
use crate::{Error, Result};

pub use report::{
    Bin, Check, ColourRow, Dominance, DriverTerm, DriversReport, Fold, Gate, GateLine, JointTest, Lead,
    MissingColumn, Model, PanelCounts, Range, Rate, RollingValidation,
};
pub use role::Role;

/// Seed of everything that is drawn: the same panel gives the same report.
const SEED: u64 = 20_240_229;

/// Confidence level of every interval.
const LEVEL: f64 = 0.95;

/// A component of which more rows than this share have no score has no coefficient (`docs/METHOD.md` 10).
const MOST_MISSING: f64 = 0.30;

/// The report, and what each row of the panel was to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Drivers {
    /// What came out.
    pub report: DriversReport,
    /// For each of [`Panel::rows`].
    pub rows: Vec<Role>,
    /// For each of [`Panel::history`].
    pub history: Vec<Role>,
}

/// The report of a panel, and the rows behind each of its numbers. What is signed off, columns of the model or `model` for
/// all of it, bars nothing for being too good to be true.
///
/// # Errors
/// None for data that are too few: then the report says so in `refused`, and counts and colours still stand in it.
pub fn drivers(panel: &Panel, signed_off: &[String]) -> Result<Drivers> {
    let candidates: Vec<&PanelRow> = panel.rows.iter().filter(|row| is_candidate(row)).collect();
    let columns = model::Columns::choose(&candidates);
    let used: Vec<&PanelRow> = candidates.iter().copied().filter(|row| columns.has_all(row)).collect();
    let (report, predicted) = report(panel, &candidates, &used, &columns, signed_off)?;
    let (rows, history) = role::roles(panel, &columns, &report, &predicted);
    Ok(Drivers { report, rows, history })
}

/// Refuses to sign off what can be no column of the model.
///
/// # Errors
/// With the columns that there may be.
pub fn check_signed_off(signed_off: &[String]) -> Result<()> {
    let is_column = |name: &str| {
        COMPONENTS.contains(&name)
            || [WHOLE_MODEL, "log(arr)", "tenure_years"].contains(&name)
            || (name.starts_with("segment[") && name.ends_with(']'))
    };
    match signed_off.iter().find(|name| !is_column(name)) {
        None => Ok(()),
        Some(name) => Err(Error::Invalid(format!(
            "{name} is signed off and no column of the model; expected {WHOLE_MODEL}, {}, log(arr), tenure_years or segment[NAME]",
            COMPONENTS.join(", ")
        ))),
    }
}

/// The report, and the held-out probability of each row that is used, as far as it may be shown.
fn report(
    panel: &Panel,
    candidates: &[&PanelRow],
    used: &[&PanelRow],
    columns: &model::Columns,
    signed_off: &[String],
) -> Result<(DriversReport, Vec<Option<f64>>)> {
    let mut report = DriversReport {
        from: panel.window.from,
        to: panel.window.to,
        lead_days: panel.window.lead_days,
        decided_by: panel.window.last(),
        level: LEVEL,
        counts: counts(panel, candidates, used),
        by_colour: colours::by_colour(candidates)?,
        gate: Gate::default(),
        refused: None,
        model: None,
        validation: None,
        checks: vec![checks::replay(panel)],
        leads: Vec::new(),
        sentences: Vec::new(),
        assumptions: Vec::new(),
    };
    report.assumptions = words::assumptions(panel, &report.counts, columns);
    if columns.components.is_empty() {
        report.refused = Some(words::no_component(candidates.len(), columns));
        report.gate = validation::gate(used, 0, None, &report.checks)?;
        // Churns there may be enough of; none is used, for want of a component.
        let Gate { lines, failing, .. } = &mut report.gate;
        failing.retain(|words| !lines.iter().any(|line| line.name == "churns" && line.words == *words));
        report.gate.failing.insert(0, "no component is known for enough of the renewals".to_owned());
        return Ok((report, Vec::new()));
    }
    let n_churned = used.iter().filter(|row| !row.decision.is_renewed()).count();
    if n_churned == 0 || n_churned == used.len() {
        report.refused = Some(words::one_class(used.len(), n_churned, &report.counts));
        report.gate = validation::gate(used, 0, None, &report.checks)?;
        return Ok((report, Vec::new()));
    }
    report.checks.push(checks::single_feature(used, columns, signed_off));
    let fit = match model::fit(used, columns) {
        Ok(fit) => fit,
        Err(reason) => {
            report.refused = Some(reason.to_string());
            report.gate = validation::gate(used, 0, None, &report.checks)?;
            return Ok((report, Vec::new()));
        }
    };
    report.leads = checks::leads(panel, candidates, &columns.components);
    report.checks.push(checks::shuffled(used, columns, &fit));
    report.checks.push(checks::lead_decay(&report.leads, panel.window.lead_days));
    let held_out = validation::rolling(panel, used, columns)?;
    let known = held_out.as_ref().map(|own| &own.known);
    report.gate = validation::gate(used, fit.n_parameters(), known, &report.checks)?;
    if report.gate.level >= 1 {
        report.model = Some(model::report(used, columns, &fit, report.gate.level)?);
    }
    let mut predicted = Vec::new();
    if let Some(own) = held_out {
        let is_predictive = report.gate.level >= 2;
        // How far the model is from the next level is no probability, and may be seen.
        let bins = if is_predictive { own.validation.bins } else { Vec::new() };
        report.validation = Some(RollingValidation { bins, ..own.validation });
        if is_predictive {
            predicted = own.probabilities;
        }
    }
    report.sentences = words::sentences(&report);
    Ok((report, predicted))
}

/// Whether the decision was open on its as-of day, of an account that was a customer.
fn is_candidate(row: &PanelRow) -> bool {
    row.seen.early.is_none() && row.seen.is_customer
}

fn counts(panel: &Panel, candidates: &[&PanelRow], used: &[&PanelRow]) -> PanelCounts {
    let early = |which| panel.rows.iter().filter(|row| row.seen.early == Some(which)).count();
    let n_early_signed = early(Early::Signed);
    let n_early_notice = early(Early::Notice);
    let missing = |name: &str, is_missing: &dyn Fn(&PanelRow) -> bool| MissingColumn {
        column: name.to_owned(),
        n: candidates.iter().filter(|row| is_missing(row)).count(),
    };
    let mut columns: Vec<MissingColumn> = COMPONENTS
        .iter()
        .enumerate()
        .map(|(place, name)| missing(name, &|row| row.seen.components[place].is_none()))
        .collect();
    columns.push(missing("arr", &|row| row.seen.arr_cents <= 0));
    columns.push(missing("tenure", &|row| row.seen.tenure_days.is_none()));
    let n_renewed = used.iter().filter(|row| row.decision.is_renewed()).count();
    let accounts: std::collections::BTreeSet<_> = used.iter().map(|row| &row.decision.account).collect();
    PanelCounts {
        n_due: panel.rows.len() + panel.open.len(),
        n_open: panel.open.len(),
        n_decided: panel.rows.len(),
        n_early_signed,
        n_early_notice,
        n_not_customer: panel.rows.len() - n_early_signed - n_early_notice - candidates.len(),
        n_unknown: candidates.len() - used.len(),
        n_used: used.len(),
        n_renewed,
        n_churned: used.len() - n_renewed,
        n_accounts: accounts.len(),
        n_history: panel.history.len(),
        missing: columns,
    }
}

/// The colours in the order in which they are shown.
const COLOURS: [Colour; 4] = [Colour::Green, Colour::Yellow, Colour::Red, Colour::Unknown];
