//! Completions of a workflow: its steps in order, by one user, within its time.

use dearly_domain::Calendar;
use dearly_domain::usage::Usage;
use dearly_workbook::model::Workflow;

use super::seen::epochs;
use super::wanted::Epoch;

/// A step taken. Steps of one instant count in the workflow's order: sources that know only the day give no other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Taken {
    user: u32,
    at: i64,
    /// The first step that the event is.
    step: usize,
    event: u32,
    /// The day of the link, where that is later than the event.
    from: i32,
}

/// Calls `visit` with the day of each completion and the days as of which it is known.
pub(super) fn each_completion(
    usage: &Usage,
    calendar: &Calendar,
    workflow: &Workflow,
    mut visit: impl FnMut(i32, Epoch),
) {
    let number = |step: &String| usage.events.iter().position(|event| event == step).map(|at| at as u32);
    // A step that never happened here is never completed.
    let Some(steps) = workflow.steps.iter().map(number).collect::<Option<Vec<u32>>>() else { return };
    let mut taken = taken(usage, calendar, &steps);
    taken.sort_unstable();
    let within = i64::from(workflow.within_days) * 86_400_000_000;
    for own in taken.chunk_by(|a, b| a.user == b.user) {
        for epoch in epochs(own.iter().map(|taken| taken.from)) {
            let known = own.iter().filter(|taken| taken.from <= epoch.from);
            completions(known, &steps, within, |at| {
                visit(calendar.day_of(dearly_domain::Instant::from_micros(at)).days(), epoch);
            });
        }
    }
}

fn taken(usage: &Usage, calendar: &Calendar, steps: &[u32]) -> Vec<Taken> {
    let mut step_of = vec![None; usage.events.len()];
    for (step, event) in steps.iter().enumerate().rev() {
        step_of[*event as usize] = Some(step);
    }
    let rows = usage.rows.iter().filter_map(|row| {
        let step = step_of[row.event as usize]?;
        let day = |at| calendar.day_of(at).days();
        let from = row.linked_at.map(day).filter(|from| *from > day(row.at)).unwrap_or(i32::MIN);
        Some(Taken { user: row.user?, at: row.at.micros(), step, event: row.event, from })
    });
    rows.collect()
}

/// Calls `completed` with the instant of each completion among the steps of one user, in order.
///
/// For each step the latest start of a chain that has reached it is kept, so that a completion is found whenever one
/// ends here within the workflow's time; it uses up the chains.
fn completions<'t>(
    taken: impl Iterator<Item = &'t Taken>,
    steps: &[u32],
    within: i64,
    mut completed: impl FnMut(i64),
) {
    let mut chain: Vec<Option<i64>> = vec![None; steps.len()];
    for Taken { at, event, .. } in taken {
        for step in (0..steps.len()).rev().filter(|step| steps[*step] == *event) {
            let start = match step {
                0 => Some(*at),
                _ => chain[step - 1].filter(|start| at - start <= within),
            };
            let Some(start) = start else { continue };
            chain[step] = Some(chain[step].map_or(start, |other| other.max(start)));
            if step + 1 == steps.len() {
                completed(*at);
                chain.fill(None);
                break;
            }
        }
    }
}
