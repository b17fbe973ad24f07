//! Random workbooks: the defaults, changed by a recipe that is short enough to read when a test fails.

use std::collections::BTreeMap;

use dearly_workbook::Condition;
use dearly_workbook::model::{
    Bands, Cap, CapColour, Component, Curve, EngagementException, FeatureSet, Limit, LimitWhen, Measure,
    Missing, NpsOf, Per, Points, Segment, Setup, SetupStep, TrendAgainst, TrendOf, Value, Workbook, Workflow,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::facts::{EVENTS, PRODUCTS, STEPS};

/// What to change in the default workbook.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    time_zone: Option<&'static str>,
    grace_days: i32,
    sticky: Vec<&'static str>,
    workflows: Vec<Workflow>,
    setup: BTreeMap<String, Vec<SetupStep>>,
    exceptions: Vec<EngagementException>,
    cadences: BTreeMap<i64, i32>,
    scorecards: [ScorecardRecipe; 2],
}

/// What to change in a scorecard.
#[derive(Clone, Debug)]
struct ScorecardRecipe {
    bands: Bands,
    minimum_coverage: f64,
    new_for_days: i32,
    missing: Missing,
    /// Taken in turn.
    component_weights: Vec<f64>,
    /// Taken in turn; `None` keeps the weight.
    measure_weights: Vec<Option<f64>>,
    more_measures: Vec<Measure>,
    require: Vec<&'static str>,
    caps: Vec<(&'static str, CapColour)>,
    for_segments: Vec<&'static str>,
}

const SEGMENTS: [(&str, &str); 3] = [
    ("big", "account.arr_cents >= 200000"),
    ("first", "account.tier == 1"),
    ("both", "segment.big && segment.first"),
];

const CONDITIONS: [&str; 9] = [
    "account.champion_left_days <= 30 && account.champions == 0",
    "account.champion_left_days <= 90",
    "account.champions == 0 || account.tier == 1",
    "account.days_to_renewal < 60",
    "account.key_people > 1",
    "account.attributes.health_index < 5",
    "segment.big",
    "account.stage == 'onboarding' && account.segment == 'smb'",
    "account.age_days > 200",
];

impl Recipe {
    /// The workbook.
    pub(crate) fn workbook(&self) -> Workbook {
        let mut workbook = Workbook::default();
        workbook.organisation.time_zone = self.time_zone.map(str::to_owned);
        workbook.organisation.grace_days = self.grace_days;
        workbook.features.sticky = self.sticky.iter().map(|name| (*name).to_owned()).collect();
        workbook.features.workflows = self.workflows.clone();
        workbook.setup = Setup { products: self.setup.clone() };
        workbook.engagement.exceptions = self.exceptions.clone();
        workbook.engagement.business_review_days = self.cadences.clone();
        workbook.segments = SEGMENTS
            .iter()
            .map(|(id, source)| Segment { id: (*id).to_owned(), label: None, when: condition(source) })
            .collect();
        let mut others = Vec::new();
        for (scorecard, recipe) in workbook.scorecards.iter_mut().zip(&self.scorecards) {
            // The defaults stay for the accounts that the changed scorecard is not for, half of the time.
            if recipe.for_segments.len() == 1 {
                others.push(scorecard.clone());
            }
            scorecard.for_segments = recipe.for_segments.iter().map(|id| (*id).to_owned()).collect();
            scorecard.bands = recipe.bands;
            scorecard.minimum_coverage = recipe.minimum_coverage;
            scorecard.new_for_days = recipe.new_for_days;
            scorecard.missing = recipe.missing;
            let mut weights = recipe.measure_weights.iter().cycle();
            for measure in scorecard.components.iter_mut().flat_map(|component| &mut component.measures) {
                measure.weight = weights.next().copied().flatten().unwrap_or(measure.weight);
            }
            if !recipe.more_measures.is_empty() {
                scorecard.components.push(Component {
                    id: "more".into(),
                    label: None,
                    weight: 10.0,
                    require: recipe.require.iter().map(|facet| (*facet).to_owned()).collect(),
                    measures: recipe.more_measures.clone(),
                });
            }
            for (component, weight) in
                scorecard.components.iter_mut().zip(recipe.component_weights.iter().cycle())
            {
                component.weight = *weight;
            }
            let caps = recipe.caps.iter();
            scorecard.caps.extend(caps.map(|(source, at_most)| Cap {
                label: None,
                when: condition(source),
                at_most: *at_most,
            }));
        }
        workbook.scorecards.extend(others);
        workbook
    }
}

fn condition(source: &str) -> Condition {
    Condition::compile(source).expect("a condition")
}

fn window() -> impl Strategy<Value = i32> + Clone {
    select(&[1, 2, 7, 28, 28, 30, 90, 365][..])
}

fn per() -> impl Strategy<Value = Per> + Clone {
    select(&[Per::ActivatedLicences, Per::EntitledSeats, Per::One][..])
}

fn features() -> impl Strategy<Value = FeatureSet> + Clone {
    let named = subsequence(&EVENTS[..], 0..=3)
        .prop_map(|names| FeatureSet::Named(names.into_iter().map(str::to_owned).collect()));
    prop_oneof![1 => Just(FeatureSet::Sticky), 1 => named]
}

/// Every kind of measure.
fn value() -> impl Strategy<Value = Value> {
    let kinds: Vec<BoxedStrategy<Value>> = vec![
        Just(Value::LicenceUtilisation).boxed(),
        Just(Value::SetupStepsDone).boxed(),
        window().prop_map(|within| Value::ProductsLive { within }).boxed(),
        (window(), per()).prop_map(|(within, per)| Value::ActiveUsers { within, per }).boxed(),
        (1..4, window(), per())
            .prop_map(|(days_at_least, within, per)| Value::HealthyActiveUsers { days_at_least, within, per })
            .boxed(),
        window().prop_map(|within| Value::LoginFrequency { within }).boxed(),
        (window(), any::<bool>())
            .prop_map(|(within, working_days)| Value::Stickiness { within, working_days })
            .boxed(),
        (features(), window()).prop_map(|(features, within)| Value::FeatureUse { features, within }).boxed(),
        (features(), select(&[0.0, 0.2, 1.0 / 3.0, 0.5, 1.0][..]), 1..4, window())
            .prop_map(|(features, by_at_least, days_at_least, within)| Value::FeaturesInRegularUse {
                features,
                by_at_least,
                days_at_least,
                within,
            })
            .boxed(),
        (subsequence(vec!["w0".to_owned(), "w1".to_owned()], 0..=2), window())
            .prop_map(|(workflows, within)| Value::WorkflowCompletion { workflows, within })
            .boxed(),
        (features(), 1..4_i64, window())
            .prop_map(|(features, by_at_least, within)| Value::FeaturesUsed { features, by_at_least, within })
            .boxed(),
        (
            select(&[TrendOf::ActiveUsers, TrendOf::Events][..]),
            select(&[TrendAgainst::Previous, TrendAgainst::LastYear][..]),
            window(),
        )
            .prop_map(|(of, against, within)| Value::UsageTrend { of, against, within })
            .boxed(),
        Just(Value::KeyPeopleMet).boxed(),
        window().prop_map(|within| Value::Multithreading { within }).boxed(),
        subsequence(vec!["call".to_owned(), "email".to_owned()], 0..=2)
            .prop_map(|types| Value::DaysSinceActivity { types })
            .boxed(),
        Just(Value::BusinessReviewHeld).boxed(),
        (window(), select(&[0, 30, 90][..]))
            .prop_map(|(within, no_plan_until)| Value::VerifiedOutcomes { within, no_plan_until })
            .boxed(),
        select(&[0, 30, 90][..]).prop_map(|no_plan_until| Value::PlanOnTrack { no_plan_until }).boxed(),
        window().prop_map(|within| Value::PlanAccepted { within }).boxed(),
        (select(&[NpsOf::LowestKeyPerson, NpsOf::Everybody][..]), window())
            .prop_map(|(of, within)| Value::Nps { of, within })
            .boxed(),
        window().prop_map(|within| Value::Csat { within }).boxed(),
        window().prop_map(|within| Value::Ces { within }).boxed(),
        (1..5_i64).prop_map(|severity_up_to| Value::OpenTickets { severity_up_to }).boxed(),
        (1..5_i64).prop_map(|severity_up_to| Value::TicketsPastSla { severity_up_to }).boxed(),
        (subsequence(vec!["defect".to_owned(), "BUG".to_owned()], 0..=2), window(), any::<bool>())
            .prop_map(|(categories, within, per_100_active_users)| Value::TicketsOpened {
                categories,
                within,
                per_100_active_users,
            })
            .boxed(),
        window().prop_map(|within| Value::TimeToResolve { within }).boxed(),
        select(&[0, 30, 60][..]).prop_map(|more_than| Value::OverdueInvoices { more_than }).boxed(),
        Just(Value::OpenEscalations).boxed(),
        select(&[30, 90][..]).prop_map(|expires_after| Value::Judgement { expires_after }).boxed(),
        select(&["health_index", "nothing"][..])
            .prop_map(|name| Value::Attribute { name: name.to_owned() })
            .boxed(),
        window().prop_map(|within| Value::ArrChange { within }).boxed(),
        Just(Value::Tenure).boxed(),
        Just(Value::Sql(STATEMENT.to_owned())).boxed(),
    ];
    proptest::strategy::Union::new(kinds)
}

/// A statement that the records of random books have answers to.
pub(super) const STATEMENT: &str = "select account, value from somewhere";

/// A limit that the kind of measure may carry.
fn limits(value: &Value, bound: f64) -> Vec<Limit> {
    let limit = |when, at_most, at_least| Limit { when, at_most, at_least };
    match value {
        Value::SetupStepsDone => vec![
            limit(LimitWhen::BasicStepMissing, Some(bound), None),
            limit(LimitWhen::BasicStepsDone, None, Some(bound)),
        ],
        Value::Multithreading { .. } => vec![limit(LimitWhen::NoExecutive, Some(bound), None)],
        Value::OpenTickets { .. } => vec![limit(LimitWhen::SeverityOnePastDue, Some(bound), None)],
        _ => Vec::new(),
    }
}

fn curve() -> impl Strategy<Value = Curve> {
    select(vec![
        Curve::Linear(vec![(0.0, 0.0), (0.5, 50.0), (2.0, 100.0)]),
        Curve::Linear(vec![(-0.7, 100.0), (1.0, 60.0), (30.0, 0.0)]),
        Curve::Linear(vec![(0.0, 0.0), (400.0, 100.0)]),
        // Between the values that coincidences make: a knot of a step decides by the last bit.
        Curve::Steps(vec![(0.123, 20.0), (0.7123, 60.0), (7.123, 100.0)]),
        Curve::Steps(vec![(1.0, 100.0), (2.0, 0.0)]),
    ])
}

fn measure() -> impl Strategy<Value = Measure> {
    let points = vec((0..13, curve()), 1..=2).prop_map(|mut by_age| {
        by_age.sort_by_key(|(months, _)| *months);
        by_age.dedup_by_key(|(months, _)| *months);
        Points { by_age }
    });
    let points = prop_oneof![2 => curve().prop_map(|curve| Points { by_age: vec![(0, curve)] }), 1 => points];
    let facet = option::of(select(&["breadth", "depth"][..]));
    (value(), facet, select(&[1.0, 1.0, 2.5, 0.0][..]), points, select(&[20.0, 49.0, 80.0][..])).prop_map(
        |(value, facet, weight, points, bound)| Measure {
            id: "measure".into(),
            label: None,
            facet: facet.map(str::to_owned),
            weight,
            limits: limits(&value, bound),
            value,
            points,
        },
    )
}

fn scorecard() -> impl Strategy<Value = ScorecardRecipe> {
    let bands = select(&[(50.0, 75.0), (50.0, 75.0), (30.0, 60.5)][..]);
    let minimum_coverage = select(&[0.6, 0.6, 0.0, 0.3, 0.8, 1.0][..]);
    let missing = select(&[Missing::LeaveOut, Missing::LeaveOut, Missing::Zero][..]);
    let caps = vec((select(&CONDITIONS[..]), select(&[CapColour::Yellow, CapColour::Red][..])), 0..3);
    let for_segments = prop_oneof![
        4 => Just(Vec::new()),
        1 => subsequence(&["big", "first", "both", "enterprise"][..], 1..=2),
    ];
    (
        bands.prop_map(|(yellow, green)| Bands { yellow, green }),
        minimum_coverage,
        select(&[30, 30, 0][..]),
        missing,
        vec(select(&[20.0, 35.0, 1.0, 100.0 / 3.0][..]), 1..5),
        vec(option::of(select(&[0.0, 1.0, 15.0, 60.0][..])), 1..6),
        vec(measure(), 0..7),
        subsequence(&["breadth", "depth"][..], 0..=2),
        caps,
        for_segments,
    )
        .prop_map(
            |(
                bands,
                minimum_coverage,
                new_for_days,
                missing,
                component_weights,
                measure_weights,
                more_measures,
                require,
                caps,
                for_segments,
            )| ScorecardRecipe {
                bands,
                minimum_coverage,
                new_for_days,
                missing,
                component_weights,
                measure_weights,
                more_measures,
                require,
                caps,
                for_segments,
            },
        )
}

fn workflow() -> impl Strategy<Value = Workflow> {
    // Steps may come twice.
    let steps = vec(select(&EVENTS[..3]), 1..=3);
    (steps, select(&[0, 1, 7, 14][..]), select(&[1.0, 0.5, 0.0, 3.0][..])).prop_map(
        |(steps, within_days, expected_per_user)| Workflow {
            id: String::new(),
            label: None,
            steps: steps.into_iter().map(str::to_owned).collect(),
            within_days,
            expected_per_user,
        },
    )
}

fn setup() -> impl Strategy<Value = BTreeMap<String, Vec<SetupStep>>> {
    let steps = || {
        (subsequence(&STEPS[..], 0..=3), vec(any::<bool>(), 3)).prop_map(|(steps, basic)| {
            let steps = steps.into_iter().zip(basic);
            steps.map(|(step, basic)| SetupStep { step: step.to_owned(), basic }).collect::<Vec<_>>()
        })
    };
    (option::of(steps()), option::of(steps())).prop_map(|(own, every)| {
        let own = own.map(|steps| (PRODUCTS[0].to_owned(), steps));
        let every = every.map(|steps| ("*".to_owned(), steps));
        own.into_iter().chain(every).collect()
    })
}

fn exception() -> impl Strategy<Value = EngagementException> {
    let role = select(&["champion", "admin", "influencer"][..]);
    (
        option::of(1..=3_i64),
        option::of(select(&["onboarding", "adoption"][..])),
        role,
        select(&[1, 28, 180][..]),
    )
        .prop_map(|(tier, stage, role, days)| EngagementException {
            tier,
            stage: stage.map(str::to_owned),
            key_roles: [(role.to_owned(), days)].into_iter().collect(),
        })
}

/// Any recipe.
pub(super) fn recipe() -> impl Strategy<Value = Recipe> {
    let time_zone = select(&[None, None, Some("Europe/Berlin"), Some("America/Los_Angeles")][..]);
    let features = (subsequence(&EVENTS[..], 0..=3), vec(workflow(), 0..=2));
    let cadences = subsequence(vec![(1, 90), (2, 180), (3, 30)], 0..=3);
    let engagement = (vec(exception(), 0..=2), cadences);
    let all =
        (time_zone, select(&[30, 0, 60][..]), features, setup(), engagement, [scorecard(), scorecard()]);
    all.prop_map(
        |(time_zone, grace_days, (sticky, mut workflows), setup, (exceptions, cadences), scorecards)| {
            for (index, workflow) in workflows.iter_mut().enumerate() {
                workflow.id = format!("w{index}");
            }
            Recipe {
                time_zone,
                grace_days,
                sticky,
                workflows,
                setup,
                exceptions,
                cadences: cadences.into_iter().collect(),
                scorecards,
            }
        },
    )
}
