//! R1 to R3.

use dearly_health::Engine;
use dearly_health::facts::BookFacts;
use dearly_health::score::Reading;
use dearly_workbook::model::{Value, Workbook};

use super::account::Account;
use super::{NotApplicable, Points, Worth, ago, measure, today, worth};

fn outcomes(account: &Account) -> Worth {
    worth(&Workbook::default(), account, |value| matches!(value, Value::VerifiedOutcomes { .. }))
}

fn on_track(account: &Account) -> Worth {
    worth(&Workbook::default(), account, |value| matches!(value, Value::PlanOnTrack { .. }))
}

fn accepted(account: &Account) -> Worth {
    worth(&Workbook::default(), account, |value| matches!(value, Value::PlanAccepted { .. }))
}

fn planned(age: i32) -> Account {
    Account::since(ago(age)).plan("p", ago(age), None)
}

#[test]
fn r1_wants_a_verified_outcome() {
    for (age, completed, verified, expected) in [
        (800, Some(500), Some(364), 100.0),
        (800, Some(500), Some(0), 100.0),
        // Verified longer ago is no longer news, and is not waiting for verification either.
        (800, Some(500), Some(365), 0.0),
        (800, Some(5), None, 60.0),
        (800, Some(500), None, 60.0),
        (800, Some(5), Some(-1), 60.0),
        (800, Some(-1), None, 0.0),
        (800, None, None, 0.0),
        (364, None, None, 60.0),
        (365, None, None, 0.0),
        (10, None, Some(3), 100.0),
    ] {
        let account = planned(age).objective("p", None, completed.map(ago), verified.map(ago));
        assert_eq!(outcomes(&account), Points(expected), "{age} {completed:?} {verified:?}");
    }
    // No plan: too early to ask for 90 days, then as any other account without outcomes.
    assert_eq!(outcomes(&Account::since(ago(89))), NotApplicable);
    assert_eq!(outcomes(&Account::since(ago(90))), Points(60.0));
    assert_eq!(outcomes(&Account::since(ago(365))), Points(0.0));
    // A plan made tomorrow is none, and neither are its objectives.
    let tomorrow =
        Account::since(ago(400)).plan("p", ago(-1), None).objective("p", None, Some(ago(5)), Some(ago(4)));
    assert_eq!(outcomes(&tomorrow), Points(0.0));
}

#[test]
fn r2_is_the_share_of_due_objectives_completed_in_time() {
    for (due, on_time, expected) in [
        (4, 0, 0.0),
        (4, 1, 25.0),
        (4, 2, 50.0),
        (5, 3, 50.0 + 25.0 / 3.0),
        (5, 4, 75.0),
        (10, 9, 87.5),
        (5, 5, 100.0),
    ] {
        let account = (0..due).fold(planned(400), |account, index| {
            // On the due day is in time, a day later is late.
            let completed = if index < on_time { ago(10) } else { ago(9) };
            account.objective("p", Some(ago(10)), Some(completed), None)
        });
        // Not due yet, or without a due day: does not count either way.
        let account = account.objective("p", Some(ago(-1)), Some(ago(3)), None).objective(
            "p",
            None,
            Some(ago(3)),
            None,
        );
        assert_eq!(on_track(&account), Points(expected), "{on_time} of {due}");
    }
    assert_eq!(on_track(&planned(400).objective("p", Some(ago(0)), None, None)), Points(0.0));
    assert_eq!(on_track(&planned(400).objective("p", Some(ago(-1)), None, None)), NotApplicable);
    assert_eq!(on_track(&Account::since(ago(89))), NotApplicable);
    assert_eq!(on_track(&Account::since(ago(90))), Points(0.0));
}

#[test]
fn r3_wants_an_accepted_plan() {
    let plan = |accepted_on: Option<i32>| Account::since(ago(900)).plan("p", ago(800), accepted_on.map(ago));
    assert_eq!(accepted(&plan(Some(0))), Points(100.0));
    assert_eq!(accepted(&plan(Some(364))), Points(100.0));
    assert_eq!(accepted(&plan(Some(365))), Points(60.0));
    assert_eq!(accepted(&plan(None)), Points(0.0));
    assert_eq!(accepted(&plan(Some(-1))), Points(0.0));
    assert_eq!(accepted(&plan(Some(700)).plan("q", ago(300), Some(ago(200)))), Points(100.0));
    assert_eq!(accepted(&Account::since(ago(900))), Points(0.0));
}

#[test]
fn without_a_register_of_plans_roi_is_missing() {
    let workbook = Workbook::default();
    for plans_since in [None, Some(ago(-1))] {
        let book = BookFacts { plans_since };
        let days = Engine::new(&workbook).score(&Account::since(ago(400)).facts, &book, &[today()]);
        for is_it in [
            |value: &Value| matches!(value, Value::VerifiedOutcomes { .. }),
            |value: &Value| matches!(value, Value::PlanOnTrack { .. }),
            |value: &Value| matches!(value, Value::PlanAccepted { .. }),
        ] {
            let reading = measure(&workbook, &days[0], is_it).reading;
            assert!(matches!(reading, Reading::Missing(_)), "{reading:?}");
        }
    }
}
