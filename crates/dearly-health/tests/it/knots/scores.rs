//! Components, coverage, colours, caps, states: rules.md 9 to 12.

use dearly_domain::{Day, Held};
use dearly_health::score::{Colour, Score, Status, Unknown};
use dearly_workbook::Condition;
use dearly_workbook::model::{
    Bands, CapColour, Component, Curve, Measure, Missing, Points, ScoreKind, Segment, SetupStep, Value,
    Workbook, Workflow,
};

use super::account::{Account, noon};
use super::{ago, measure, scored, today, worth};

/// The first scorecard of the defaults, the outcomes, with other components.
fn workbook_of(components: Vec<Component>) -> Workbook {
    let mut workbook = Workbook::default();
    workbook.scorecards.retain(|scorecard| scorecard.score == ScoreKind::Outcomes);
    workbook.scorecards[0].components = components;
    workbook
}

fn component(weight: f64, measures: Vec<Measure>) -> Component {
    Component { id: format!("of {weight}"), label: None, weight, require: Vec::new(), measures }
}

fn measure_of(weight: f64, value: Value, from_months: i32, points: f64) -> Measure {
    Measure {
        id: "m".into(),
        label: None,
        facet: None,
        weight,
        value,
        points: Points { by_age: vec![(from_months, Curve::Linear(vec![(0.0, points)]))] },
        limits: Vec::new(),
    }
}

/// A measure that always has these points.
fn present(weight: f64, points: f64) -> Measure {
    measure_of(weight, Value::Tenure, 0, points)
}

/// A measure whose source is never there.
fn missing(weight: f64) -> Measure {
    measure_of(weight, Value::OpenEscalations, 0, 100.0)
}

/// A measure that applies to older accounts.
fn not_applicable(weight: f64) -> Measure {
    measure_of(weight, Value::Tenure, 1000, 100.0)
}

fn customer() -> Account {
    Account::since(ago(400))
}

fn outcomes(workbook: &Workbook) -> Score {
    scored(workbook, &customer()).outcomes
}

fn is_close(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

/// The default workbook in which every measure has the points that `points` gives its component.
fn constant(points: impl Fn(&str) -> f64) -> Workbook {
    let mut workbook = Workbook::default();
    for component in &mut workbook
        .scorecards
        .iter_mut()
        .find(|card| card.score == ScoreKind::Outcomes)
        .expect("one")
        .components
    {
        let points = points(&component.id);
        for measure in &mut component.measures {
            *measure = Measure { facet: measure.facet.clone(), ..present(measure.weight, points) };
        }
    }
    workbook
}

#[test]
fn a_component_needs_60_percent_of_what_applies() {
    for (measures, coverage, unknown) in [
        (vec![present(60.0, 80.0), missing(40.0)], 0.6, None),
        (vec![present(59.0, 80.0), missing(41.0)], 0.59, Some(Unknown::Coverage)),
        // What does not apply, or is switched off, leaves the denominator.
        (vec![present(30.0, 80.0), missing(10.0), not_applicable(60.0)], 0.75, None),
        (vec![present(30.0, 80.0), missing(10.0), present(0.0, 1.0), missing(0.0)], 0.75, None),
        (vec![missing(10.0), not_applicable(90.0)], 0.0, Some(Unknown::Coverage)),
        (vec![not_applicable(90.0)], 0.0, Some(Unknown::NotApplicable)),
        (vec![present(1.0, 80.0), not_applicable(90.0)], 1.0, None),
    ] {
        let workbook = workbook_of(vec![component(100.0, measures)]);
        let score = outcomes(&workbook);
        let found = &score.components[0];
        assert!(is_close(found.coverage, coverage), "{found:?}");
        assert!(is_close(score.coverage, coverage), "{score:?}");
        assert_eq!((found.unknown, score.unknown), (unknown, unknown), "{score:?}");
        assert_eq!(score.score.is_some(), unknown.is_none());
        assert!(score.score.is_none_or(|score| is_close(score, 80.0)));
        assert_eq!(score.colour, if unknown.is_none() { Colour::Green } else { Colour::Unknown });
        assert_eq!(score.is_partial(), unknown.is_none() && coverage < 1.0, "{score:?}");
    }
}

#[test]
fn a_scorecard_needs_60_percent_too_and_does_without_what_drops_out() {
    let full = |weight| component(weight, vec![present(1.0, 80.0)]);
    let absent = |weight| component(weight, vec![missing(1.0)]);
    let half = |weight| component(weight, vec![present(50.0, 20.0), missing(50.0)]);
    let other = |weight| component(weight, vec![not_applicable(1.0)]);
    let partly = |weight| component(weight, vec![present(60.0, 40.0), missing(40.0)]);
    for (components, coverage, unknown, score) in [
        (vec![full(60.0), absent(40.0)], 0.6, None, Some(80.0)),
        (vec![full(59.0), absent(41.0)], 0.59, Some(Unknown::Coverage), None),
        // What is present in a component that dropped out still counts for the whole.
        (vec![full(50.0), half(50.0)], 0.75, None, Some(80.0)),
        (vec![full(50.0), partly(50.0)], 0.8, None, Some(60.0)),
        (vec![full(10.0), other(90.0)], 1.0, None, Some(80.0)),
        (vec![full(30.0), absent(10.0), other(60.0)], 0.75, None, Some(80.0)),
        (vec![half(50.0), half(50.0)], 0.5, Some(Unknown::Coverage), None),
        (vec![other(50.0), other(50.0)], 0.0, Some(Unknown::NotApplicable), None),
    ] {
        let found = outcomes(&workbook_of(components));
        assert!(is_close(found.coverage, coverage), "{found:?}");
        assert_eq!(found.unknown, unknown, "{found:?}");
        assert_eq!(found.score.is_some(), score.is_some());
        assert!(score.is_none_or(|score| is_close(score, found.score.unwrap_or(-1.0))), "{found:?}");
    }
}

#[test]
fn missing_measures_may_count_as_zero() {
    let mut workbook = workbook_of(vec![component(1.0, vec![present(60.0, 100.0), missing(40.0)])]);
    workbook.scorecards[0].missing = Missing::Zero;
    let found = outcomes(&workbook);
    assert!(is_close(found.score.expect("known"), 60.0) && is_close(found.coverage, 0.6), "{found:?}");
}

#[test]
fn a_component_without_a_required_facet_is_unknown() {
    let of = |facet: &str, measure: Measure| Measure { facet: Some(facet.to_owned()), ..measure };
    for (depth, unknown) in [
        (present(20.0, 60.0), None),
        (missing(20.0), Some(Unknown::FacetMissing)),
        (not_applicable(20.0), Some(Unknown::FacetMissing)),
        (present(0.0, 60.0), Some(Unknown::FacetMissing)),
    ] {
        let mut adoption = component(30.0, vec![of("breadth", present(80.0, 60.0)), of("depth", depth)]);
        adoption.require = vec!["breadth".into(), "depth".into()];
        let found = outcomes(&workbook_of(vec![adoption, component(70.0, vec![present(1.0, 90.0)])]));
        assert_eq!(found.components[0].unknown, unknown, "{found:?}");
        assert!(
            is_close(found.score.expect("known"), if unknown.is_none() { 81.0 } else { 90.0 }),
            "{found:?}"
        );
    }
}

#[test]
fn bands_begin_at_their_edge() {
    // Every measure of D, E, A and R at the edge: the sum must not fall short of it by a last bit.
    for (points, colour) in [
        (0.0, Colour::Red),
        (49.999, Colour::Red),
        (50.0, Colour::Yellow),
        (74.999, Colour::Yellow),
        (75.0, Colour::Green),
        (100.0, Colour::Green),
    ] {
        let found = outcomes(&constant(|_| points));
        assert_eq!(found.colour, colour, "{points}: {:?}", found.score);
        for component in &found.components {
            assert_eq!(component.colour, colour, "{points}: {} {:?}", component.id, component.score);
        }
    }
    let mut workbook = constant(|_| 60.0);
    for scorecard in &mut workbook.scorecards {
        scorecard.bands = Bands { yellow: 30.0, green: 60.0 };
    }
    assert_eq!(outcomes(&workbook).colour, Colour::Green);
}

#[test]
fn components_contribute_by_weight() {
    let workbook = constant(|id| match id {
        "deployment" => 40.0,
        "engagement" => 60.0,
        "adoption" => 80.0,
        _ => 100.0,
    });
    let found = outcomes(&workbook);
    let contributions: Vec<f64> = found.components.iter().map(|component| component.contribution()).collect();
    for (contribution, expected) in contributions.iter().zip([8.0, 12.0, 28.0, 25.0]) {
        assert!(is_close(*contribution, expected), "{contributions:?}");
    }
    assert!(is_close(found.score.expect("known"), 73.0));
    assert_eq!((found.colour, found.is_partial()), (Colour::Yellow, false));
}

#[test]
fn a_lost_champion_caps_the_score() {
    let champion = |left: Option<i32>| customer().person("p", &["champion"], None, left.map(ago));
    for (points, account, holds, score) in [
        (90.0, champion(Some(0)), Some(true), 74.9),
        (90.0, champion(Some(30)), Some(true), 74.9),
        (90.0, champion(Some(31)), Some(false), 90.0),
        (90.0, champion(Some(5)).person("q", &["champion"], None, None), Some(false), 90.0),
        // One that comes tomorrow, or has left as well, does not remain.
        (90.0, champion(Some(5)).person("q", &["champion"], Some(ago(-1)), None), Some(true), 74.9),
        (90.0, champion(Some(5)).person("q", &["champion"], None, Some(ago(100))), Some(true), 74.9),
        (60.0, champion(Some(5)), Some(true), 60.0),
        (74.95, champion(Some(5)), Some(true), 74.9),
        (90.0, customer().person("p", &["admin"], None, Some(ago(5))), None, 90.0),
    ] {
        let found = scored(&constant(|_| points), &account).outcomes;
        assert_eq!(found.caps[0].holds, holds, "{:?}", account.facts.people);
        assert!(is_close(found.score.expect("known"), score), "{found:?}");
        assert!(is_close(found.caps[0].contribution, score - points), "{found:?}");
        assert_eq!(found.colour, if score >= 75.0 { Colour::Green } else { Colour::Yellow });
    }
    // Nobody has left yet.
    for account in [champion(None), champion(Some(-1)), customer()] {
        let found = scored(&constant(|_| 90.0), &account).outcomes;
        assert_ne!(found.caps[0].holds, Some(true), "{:?}", account.facts.people);
        assert_eq!(found.colour, Colour::Green);
    }
}

#[test]
fn a_champion_whose_role_is_removed_has_left() {
    for (days, score) in [(0, 74.9), (30, 74.9), (31, 90.0), (-1, 90.0)] {
        let mut account =
            customer().person("p", &["champion", "admin"], None, None).person("p", &["admin"], None, None);
        account.facts.people[0].until = ago(days);
        account.facts.people[1].from = ago(days);
        let found = scored(&constant(|_| 90.0), &account).outcomes;
        assert!(is_close(found.score.expect("known"), score), "{days}: {found:?}");
    }
    // A new title, the role kept: nobody has left.
    let mut account =
        customer().person("p", &["champion"], None, None).person("p", &["admin", "champion"], None, None);
    account.facts.people[0].until = ago(5);
    account.facts.people[1].from = ago(5);
    assert_eq!(scored(&constant(|_| 90.0), &account).outcomes.colour, Colour::Green);
}

#[test]
fn caps_hold_the_score_below_their_band() {
    let mut workbook = constant(|_| 90.0);
    let scorecard =
        workbook.scorecards.iter_mut().find(|card| card.score == ScoreKind::Outcomes).expect("one");
    let template = scorecard.caps[0].clone();
    let cap = |at_most, source: &str| {
        let mut cap = template.clone();
        cap.at_most = at_most;
        cap.when = Condition::compile(source).expect("a condition");
        cap
    };
    scorecard.caps = vec![
        cap(CapColour::Yellow, "account.age_days == 400"),
        cap(CapColour::Red, "account.age_days > 399"),
        cap(CapColour::Red, "account.age_days > 400"),
        cap(CapColour::Yellow, "account.tier == 1"),
    ];
    let found = outcomes(&workbook);
    assert!(is_close(found.score.expect("known"), 49.9), "{found:?}");
    assert_eq!(found.colour, Colour::Red);
    let holds: Vec<Option<bool>> = found.caps.iter().map(|cap| cap.holds).collect();
    assert_eq!(holds, [Some(true), Some(true), Some(false), None]);
    for (cap, expected) in found.caps.iter().zip([-15.1, -25.0, 0.0, 0.0]) {
        assert!(is_close(cap.contribution, expected), "{:?}", found.caps);
    }
}

#[test]
fn an_account_is_new_for_30_days_and_still_shows_its_setup() {
    let mut workbook = constant(|_| 90.0);
    let defaults = Workbook::default();
    let setup = |measure: &&Measure| matches!(measure.value, Value::SetupStepsDone);
    let measures = defaults
        .scorecards
        .iter()
        .flat_map(|card| &card.components)
        .flat_map(|component| &component.measures);
    let setup = measures.clone().find(setup).expect("a measure of the defaults").clone();
    let deployment = workbook
        .scorecards
        .iter_mut()
        .flat_map(|card| &mut card.components)
        .find(|one| one.id == "deployment");
    deployment.expect("a component of the defaults").measures[1] = setup;
    workbook.setup.products.insert("*".into(), vec![SetupStep { step: "s".into(), basic: true }]);
    for (age, unknown) in [(0, Some(Unknown::New)), (29, Some(Unknown::New)), (30, None)] {
        let account = Account::since(ago(age)).seats("core", ago(age), 5.0).step("core", "s", ago(0));
        let found = scored(&workbook, &account);
        assert_eq!(found.outcomes.unknown, unknown, "{age}");
        assert_eq!((found.age_days, found.status), (Some(age), Status::Customer));
        assert_eq!(found.outcomes.score.is_some(), unknown.is_none());
        assert_eq!(found.outcomes.colour == Colour::Unknown, unknown.is_some());
        let setup = measure(&workbook, &found, |value| matches!(value, Value::SetupStepsDone));
        assert_eq!(setup.points, Some(100.0), "{setup:?}");
    }
    // Without `customer_since` the first term counts, else the first fact.
    let mut account = customer().seats("core", ago(29), 5.0).licence("core", ago(300), None, Some(1));
    account.facts.attributes.clear();
    assert_eq!(scored(&workbook, &account).age_days, Some(29));
    account.facts.subscriptions.clear();
    assert_eq!(scored(&workbook, &account).age_days, Some(300));
}

#[test]
fn only_customers_have_a_score() {
    let workbook = constant(|_| 90.0);
    let ended = |days: i32| {
        let mut account = customer().seats("core", ago(400), 5.0);
        account.facts.subscriptions[0].value.ends_on = Some(ago(days));
        account
    };
    let left = |days: i32| {
        let mut account = customer().seats("core", ago(400), 5.0);
        account.facts.attributes[0].value.churned_on = Some(ago(days));
        account
    };
    for (account, status, arr_cents, renews_on) in [
        (Account::since(ago(-1)), Status::Prospect, 0, None),
        (Account::since(ago(0)), Status::Customer, 0, None),
        (customer().seats("core", ago(-1), 5.0), Status::Customer, 0, None),
        (customer().seats("core", ago(0), 5.0), Status::Customer, 100_000, None),
        (ended(-1), Status::Customer, 100_000, Some(ago(-1))),
        // A term that ended is no longer ARR, and its account a customer until its grace has passed.
        (ended(0), Status::Customer, 0, None),
        (ended(30), Status::Customer, 0, None),
        (ended(31), Status::Churned, 0, None),
        (left(-1), Status::Customer, 100_000, None),
        (left(0), Status::Churned, 0, None),
        (left(300), Status::Churned, 0, None),
        // One that has come back.
        (left(300).seats("core", ago(100), 5.0), Status::Customer, 100_000, None),
    ] {
        let found = scored(&workbook, &account);
        assert_eq!(
            (found.status, found.arr_cents, found.renews_on),
            (status, arr_cents, renews_on),
            "{account:?}"
        );
        let is_unknown = found.outcomes.unknown == Some(Unknown::NotACustomer);
        assert_eq!(is_unknown, status != Status::Customer, "{account:?}");
    }
}

#[test]
fn the_first_scorecard_that_fits_applies() {
    let mut workbook = workbook_of(vec![component(1.0, vec![present(1.0, 10.0)])]);
    let every = workbook.scorecards[0].clone();
    let of = |segments: &[&str], points: f64| {
        let mut scorecard = every.clone();
        scorecard.for_segments = segments.iter().map(|segment| (*segment).to_owned()).collect();
        scorecard.components = vec![component(1.0, vec![present(1.0, points)])];
        scorecard
    };
    let when = Condition::compile("account.tier == 1").expect("a condition");
    workbook.segments = vec![Segment { id: "top".into(), label: None, when }];
    workbook.scorecards = vec![of(&["smb"], 30.0), of(&["none", "top"], 60.0)];
    let points = |account: &Account| scored(&workbook, account).outcomes.score;
    assert_eq!(points(&Account::of_tier(Some(1), ago(400))), Some(60.0));
    let mut small = Account::of_tier(Some(1), ago(400));
    small.facts.attributes[0].value.segment = Some("smb".into());
    assert_eq!(points(&small), Some(30.0));
    let none = scored(&workbook, &Account::of_tier(Some(2), ago(400)));
    assert_eq!((none.outcomes.unknown, none.outcomes.scorecard), (Some(Unknown::NoScorecard), None));
    assert_eq!(none.experience.unknown, Some(Unknown::NoScorecard));
    // As of the day: an account that was small until yesterday.
    let before = small.facts.attributes[0].clone();
    let mut after = before.clone();
    after.value.segment = None;
    after.value.tier = Some(2);
    small.facts.attributes = vec![Held { until: ago(0), ..before }, Held { from: ago(0), ..after }];
    assert_eq!(scored(&workbook, &small).outcomes.unknown, Some(Unknown::NoScorecard));
}

#[test]
fn days_are_those_of_the_workbook() {
    let late = |day: Day| {
        dearly_domain::Instant::from_micros(noon(day).micros() + 10 * 3_600_000_000 + 1_800_000_000)
    };
    let mut workbook = Workbook::default();
    // Half past ten in the evening in UTC is the next day in Berlin.
    let account =
        customer().licence("core", ago(300), None, Some(2)).event_at("u", late(ago(28)), "open", None);
    let tomorrow = account.clone().event_at("v", late(today()), "open", None);
    let active = |workbook: &Workbook, account: &Account| {
        worth(workbook, account, |value| matches!(value, Value::ActiveUsers { .. }))
    };
    assert_eq!(active(&workbook, &account), super::Points(0.0));
    assert_eq!(active(&workbook, &tomorrow), super::Points(50.0));
    workbook.organisation.time_zone = Some("Europe/Berlin".into());
    assert_eq!(active(&workbook, &account), super::Points(50.0));
    assert_eq!(active(&workbook, &tomorrow), super::Points(50.0));
}

/// Every measure of the outcomes scorecard at once, on paper:
///
/// - D: 80 of 100 seats 83⅓, 4 of 5 steps 75, 1 of 2 products 50: 50 + 18.75 + 7.5 = 76.25
/// - E: 1 of 2 key people 57 1/7, 1 role 25, review just in time 75: 28 4/7 + 7.5 + 15 = 51 1/14
/// - A: 40 of 80 active 50, 8 of 80 healthy 50, 1 of 2 features 62.5, 16 of 40 completions 50, 50 to 40 users 50:
///   20 + 7.5 + 15.625 + 5 + 5 = 53.125
/// - R: completed 60, 1 of 2 in time 50, accepted 100: 36 + 15 + 10 = 61
#[test]
fn a_whole_account_adds_up() {
    let mut workbook = Workbook::default();
    let steps = ["a", "b", "c", "d", "e"].map(|step| SetupStep { step: step.to_owned(), basic: step == "a" });
    workbook.setup.products.insert("core".into(), steps.to_vec());
    workbook.features.sticky = vec!["x".into(), "y".into()];
    workbook.features.workflows = vec![Workflow {
        id: "w".into(),
        label: None,
        steps: vec!["finish".into()],
        within_days: 1,
        expected_per_user: 1.0,
    }];
    let mut account = Account::of_tier(Some(1), ago(400));
    account = account.seats("core", ago(400), 100.0).seats("plus", ago(400), 0.0);
    account = account.licence("core", ago(50), None, Some(80));
    account =
        ["a", "b", "c", "d"].into_iter().fold(account, |account, step| account.step("core", step, ago(300)));
    account = account.person("p", &["champion"], None, None).person("q", &["admin"], None, None);
    account = account.activity("call", ago(5), &["p"], None).activity("business_review", ago(90), &[], None);
    account = account.users(50, ago(30), Some("core")).users(40, ago(5), Some("core"));
    for user in 0..16 {
        let user = format!("u{user}");
        account = account.event_at(&user, noon(ago(3)), "finish", Some("core"));
    }
    for (user, back) in (0..8).flat_map(|user| (0..10).map(move |back| (user, back))) {
        account = account.event_at(&format!("u{user}"), noon(ago(back)), "x", Some("core"));
    }
    account = account.plan("plan", ago(300), Some(ago(200)));
    account = account.objective("plan", Some(ago(100)), Some(ago(120)), None).objective(
        "plan",
        Some(ago(50)),
        None,
        None,
    );

    let found = scored(&workbook, &account).outcomes;
    let expected =
        [("deployment", 76.25), ("engagement", 51.0 + 1.0 / 14.0), ("adoption", 53.125), ("roi", 61.0)];
    for (id, points) in expected {
        let component = found.component(id).expect("a component of the defaults");
        assert!(is_close(component.score.expect("known"), points), "{id} {component:?}");
        assert!(is_close(component.coverage, 1.0), "{id} {component:?}");
    }
    let score = 0.2 * 76.25 + 0.2 * (51.0 + 1.0 / 14.0) + 0.35 * 53.125 + 0.25 * 61.0;
    assert!(is_close(found.score.expect("known"), score), "{found:?}");
    assert_eq!((found.colour, found.unknown, found.is_partial()), (Colour::Yellow, None, false));
}
