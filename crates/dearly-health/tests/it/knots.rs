//! The knots of `docs/RULES.md` by hand: tiny accounts, and numbers worked out from the rules on paper.

mod account;
mod adoption;
mod deployment;
mod engagement;
mod experience;
mod roi;
mod scores;

use dearly_domain::Day;
use dearly_health::Engine;
use dearly_health::facts::BookFacts;
use dearly_health::score::{AccountDay, MeasureScore, Reading};
use dearly_workbook::model::{Value, Workbook};

use account::Account;

/// The day that most tables look at.
const TODAY: &str = "2026-06-30";

fn today() -> Day {
    TODAY.parse().expect("a day")
}

/// So many days before today; later days are negative.
fn ago(days: i32) -> Day {
    today().plus_days(-days)
}

/// What a measure is worth, or why it is worth nothing.
#[derive(Clone, Copy, Debug)]
enum Worth {
    Points(f64),
    Missing,
    NotApplicable,
}

use Worth::{Missing, NotApplicable, Points};

impl PartialEq for Worth {
    fn eq(&self, other: &Worth) -> bool {
        match (self, other) {
            (Points(left), Points(right)) => (left - right).abs() < 1e-9,
            (left, right) => std::mem::discriminant(left) == std::mem::discriminant(right),
        }
    }
}

/// The account today; the book keeps success plans since long ago.
fn scored(workbook: &Workbook, account: &Account) -> AccountDay {
    let book = BookFacts { plans_since: Some(ago(2000)) };
    let mut days = Engine::new(workbook).score(&account.facts, &book, &[today()]);
    days.remove(0)
}

/// The first measure of the workbook that `is_it`.
fn measure(workbook: &Workbook, account: &AccountDay, is_it: impl Fn(&Value) -> bool) -> MeasureScore {
    for score in [&account.outcomes, &account.experience] {
        let Some(scorecard) = score.scorecard else {
            continue;
        };
        for (configured, component) in workbook.scorecards[scorecard].components.iter().zip(&score.components)
        {
            for (configured, measure) in configured.measures.iter().zip(&component.measures) {
                if is_it(&configured.value) {
                    return measure.clone();
                }
            }
        }
    }
    panic!("the workbook has no such measure");
}

/// What the measure is worth today.
fn worth(workbook: &Workbook, account: &Account, is_it: impl Fn(&Value) -> bool) -> Worth {
    let measure = measure(workbook, &scored(workbook, account), is_it);
    match measure.reading {
        Reading::Missing(_) => Missing,
        Reading::NotApplicable(_) => NotApplicable,
        Reading::Present { .. } => Points(measure.points.expect("what is present has points")),
    }
}
