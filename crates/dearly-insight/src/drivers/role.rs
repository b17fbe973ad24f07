//! What each row was to the report, so that every number can be followed to its rows.

use super::model::Columns;
use super::report::DriversReport;
use super::{checks, is_candidate};
use crate::panel::{Panel, PanelRow};

/// What a row of the panel was to the report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Role {
    /// Whether the model has it; of an earlier decision, whether models of the rolling origin could train on it.
    pub is_used: bool,
    /// The probability of its renewal by a model that was frozen before its period; from level 2 on.
    pub held_out_probability: Option<f64>,
    /// The days of lead, of [`DriversReport::leads`], at which it is among the rows.
    pub at_leads: Vec<i32>,
}

/// Of the panel's rows, and of its history; `predicted` has a value for each row that is used, or none at all.
pub(super) fn roles(
    panel: &Panel,
    columns: &Columns,
    report: &DriversReport,
    predicted: &[Option<f64>],
) -> (Vec<Role>, Vec<Role>) {
    let is_used = |row: &PanelRow| is_candidate(row) && columns.has_all(row);
    let mut predicted = predicted.iter().copied();
    let rows = panel.rows.iter().map(|row| {
        let is_used = is_used(row);
        let is_at = |(place, lead_days): (usize, &i32)| {
            let is_among =
                is_candidate(row) && checks::is_at_lead(row, place, *lead_days, &columns.components);
            is_among.then_some(*lead_days)
        };
        let leads = panel.leads.iter().enumerate().filter(|_| !report.leads.is_empty());
        Role {
            is_used,
            held_out_probability: if is_used { predicted.next().flatten() } else { None },
            at_leads: leads.filter_map(is_at).collect(),
        }
    });
    let history = panel.history.iter().map(|row| Role { is_used: is_used(row), ..Role::default() });
    (rows.collect(), history.collect())
}
