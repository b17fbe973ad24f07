//! What the timeline shows, by example.

use dearly_workbook::model::ScoreKind;

use super::*;
use crate::account::tests::{day, during, noun};

/// Each as `day kind: title (text)`.
fn lines(entries: &[TimelineEntry]) -> Vec<String> {
    let text = |entry: &TimelineEntry| entry.text.as_ref().map_or(String::new(), |text| format!(" ({text})"));
    entries
        .iter()
        .map(|entry| format!("{} {}: {}{}", entry.on, entry.kind, entry.title, text(entry)))
        .collect()
}

fn check(facts: &AccountFacts, as_of: &str, expect: &[&str]) {
    let mut workbook = Workbook::default();
    workbook.organisation.currency = Some("EUR".to_owned());
    let calendar = Calendar::utc();
    let mut stream = Stream::new(facts, &workbook, &calendar, day(as_of));
    stream.facts(&[]);
    assert_eq!(lines(&stream.newest_first()), expect, "as of {as_of}");
}

#[test]
fn terms_start_are_renewed_and_end() {
    let term = |id: &str, starts_on: &str, ends_on: &str, cents: &str| {
        let cells =
            [("external_id", id), ("product", "core"), ("starts_on", starts_on), ("ends_on", ends_on)];
        noun(&cells.into_iter().chain([("arr", cents)]).collect::<Vec<_>>())
    };
    let mut facts = AccountFacts {
        subscriptions: vec![
            term("1", "2022-01-01", "2023-01-01", "100000000"),
            term("2", "2023-01-01", "2024-01-01", "120000000"),
            term("3", "2024-01-11", "2025-01-11", "120000000"),
        ],
        ..AccountFacts::default()
    };
    let until_2023 = [
        "2023-01-01 subscriptions: core renewed: expansion (1,200,000 EUR a year after 1,000,000 EUR)",
        "2022-01-01 subscriptions: core starts (1,000,000 EUR a year, until 2023-01-01)",
    ];
    check(&facts, "2023-12-31", &until_2023);
    let open = "2024-01-01 subscriptions: core ended (1,200,000 EUR a year, may be renewed until 2024-01-31)";
    check(&facts, "2024-01-10", &[&[open], &until_2023[..]].concat());
    let late = [
        "2024-01-11 subscriptions: core renewed (1,200,000 EUR a year after 1,200,000 EUR)",
        "2024-01-01 subscriptions: core ended (1,200,000 EUR a year, renewed 2024-01-11)",
    ];
    check(&facts, "2024-01-11", &[&late[..], &until_2023[..]].concat());
    facts.subscriptions.remove(2);
    facts.subscriptions.remove(0);
    check(
        &facts,
        "2024-03-01",
        &[
            "2024-01-01 subscriptions: core ended (1,200,000 EUR a year, not renewed within 30 days)",
            "2023-01-01 subscriptions: core starts (1,200,000 EUR a year, until 2024-01-01)",
        ],
    );
}

#[test]
fn people_join_leave_and_change_roles() {
    let person = |roles: &str, dates: &[(&str, &str)]| {
        let cells = [("external_id", "ann"), ("name", "Ann"), ("roles", roles), ("since", "2024-01-01")];
        noun::<Person>(&cells.into_iter().chain(dates.iter().copied()).collect::<Vec<_>>())
    };
    let from = day("2024-06-01");
    let left = [("until", "2025-01-01")];
    let facts = AccountFacts {
        people: vec![
            during(Day::MIN, from, person("champion;admin", &left)),
            during(from, Day::MAX, person("admin;economic_buyer", &left)),
        ],
        ..AccountFacts::default()
    };
    check(&facts, "2024-05-31", &["2024-01-01 people: Ann joined (champion, admin)"]);
    check(
        &facts,
        "2025-01-01",
        &[
            "2025-01-01 people: Ann left (admin, economic buyer)",
            "2024-06-01 people: Ann is no longer champion",
            "2024-06-01 people: Ann is now economic buyer",
            "2024-01-01 people: Ann joined (admin, economic buyer)",
        ],
    );
}

#[test]
fn the_account_itself_changes() {
    let account = |stage: &str, csm: &str| {
        noun::<Account>(&[
            ("external_id", "a"),
            ("name", "Northwind"),
            ("stage", stage),
            ("csm", csm),
            ("customer_since", "2024-01-01"),
            ("churned_on", "2025-05-01"),
        ])
    };
    let from = day("2024-04-01");
    let facts = AccountFacts {
        account: "a".into(),
        attributes: vec![
            during(Day::MIN, from, account("onboarding", "li@example.com")),
            during(from, Day::MAX, account("adoption", "li@example.com")),
        ],
        ..AccountFacts::default()
    };
    check(
        &facts,
        "2025-04-30",
        &["2024-04-01 accounts: stage: onboarding → adoption", "2024-01-01 accounts: became a customer"],
    );
}

#[test]
fn only_large_changes_of_activation_show() {
    let licence =
        |on: &str, activated: &str| noun(&[("product", "core"), ("on", on), ("activated", activated)]);
    let facts = AccountFacts {
        licences: vec![
            licence("2025-02-01", "104"),
            licence("2025-01-01", "100"),
            licence("2025-03-01", "110"),
            licence("2025-04-01", "100"),
            licence("2025-05-01", "99"),
        ],
        ..AccountFacts::default()
    };
    check(
        &facts,
        "2025-12-31",
        &[
            "2025-05-01 licences: core: 99 seats activated (after 110 on 2025-03-01)",
            "2025-03-01 licences: core: 110 seats activated (after 100 on 2025-01-01)",
            "2025-01-01 licences: core: 100 seats activated",
        ],
    );
    assert!(
        is_news(Some(110), 99) && !is_news(Some(110), 100) && !is_news(Some(0), 0) && is_news(Some(0), 1)
    );
}

#[test]
fn what_happens_later_on_a_day_comes_first() {
    let facts = AccountFacts {
        people: vec![noun(&[("external_id", "ann"), ("name", "Ann")])],
        activities: vec![noun(&[
            ("external_id", "c"),
            ("type", "business_review"),
            ("at", "2025-01-10T12:00:00Z"),
            ("people", "ann;bob"),
            ("subject", "half-year"),
            ("owner", "li@example.com"),
        ])],
        tickets: vec![noun(&[
            ("external_id", "t"),
            ("severity", "2"),
            ("opened_at", "2025-01-10T09:00:00Z"),
            ("resolved_at", "2025-01-11T10:00:00Z"),
            ("due_at", "2025-01-11T09:00:00Z"),
            ("person", "ann"),
        ])],
        surveys: vec![noun(&[
            ("external_id", "s"),
            ("kind", "nps"),
            ("score", "4"),
            ("at", "2025-01-10T10:00:00Z"),
            ("person", "ann"),
            ("comment", "slow"),
        ])],
        escalations: vec![noun(&[
            ("external_id", "e"),
            ("severity", "high"),
            ("reason", "product_gap"),
            ("opened_at", "2025-01-09T10:00:00Z"),
            ("resolved_at", "2025-01-10T23:00:00Z"),
        ])],
        judgements: vec![noun(&[("by", "li"), ("on", "2025-01-10"), ("rating", "2"), ("reason", "quiet")])],
        invoices: vec![
            noun(&[
                ("external_id", "i1"),
                ("amount", "123456"),
                ("due_on", "2025-01-01"),
                ("paid_on", "2025-01-12"),
            ]),
            noun(&[
                ("external_id", "i3"),
                ("amount", "500"),
                ("due_on", "2025-01-05"),
                ("paid_on", "2025-01-06"),
            ]),
            noun(&[
                ("external_id", "i2"),
                ("amount", "100"),
                ("due_on", "2025-01-11"),
                ("paid_on", "2025-01-11"),
            ]),
        ],
        ..AccountFacts::default()
    };
    check(
        &facts,
        "2025-01-10",
        &[
            "2025-01-10 escalations: escalation resolved: product gap (after 1 day)",
            "2025-01-10 activities: business review: half-year (with Ann, bob, by li@example.com)",
            "2025-01-10 surveys: NPS 4 of 10 by Ann: detractor (slow)",
            "2025-01-10 tickets: ticket opened (severity 2, by Ann)",
            "2025-01-10 judgements: judgement 2 of 5 by li (quiet)",
            "2025-01-09 escalations: high escalation: product gap",
            "2025-01-06 invoices: invoice i3 paid 1 day late (5 EUR)",
            "2025-01-02 invoices: invoice i1 overdue (1,235 EUR, not paid)",
        ],
    );
    let shown = |as_of: &str| {
        let workbook = Workbook::default();
        let calendar = Calendar::utc();
        let mut stream = Stream::new(&facts, &workbook, &calendar, day(as_of));
        stream.facts(&[]);
        lines(&stream.newest_first())
    };
    assert_eq!(
        shown("2025-01-12")[..2],
        [
            "2025-01-12 invoices: invoice i1 paid 11 days late (1,235)",
            "2025-01-11 tickets: ticket resolved (after 1 day, past its due time)",
        ]
    );
}

#[test]
fn plans_are_made_accepted_and_kept_or_not() {
    let objective = |id: &str, cells: &[(&str, &str)]| {
        let own = [("external_id", id), ("name", id), ("plan", "p"), ("due_on", "2025-03-01")];
        noun(&own.into_iter().chain(cells.iter().copied()).collect::<Vec<_>>())
    };
    let facts = AccountFacts {
        plans: vec![noun(&[
            ("external_id", "p"),
            ("name", "faster close"),
            ("created_on", "2025-01-01"),
            ("accepted_on", "2025-01-20"),
        ])],
        objectives: vec![
            objective("late", &[("completed_on", "2025-03-05")]),
            objective(
                "kept",
                &[("completed_on", "2025-02-01"), ("verified_on", "2025-02-10"), ("evidence", "mail")],
            ),
        ],
        steps: vec![noun(&[("product", "core"), ("step", "single_sign_on"), ("done_on", "2025-01-02")])],
        ..AccountFacts::default()
    };
    check(
        &facts,
        "2025-03-31",
        &[
            "2025-03-05 objectives: objective completed: late (due 2025-03-01)",
            "2025-03-01 objectives: objective due and not completed: late",
            "2025-02-10 objectives: outcome verified: kept (mail)",
            "2025-02-01 objectives: objective completed: kept (due 2025-03-01)",
            "2025-01-20 plans: success plan accepted: faster close",
            "2025-01-02 steps: core: single sign on done",
            "2025-01-01 plans: success plan: faster close",
        ],
    );
}

#[test]
fn changes_of_colour_are_at_the_end_of_their_day() {
    let scored = |on: &str, score: Option<f64>, colour: Colour| {
        let whole = |kind: ScoreKind| Score {
            kind,
            scorecard: None,
            score,
            colour,
            coverage: 1.0,
            unknown: None,
            components: Vec::new(),
            caps: Vec::new(),
        };
        AccountDay {
            day: day(on),
            status: dearly_health::score::Status::Customer,
            age_days: Some(400),
            arr_cents: 0,
            renews_on: None,
            outcomes: whole(ScoreKind::Outcomes),
            experience: whole(ScoreKind::Experience),
        }
    };
    let (facts, workbook, calendar) = (AccountFacts::default(), Workbook::default(), Calendar::utc());
    let mut stream = Stream::new(&facts, &workbook, &calendar, day("2025-01-22"));
    stream.score(&[
        scored("2025-01-01", None, Colour::Unknown),
        scored("2025-01-08", Some(78.0), Colour::Green),
        scored("2025-01-15", Some(77.0), Colour::Green),
        scored("2025-01-22", Some(44.2), Colour::Red),
    ]);
    assert_eq!(
        lines(&stream.newest_first()),
        [
            "2025-01-22 score: outcomes turned red (77 → 44)",
            "2025-01-08 score: outcomes turned green (unknown → 78)",
        ]
    );
}

#[test]
fn pages_follow_each_other() {
    let entries = |n: i32| -> Vec<TimelineEntry> {
        let entry = |place: i32| TimelineEntry {
            on: day("2025-01-01"),
            kind: "tickets".to_owned(),
            key: place.to_string(),
            title: String::new(),
            text: None,
        };
        (0..n).map(entry).collect()
    };
    let keys =
        |page: &Timeline| page.entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>().join(" ");
    let first = page(entries(5), 0, 3);
    assert_eq!((keys(&first).as_str(), first.next_cursor.as_deref()), ("0 1 2", Some("3")));
    let second = page(entries(5), 3, 3);
    assert_eq!((keys(&second).as_str(), second.next_cursor), ("3 4", None));
    assert!(page(entries(5), 9, 3).entries.is_empty());
}
