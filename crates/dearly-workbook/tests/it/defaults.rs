//! The workbook that ships with Dearly is right, whole, and what `rules.md` says.

use dearly_workbook::{
    CapColour, Curve, Engagement, FeatureSet, Features, LimitWhen, Organisation, Per, ScoreKind, Setup,
    TrendAgainst, TrendOf, Value, Workbook, defaults, parse,
};

use crate::{defaults_with, told};

/// Components with their weights, and the weights of their measures.
type Weights = Vec<(String, f64, Vec<(String, f64)>)>;
type Expected<'a> = (&'a str, f64, &'a [(&'a str, f64)]);

fn measure<'a>(workbook: &'a Workbook, id: &str) -> &'a dearly_workbook::Measure {
    workbook
        .scorecards
        .iter()
        .flat_map(|card| &card.components)
        .flat_map(|component| &component.measures)
        .find(|measure| measure.id == id)
        .unwrap_or_else(|| panic!("no measure {id}"))
}

#[test]
fn they_parse_without_a_problem_or_a_warning() {
    let parsed = parse(&defaults());
    assert_eq!(told(&parsed), Vec::<String>::new());
    let workbook = Workbook::default();
    assert_eq!(
        workbook.organisation,
        Organisation { time_zone: Some("UTC".into()), ..Organisation::default() }
    );
    assert_eq!(workbook.engagement, Engagement::default());
    assert_eq!(workbook.features, Features::default());
    assert_eq!(workbook.setup, Setup::default());
    let segments: Vec<&str> = workbook.segments.iter().map(|segment| segment.id.as_str()).collect();
    assert_eq!(segments, ["enterprise", "mid_market", "smb"]);
}

#[test]
fn weights_bands_and_the_cap_are_those_of_the_rules() {
    let workbook = Workbook::default();
    let weights = |score| -> Weights {
        let card = workbook.scorecards.iter().find(|card| card.score == score).unwrap();
        assert_eq!((card.bands.yellow, card.bands.green), (50.0, 75.0));
        assert_eq!((card.minimum_coverage, card.new_for_days), (0.6, 30));
        card.components
            .iter()
            .map(|component| {
                let measures =
                    component.measures.iter().map(|measure| (measure.id.clone(), measure.weight)).collect();
                (component.id.clone(), component.weight, measures)
            })
            .collect()
    };
    let expected = |list: &[Expected]| -> Weights {
        let measures =
            |list: &[(&str, f64)]| list.iter().map(|(id, weight)| ((*id).into(), *weight)).collect();
        list.iter().map(|(id, weight, list)| ((*id).into(), *weight, measures(list))).collect()
    };
    assert_eq!(
        weights(ScoreKind::Outcomes),
        expected(&[
            (
                "deployment",
                20.0,
                &[("licence_utilisation", 60.0), ("setup_completeness", 25.0), ("products_live", 15.0)]
            ),
            (
                "engagement",
                20.0,
                &[("key_people_met", 50.0), ("multithreading", 30.0), ("business_review", 20.0)]
            ),
            (
                "adoption",
                35.0,
                &[
                    ("active_users", 40.0),
                    ("healthy_active_users", 15.0),
                    ("sticky_features", 25.0),
                    ("workflow_completion", 10.0),
                    ("usage_trend", 10.0),
                ],
            ),
            ("roi", 25.0, &[("verified_outcomes", 60.0), ("plan_on_track", 30.0), ("plan_accepted", 10.0)]),
        ])
    );
    assert_eq!(
        weights(ScoreKind::Experience),
        expected(&[(
            "experience",
            100.0,
            &[
                ("nps", 25.0),
                ("csat", 20.0),
                ("urgent_tickets", 20.0),
                ("defect_tickets", 10.0),
                ("open_escalation", 15.0),
                ("judgement", 10.0),
            ],
        )])
    );
    let outcomes = workbook.scorecards.iter().find(|card| card.score == ScoreKind::Outcomes).unwrap();
    let adoption = outcomes.components.iter().find(|component| component.id == "adoption").unwrap();
    assert_eq!(adoption.require, ["breadth", "depth"]);
    assert_eq!(outcomes.caps.len(), 1);
    assert_eq!(outcomes.caps[0].at_most, CapColour::Yellow);
    assert_eq!(outcomes.caps[0].when.source(), "account.champion_left_days <= 30 && account.champions == 0");
}

#[test]
fn values_and_windows_are_those_of_the_rules() {
    let workbook = Workbook::default();
    let per = Per::ActivatedLicences;
    for (id, value) in [
        ("licence_utilisation", Value::LicenceUtilisation),
        ("setup_completeness", Value::SetupStepsDone),
        ("products_live", Value::ProductsLive { within: 28 }),
        ("key_people_met", Value::KeyPeopleMet),
        ("multithreading", Value::Multithreading { within: 90 }),
        ("business_review", Value::BusinessReviewHeld),
        ("active_users", Value::ActiveUsers { within: 28, per }),
        ("healthy_active_users", Value::HealthyActiveUsers { days_at_least: 10, within: 28, per }),
        (
            "sticky_features",
            Value::FeaturesInRegularUse {
                features: FeatureSet::Sticky,
                by_at_least: 0.2,
                days_at_least: 4,
                within: 28,
            },
        ),
        ("workflow_completion", Value::WorkflowCompletion { workflows: vec![], within: 28 }),
        (
            "usage_trend",
            Value::UsageTrend { of: TrendOf::ActiveUsers, against: TrendAgainst::Previous, within: 28 },
        ),
        ("verified_outcomes", Value::VerifiedOutcomes { within: 365, no_plan_until: 90 }),
        ("plan_on_track", Value::PlanOnTrack { no_plan_until: 90 }),
        ("plan_accepted", Value::PlanAccepted { within: 365 }),
        ("nps", Value::Nps { of: dearly_workbook::NpsOf::LowestKeyPerson, within: 365 }),
        ("csat", Value::Csat { within: 90 }),
        ("urgent_tickets", Value::OpenTickets { severity_up_to: 2 }),
        (
            "defect_tickets",
            Value::TicketsOpened {
                categories: vec!["defect".into(), "bug".into()],
                within: 90,
                per_100_active_users: true,
            },
        ),
        ("open_escalation", Value::OpenEscalations),
        ("judgement", Value::Judgement { expires_after: 90 }),
    ] {
        assert_eq!(measure(&workbook, id).value, value, "{id}");
    }
}

#[test]
fn points_at_every_knot_are_those_of_the_rules() {
    let workbook = Workbook::default();
    for (id, age, knots) in [
        ("licence_utilisation", 2, &[(0.0, 0.0), (0.1, 50.0), (0.5, 75.0), (0.75, 90.0), (1.0, 100.0)][..]),
        ("licence_utilisation", 5, &[(0.1, 50.0), (0.3, 62.5)]),
        ("licence_utilisation", 6, &[(0.0, 0.0), (0.5, 50.0), (0.75, 75.0), (1.0, 100.0)]),
        ("licence_utilisation", 9, &[(0.0, 0.0), (0.6, 50.0), (0.75, 75.0), (0.9, 100.0), (1.0, 100.0)]),
        ("licence_utilisation", 99, &[(0.3, 25.0), (1.2, 100.0)]),
        ("setup_completeness", 0, &[(0.0, 0.0), (0.8, 75.0), (1.0, 100.0)]),
        ("products_live", 0, &[(0.0, 0.0), (0.5, 50.0), (1.0, 100.0)]),
        ("key_people_met", 0, &[(0.0, 0.0), (0.4, 50.0), (0.75, 75.0), (1.0, 100.0)]),
        (
            "multithreading",
            0,
            &[(0.0, 0.0), (1.0, 25.0), (2.0, 60.0), (3.0, 85.0), (4.0, 100.0), (7.0, 100.0)],
        ),
        (
            "business_review",
            0,
            &[(0.0, 100.0), (0.5, 87.5), (1.0, 75.0), (1.5, 50.0), (2.0, 0.0), (3.0, 0.0)],
        ),
        ("active_users", 0, &[(0.0, 0.0), (0.5, 50.0), (0.8, 75.0), (1.0, 100.0)]),
        ("healthy_active_users", 0, &[(0.0, 0.0), (0.1, 50.0), (0.5, 75.0), (1.0, 100.0)]),
        ("sticky_features", 0, &[(0.0, 0.0), (0.33, 50.0), (0.67, 75.0), (1.0, 100.0)]),
        ("workflow_completion", 0, &[(0.0, 0.0), (0.4, 50.0), (0.75, 75.0), (1.0, 100.0)]),
        (
            "usage_trend",
            0,
            &[(-1.0, 0.0), (-0.5, 0.0), (-0.2, 50.0), (-0.05, 75.0), (0.1, 100.0), (0.4, 100.0)],
        ),
        ("verified_outcomes", 0, &[(0.0, 0.0), (1.0, 60.0), (2.0, 100.0)]),
        ("plan_on_track", 0, &[(0.0, 0.0), (0.5, 50.0), (0.8, 75.0), (1.0, 100.0)]),
        ("plan_accepted", 0, &[(0.0, 0.0), (1.0, 60.0), (2.0, 100.0)]),
        ("nps", 0, &[(0.0, 20.0), (6.0, 20.0), (7.0, 60.0), (8.0, 60.0), (9.0, 100.0), (10.0, 100.0)]),
        ("csat", 0, &[(0.0, 0.0), (0.7, 50.0), (0.85, 75.0), (1.0, 100.0)]),
        ("urgent_tickets", 0, &[(0.0, 100.0), (1.0, 70.0), (2.0, 55.0), (3.0, 0.0), (9.0, 0.0)]),
        ("defect_tickets", 0, &[(0.0, 100.0), (2.0, 75.0), (5.0, 50.0), (10.0, 0.0)]),
        ("open_escalation", 0, &[(0.0, 100.0), (1.0, 60.0), (2.0, 60.0), (3.0, 0.0), (4.0, 0.0)]),
        ("judgement", 0, &[(1.0, 0.0), (2.0, 25.0), (3.0, 60.0), (4.0, 80.0), (5.0, 100.0)]),
    ] {
        let curve =
            measure(&workbook, id).points.curve(age).unwrap_or_else(|| panic!("{id} at {age} months"));
        for (value, points) in knots {
            let found = curve.points(*value);
            assert!(
                (found - points).abs() < 1e-9,
                "{id} at {age} months: {value} gives {found}, not {points}"
            );
        }
    }
    assert_eq!(measure(&workbook, "licence_utilisation").points.curve(1), None);
}

#[test]
fn limits_are_those_of_the_rules() {
    let workbook = Workbook::default();
    let limits = |id| -> Vec<(LimitWhen, Option<f64>, Option<f64>)> {
        measure(&workbook, id)
            .limits
            .iter()
            .map(|limit| (limit.when, limit.at_most, limit.at_least))
            .collect()
    };
    assert_eq!(
        limits("setup_completeness"),
        [(LimitWhen::BasicStepMissing, Some(49.0), None), (LimitWhen::BasicStepsDone, None, Some(50.0))]
    );
    assert_eq!(limits("multithreading"), [(LimitWhen::NoExecutive, Some(74.0), None)]);
    assert_eq!(limits("urgent_tickets"), [(LimitWhen::SeverityOnePastDue, Some(25.0), None)]);
}

#[test]
fn a_kind_without_parameters_takes_the_defaults() {
    let workbook = Workbook::default();
    let bare = defaults_with("scorecards/outcomes.yaml", |text| {
        text.replace("{ active_users: { within: 28d }, per: activated_licences }", "active_users")
            .replace("{ multithreading: { within: 90d } }", "{ multithreading: }")
            .replace("{ features: sticky, by_at_least: 20%, days_at_least: 4, within: 28d }", "{}")
            .replace("{ verified_outcomes: { within: 365d, no_plan_until: 90d } }", "verified_outcomes")
    });
    assert_eq!(parse(&bare).workbook.unwrap(), workbook);
}

#[test]
fn steps_and_knots_stay_apart() {
    let workbook = Workbook::default();
    assert!(matches!(measure(&workbook, "nps").points.by_age[0].1, Curve::Steps(_)));
    assert!(matches!(measure(&workbook, "csat").points.by_age[0].1, Curve::Linear(_)));
}

#[test]
fn scorecards_with_for_come_first() {
    let mut documents = defaults();
    let enterprise = documents.iter().find(|document| document.path == "scorecards/outcomes.yaml").unwrap();
    let text =
        enterprise.text.replace("id: outcomes", "id: outcomes_enterprise\nfor: { segment: enterprise }");
    documents.push(crate::document("scorecards/zz.yaml", &text));
    let workbook = parse(&documents).workbook.unwrap();
    let ids: Vec<&str> = workbook.scorecards.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(ids, ["outcomes_enterprise", "experience", "outcomes"]);

    let mut fields = dearly_workbook::Fields::new().with("account.segment", "enterprise");
    workbook.decide_segments(&mut fields);
    assert_eq!(workbook.scorecard(ScoreKind::Outcomes, &fields).unwrap().id, "outcomes_enterprise");
    let mut fields = dearly_workbook::Fields::new();
    workbook.decide_segments(&mut fields);
    assert_eq!(workbook.scorecard(ScoreKind::Outcomes, &fields).unwrap().id, "outcomes");
}

#[test]
fn the_organisation_says_calendar_rates_and_labels() {
    let documents = defaults_with("organisation.yaml", |text| {
        text.replace(
            "time_zone: UTC",
            "time_zone: Europe/Berlin\ncurrency: EUR\nrates: { USD: 0.5 }\nlabels: { roi: Value }",
        )
    });
    let workbook = parse(&documents).workbook.unwrap();
    assert_eq!(Some(workbook.calendar()), dearly_domain::Calendar::named("Europe/Berlin"));
    assert_eq!(workbook.rates().convert(100, Some("USD")), Some(50));
    assert_eq!(workbook.label("roi", Some("ROI")), "Value");
    assert_eq!(workbook.label("adoption", Some("Adoption")), "Adoption");
    assert_eq!(workbook.label("adoption", None), "adoption");
}
