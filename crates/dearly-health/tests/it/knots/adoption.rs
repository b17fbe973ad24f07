//! A1 to A5.

use dearly_domain::Day;
use dearly_health::Engine;
use dearly_health::facts::BookFacts;
use dearly_workbook::model::{FeatureSet, Per, TrendAgainst, TrendOf, Value, Workbook, Workflow};

use super::account::{Account, noon};
use super::{Missing, NotApplicable, Points, Worth, ago, measure, today, worth};

fn active(account: &Account) -> Worth {
    worth(&Workbook::default(), account, |value| matches!(value, Value::ActiveUsers { .. }))
}

fn licensed(activated: i64) -> Account {
    Account::since(ago(400)).licence("core", ago(300), None, Some(activated))
}

#[test]
fn a1_is_active_users_by_activated_licences() {
    for (users, expected) in [
        (0, 0.0),
        (3, 30.0),
        (5, 50.0),
        (6, 50.0 + 25.0 / 3.0),
        (8, 75.0),
        (9, 87.5),
        (10, 100.0),
        (12, 100.0),
    ] {
        // Twenty-eight days ago is out of the window, twenty-seven is in.
        let account = licensed(10).users(12, ago(28), None).users(users, ago(27), None);
        assert_eq!(active(&account), Points(expected), "{users} of 10");
    }
    assert_eq!(active(&licensed(10)), Missing);
    assert_eq!(active(&licensed(10).users(3, ago(-1), None)), Missing);
    assert_eq!(active(&Account::since(ago(400)).users(3, ago(1), None)), Missing);
    assert_eq!(active(&licensed(0).users(3, ago(1), None)), NotApplicable);
}

#[test]
fn a1_goes_by_product_where_events_name_products() {
    // 5 of 10 and 10 of 10, a user of both counts twice; a product without licences does not count. 75 %.
    let account = licensed(10).licence("plus", ago(300), None, Some(10));
    let by_product = account.clone().users(5, ago(1), Some("core")).users(10, ago(1), Some("plus")).users(
        9,
        ago(1),
        Some("x"),
    );
    assert_eq!(active(&by_product), Points(50.0 + 25.0 * 25.0 / 30.0));
    // No products: the account's users by its largest product.
    let account = licensed(10).licence("plus", ago(300), None, Some(4));
    assert_eq!(active(&account.users(8, ago(1), None)), Points(75.0));
}

#[test]
fn a2_is_users_with_ten_days_of_28() {
    let healthy = |account: &Account| {
        worth(&Workbook::default(), account, |value| matches!(value, Value::HealthyActiveUsers { .. }))
    };
    for (users, expected) in [(0, 0.0), (1, 50.0), (3, 62.5), (5, 75.0), (7, 85.0), (10, 100.0)] {
        // Everybody has nine days in the window, and one before it.
        let mut account = licensed(10).users(10, ago(28), None);
        for back in 1..10 {
            account = account.users(10, ago(back), None);
        }
        let account = account.users(users, ago(27), None).users(users, ago(27), None);
        assert_eq!(healthy(&account), Points(expected), "{users} of 10");
    }
}

#[test]
fn a3_is_the_share_of_sticky_features_in_regular_use() {
    let mut workbook = Workbook::default();
    workbook.features.sticky = ["x", "y", "z"].map(str::to_owned).to_vec();
    let regular = |account: &Account| {
        worth(&workbook, account, |value| matches!(value, Value::FeaturesInRegularUse { .. }))
    };
    let used = |account: Account, feature: &str, days: i32| {
        (0..days).fold(account, |account, back| account.event("u0", ago(back), feature))
    };
    for (features, expected) in [
        (0, 0.0),
        (1, 50.0 + 25.0 * (1.0 / 3.0 - 0.33) / 0.34),
        (2, 50.0 + 25.0 * (2.0 / 3.0 - 0.33) / 0.34),
        (3, 100.0),
    ] {
        // One of five active users is 20 %.
        let account = licensed(10).users(5, ago(5), None);
        let account =
            ["x", "y", "z"].iter().take(features).fold(account, |account, feature| used(account, feature, 4));
        assert_eq!(regular(&account), Points(expected), "{features} of 3");
    }
    assert_eq!(regular(&used(licensed(10).users(6, ago(5), None), "x", 4)), Points(0.0));
    assert_eq!(regular(&used(licensed(10).users(5, ago(5), None), "x", 3)), Points(0.0));
    // The same day twice is one day; a day before the window is none.
    assert_eq!(regular(&used(used(licensed(10), "x", 3), "x", 3).event("u0", ago(28), "x")), Points(0.0));
    assert_eq!(regular(&licensed(10).users(5, ago(28), None)), Points(0.0));
    assert_eq!(regular(&licensed(10)), Missing);
    workbook.features.sticky.clear();
    let none = worth(&workbook, &licensed(10).users(5, ago(5), None), |value| {
        matches!(value, Value::FeaturesInRegularUse { .. })
    });
    assert_eq!(none, NotApplicable);
}

#[test]
fn a4_is_completions_by_those_expected() {
    let mut workbook = Workbook::default();
    workbook.features.workflows = vec![Workflow {
        id: "publish".into(),
        label: None,
        steps: ["draft", "send", "share"].map(str::to_owned).to_vec(),
        within_days: 2,
        expected_per_user: 1.0,
    }];
    let completion = |account: &Account| {
        worth(&workbook, account, |value| matches!(value, Value::WorkflowCompletion { .. }))
    };
    let completed = |account: Account, user: &str, day: i32| {
        account.event(user, ago(day), "share").event(user, ago(day + 1), "send").event(
            user,
            ago(day + 2),
            "draft",
        )
    };
    for (completions, expected) in
        [(0, 0.0), (1, 31.25), (2, 50.0 + 25.0 * 10.0 / 35.0), (3, 75.0), (4, 100.0), (5, 100.0)]
    {
        let account = licensed(10).users(4, ago(5), None);
        let account = (0..completions).fold(account, |account, index| completed(account, "u0", index * 4));
        assert_eq!(completion(&account), Points(expected), "{completions} of 4");
    }
    let account = || licensed(10).users(1, ago(5), None);
    let at = |day: i32, micros: i64| dearly_domain::Instant::from_micros(noon(ago(day)).micros() + micros);
    // Two days from the first step to the last, and not a moment more.
    let late = account().event("u0", ago(4), "draft").event("u0", ago(3), "send").event_at(
        "u0",
        at(2, 1),
        "share",
        None,
    );
    assert_eq!(completion(&late), Points(0.0));
    // A later first step starts the clock anew.
    let again = account()
        .event("u0", ago(9), "draft")
        .event("u0", ago(4), "draft")
        .event("u0", ago(3), "send")
        .event("u0", ago(2), "share");
    assert_eq!(completion(&again), Points(100.0));
    // Steps out of order, or by several users, complete nothing.
    let mixed =
        account().event("u0", ago(4), "send").event("u0", ago(3), "draft").event("u0", ago(3), "share");
    assert_eq!(completion(&mixed), Points(0.0));
    let by_two =
        account().event("u0", ago(4), "draft").event("u1", ago(3), "send").event("u0", ago(3), "share");
    assert_eq!(completion(&by_two), Points(0.0));
    // All at once are in order.
    let at_once =
        account().event("u0", ago(4), "share").event("u0", ago(4), "send").event("u0", ago(4), "draft");
    assert_eq!(completion(&at_once), Points(100.0));
    // A completion counts on its last day; begun before the window is as good.
    assert_eq!(completion(&completed(account(), "u0", 27)), Points(100.0));
    assert_eq!(completion(&completed(account(), "u0", 28)), Points(0.0));
    assert_eq!(completion(&licensed(10).users(1, ago(28), None)), NotApplicable);
}

#[test]
fn a5_is_active_users_against_the_28_days_before() {
    let trend = |account: &Account| {
        worth(&Workbook::default(), account, |value| matches!(value, Value::UsageTrend { .. }))
    };
    for (before, now, expected) in [
        (10, 0, 0.0),
        (10, 5, 0.0),
        (20, 13, 25.0),
        (10, 8, 50.0),
        (10, 9, 50.0 + 25.0 * 10.0 / 15.0),
        (20, 19, 75.0),
        (10, 10, 75.0 + 25.0 * 5.0 / 15.0),
        (10, 11, 100.0),
        (10, 20, 100.0),
    ] {
        let account =
            licensed(30).users(25, ago(56), None).users(before, ago(28), None).users(now, ago(27), None);
        assert_eq!(trend(&account), Points(expected), "{before} to {now}");
        let account = licensed(30).users(before, ago(55), None).users(now, ago(0), None);
        assert_eq!(trend(&account), Points(expected), "{before} to {now}");
    }
    assert_eq!(trend(&licensed(10).users(5, ago(56), None).users(5, ago(27), None)), NotApplicable);
    assert_eq!(trend(&licensed(10)), Missing);
}

/// What a measure reads on the day, in place of that of active users.
fn reading(value: Value, account: &Account, day: Day) -> Option<f64> {
    let mut workbook = Workbook::default();
    let measures = workbook.scorecards.iter_mut().flat_map(|card| &mut card.components);
    let mut measures = measures.flat_map(|component| &mut component.measures);
    let own = measures.find(|measure| matches!(measure.value, Value::ActiveUsers { .. })).expect("a measure");
    own.value = value.clone();
    let scored = Engine::new(&workbook).score(&account.facts, &BookFacts::default(), &[day]);
    measure(&workbook, &scored[0], |other| *other == value).reading.value()
}

fn active_within(within: i32) -> Value {
    Value::ActiveUsers { within, per: Per::One }
}

#[test]
fn an_event_linked_later_counts_as_of_the_link() {
    // On the 20th day before today; linked on the 10th.
    let account = licensed(10).event("a", ago(25), "open").event("b", ago(20), "open").linked(ago(10));
    assert_eq!(reading(active_within(28), &account, ago(11)), Some(1.0));
    assert_eq!(reading(active_within(28), &account, ago(10)), Some(2.0));
    assert_eq!(reading(active_within(28), &account, today()), Some(2.0));
    // Within windows it lies on its own day.
    assert_eq!(reading(active_within(14), &account, ago(10)), Some(1.0));
    assert_eq!(reading(active_within(14), &account, ago(6)), Some(0.0));
    // A link made before the event is no news.
    let early = licensed(10).event("a", ago(25), "open").event("b", ago(20), "open").linked(ago(30));
    assert_eq!(reading(active_within(28), &early, ago(20)), Some(2.0));
}

#[test]
fn days_before_and_after_a_link_add_up() {
    // Three days of one user in a week, the middle one known only from the link on.
    let account = licensed(10).event("a", ago(16), "open").event("a", ago(14), "open").linked(ago(12)).event(
        "a",
        ago(12),
        "open",
    );
    let healthy = || Value::HealthyActiveUsers { days_at_least: 3, within: 7, per: Per::One };
    assert_eq!(reading(healthy(), &account, ago(13)), Some(0.0));
    assert_eq!(reading(healthy(), &account, ago(12)), Some(1.0));
    assert_eq!(reading(healthy(), &account, ago(10)), Some(1.0));
    assert_eq!(reading(healthy(), &account, ago(9)), Some(0.0));
}

#[test]
fn features_used_takes_so_many_users() {
    let account =
        ["a", "b", "c"].iter().fold(licensed(10), |account, user| account.event(user, ago(3), "report"));
    let account = account.event("a", ago(2), "export").event("b", ago(30), "export");
    let features = || FeatureSet::Named(["report", "export", "share"].map(str::to_owned).to_vec());
    let used = |by_at_least| {
        reading(Value::FeaturesUsed { features: features(), by_at_least, within: 28 }, &account, today())
    };
    assert_eq!(
        [used(1), used(2), used(3), used(4)],
        [2.0, 1.0, 1.0, 0.0].map(|features| Some(features / 3.0))
    );
}

#[test]
fn a_trend_against_the_last_year_looks_at_the_same_weeks() {
    let trend = |of, within| Value::UsageTrend { of, against: TrendAgainst::LastYear, within };
    let last_year = || trend(TrendOf::ActiveUsers, 28);
    // The window of the last year ends 364 days earlier.
    let account = licensed(10).users(3, ago(364), None).users(2, ago(0), None);
    assert_eq!(reading(last_year(), &account, today()), Some(2.0 / 3.0 - 1.0));
    assert_eq!(reading(last_year(), &account, ago(1)), None);
    let account = licensed(10).users(4, ago(391), None).users(1, ago(10), None);
    assert_eq!(reading(last_year(), &account, today()), Some(-0.75));
    let account = licensed(10).users(4, ago(392), None).users(1, ago(10), None);
    assert_eq!(reading(last_year(), &account, today()), None);
    let account = licensed(10).event("a", ago(364 + 6), "open").users(3, ago(6), None);
    assert_eq!(reading(trend(TrendOf::Events, 7), &account, today()), Some(2.0));
}
