//! Records of one account, with all their versions.

use std::fmt::Debug;

use dearly_domain::account::Account;
use dearly_domain::activity::Activity;
use dearly_domain::escalation::{Escalation, SEVERITIES};
use dearly_domain::invoice::Invoice;
use dearly_domain::judgement::Judgement;
use dearly_domain::licence::Licence;
use dearly_domain::objective::Objective;
use dearly_domain::person::Person;
use dearly_domain::plan::Plan;
use dearly_domain::step::Step;
use dearly_domain::subscription::Subscription;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_domain::{Attribute, Attributes, Instant, Record, Version};
use dearly_health::facts::{Usage, UsageRow};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::days::{day, instant, recent_day};
use super::records::Records;

pub(super) const PRODUCTS: [&str; 3] = ["core", "plus", "extra"];
pub(super) const EVENTS: [&str; 5] = ["open", "report", "export", "share", "invite"];
pub(super) const STEPS: [&str; 3] = ["connect", "invite_users", "train"];
const USERS: [&str; 4] = ["u1", "u2", "u3", "u4"];
const PEOPLE: usize = 4;
const ROLES: [&str; 6] =
    ["champion", "admin", "executive_sponsor", "economic_buyer", "end_user", "influencer"];
const KINDS: [&str; 8] =
    ["call", "meeting", "business_review", "email", "training", "onsite", "alignment_call", "note"];

fn text(options: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    select(options).prop_map(str::to_owned)
}

/// Up to so many rows in versions, of which most never change; none at all now and then. `key` gives a version the key
/// of its row, from the row's first version and its place.
fn rows<T: Record + Debug>(
    value: impl Strategy<Value = T> + Clone + 'static,
    most: usize,
    key: fn(&mut T, &T, usize),
) -> BoxedStrategy<Vec<Version>> {
    let version = (value, instant(day()), any::<bool>());
    let versions = prop_oneof![8 => vec(version.clone(), 1), 3 => vec(version, 2..=3)];
    let number = move |rows: Vec<Vec<(T, Instant, bool)>>| {
        let mut numbered = Vec::new();
        for (index, versions) in rows.into_iter().enumerate() {
            let first = versions[0].0.clone();
            for (mut value, known_at, is_recorded) in versions {
                key(&mut value, &first, index);
                // What the book does not date becomes known with its import.
                let recorded_at = is_recorded.then_some(known_at);
                numbered.push(Version { recorded_at, imported_at: known_at, row: value.to_row() });
            }
        }
        numbered
    };
    prop_oneof![1 => Just(Vec::new()), 6 => vec(versions, 0..=most).prop_map(number)].boxed()
}

fn account() -> impl Strategy<Value = Account> + Clone {
    let attribute = prop_oneof![
        (0..10_i64).prop_map(Attribute::Integer),
        (0.0..10.0).prop_map(Attribute::Decimal),
        any::<bool>().prop_map(Attribute::Boolean),
        Just(Attribute::Text("7".into())),
    ];
    let account = (
        option::of(text(&["enterprise", "smb"])),
        option::weighted(0.8, 1..=4_i64),
        option::of(text(&["onboarding", "adoption"])),
        option::of(day()),
        option::weighted(0.15, day()),
        option::of(attribute),
    );
    account.prop_map(|(segment, tier, stage, customer_since, churned_on, index)| Account {
        external_id: "a".into(),
        name: "A".into(),
        parent: None,
        segment,
        tier,
        industry: None,
        region: None,
        stage,
        csm: None,
        customer_since,
        churned_on,
        attributes: index.map(|index| ("health_index".to_owned(), index)).into_iter().collect(),
    })
}

fn person() -> impl Strategy<Value = Person> + Clone {
    let roles = subsequence(&ROLES[..], 0..=3);
    (roles, option::of(day()), option::weighted(0.3, day()), option::of(0..=3_i64)).prop_map(
        |(roles, since, until, influence)| Person {
            external_id: "".into(),
            account: "a".into(),
            name: None,
            email: None,
            title: None,
            roles: roles.into_iter().map(str::to_owned).collect(),
            influence,
            since: since.map(|since| until.map_or(since, |until| since.min(until))),
            until: until.map(|until| since.map_or(until, |since| until.max(since))),
            attributes: Attributes::new(),
        },
    )
}

fn term() -> impl Strategy<Value = Subscription> + Clone {
    let unit = option::of(text(&["seats", "Users", "gigabytes"]));
    let quantity = option::weighted(0.8, select(&[0.0, 1.0, 2.0, 3.0, 3.5, 10.0][..]));
    let length = option::weighted(0.8, select(&[1, 30, 90, 180, 365][..]));
    (text(&PRODUCTS), day(), length, option::of(0..5_i64), 0..5_i64, quantity, unit).prop_map(
        |(product, starts_on, length, arr, mrr, quantity, unit)| Subscription {
            external_id: "".into(),
            account: "a".into(),
            product,
            starts_on,
            ends_on: length.map(|length| starts_on.plus_days(length)),
            arr_cents: arr.map(|arr| arr * 100_000),
            mrr_cents: Some(mrr * 10_000),
            currency: None,
            quantity,
            unit,
            auto_renew: None,
            renews: None,
            signed_on: None,
            notice_on: None,
            attributes: Attributes::new(),
        },
    )
}

fn step() -> impl Strategy<Value = Step> + Clone {
    (text(&PRODUCTS), text(&STEPS), option::weighted(0.8, day())).prop_map(|(product, step, done_on)| Step {
        account: "a".into(),
        product,
        step,
        done_on,
        attributes: Attributes::new(),
    })
}

fn licence() -> impl Strategy<Value = Licence> + Clone {
    (text(&PRODUCTS), day(), option::of(0..6_i64), option::of(0..4_i64)).prop_map(
        |(product, on, assigned, activated)| Licence {
            account: "a".into(),
            product,
            on,
            assigned,
            activated,
            attributes: Attributes::new(),
        },
    )
}

fn activity() -> impl Strategy<Value = Activity> + Clone {
    let direction = prop_oneof![
        3 => Just(None),
        2 => Just(Some("two_way".to_owned())),
        1 => Just(Some("outbound".to_owned())),
    ];
    (text(&KINDS), instant(day()), vec(0..PEOPLE + 1, 0..3), direction).prop_map(
        |(kind, at, people, direction)| Activity {
            external_id: "".into(),
            account: "a".into(),
            kind,
            at,
            people: people.into_iter().map(|person| format!("person-{person}")).collect(),
            owner: None,
            playbook: None,
            minutes: None,
            direction,
            subject: None,
            notes: None,
            attributes: Attributes::new(),
        },
    )
}

/// The second instant, not before the first.
fn after(first: Instant, second: Option<Instant>) -> Option<Instant> {
    second.map(|second| second.max(first))
}

fn ticket() -> impl Strategy<Value = Ticket> + Clone {
    let category = option::of(text(&["defect", "Bug", "question"]));
    let later = || option::of(instant(day()));
    (1..=4_i64, instant(day()), later(), later(), category).prop_map(
        |(severity, opened_at, resolved_at, due_at, category)| Ticket {
            external_id: "".into(),
            account: "a".into(),
            severity,
            opened_at,
            person: None,
            first_response_at: None,
            resolved_at: after(opened_at, resolved_at),
            due_at,
            category,
            subject: None,
            attributes: Attributes::new(),
        },
    )
}

fn survey() -> impl Strategy<Value = Survey> + Clone {
    let person = option::weighted(0.8, 0..PEOPLE + 1);
    (
        text(&["nps", "csat", "ces"]),
        0..=10_u8,
        option::weighted(0.3, select(&[5.0, 10.0][..])),
        instant(day()),
        person,
    )
        .prop_map(|(kind, score, scale, at, person)| {
            let mut survey = Survey {
                external_id: "".into(),
                account: "a".into(),
                kind,
                score: 0.0,
                at,
                scale,
                person: person.map(|person| format!("person-{person}").into()),
                comment: None,
                attributes: Attributes::new(),
            };
            survey.score = f64::from(score).min(survey.highest());
            survey
        })
}

fn invoice() -> impl Strategy<Value = Invoice> + Clone {
    let paid = option::of(day());
    (option::weighted(0.8, day()), day(), paid).prop_map(|(issued_on, due_on, paid_on)| Invoice {
        external_id: "".into(),
        account: "a".into(),
        amount_cents: 100,
        currency: None,
        issued_on,
        due_on: issued_on.map_or(due_on, |issued_on| due_on.max(issued_on)),
        paid_on,
        failed_on: None,
        attributes: Attributes::new(),
    })
}

fn plan() -> impl Strategy<Value = Plan> + Clone {
    (option::weighted(0.7, day()), option::of(day())).prop_map(|(created_on, accepted_on)| Plan {
        external_id: "".into(),
        account: "a".into(),
        name: "Plan".into(),
        created_on: created_on.map(|created| accepted_on.map_or(created, |accepted| created.min(accepted))),
        accepted_on,
        accepted_by: None,
        attributes: Attributes::new(),
    })
}

fn objective() -> impl Strategy<Value = Objective> + Clone {
    (0..3, option::of(day()), option::of(day()), option::weighted(0.3, day())).prop_map(
        |(plan, due_on, completed_on, verified_on)| Objective {
            external_id: "".into(),
            plan: format!("plan-{plan}").into(),
            name: "Objective".into(),
            metric: None,
            baseline: None,
            target: None,
            due_on,
            completed_on,
            verified_on,
            verified_by: None,
            evidence: None,
            value: None,
            attributes: Attributes::new(),
        },
    )
}

fn escalation() -> impl Strategy<Value = Escalation> + Clone {
    (text(&SEVERITIES), instant(day()), option::of(instant(day()))).prop_map(
        |(severity, opened_at, resolved_at)| Escalation {
            external_id: "".into(),
            account: "a".into(),
            severity,
            reason: "bugs".into(),
            department: None,
            opened_at,
            acknowledged_at: None,
            resolved_at: after(opened_at, resolved_at),
            owner: None,
            summary: None,
            attributes: Attributes::new(),
        },
    )
}

fn judgement() -> impl Strategy<Value = Judgement> + Clone {
    (text(&["ann", "bob"]), day(), select(&[1.0, 2.0, 2.5, 3.7, 5.0][..]), option::weighted(0.3, day()))
        .prop_map(|(by, on, rating, expires_on)| Judgement {
            account: "a".into(),
            by,
            on,
            rating,
            reason: "because".into(),
            expires_on,
            attributes: Attributes::new(),
        })
}

/// Events, mostly of the weeks before the days asked for. Some accounts name products, some never do.
fn usage() -> impl Strategy<Value = Usage> {
    // Some lie a year before, for those who compare with the last year; some came by a link, mostly made later.
    let a_year_before = recent_day().prop_map(|day| day.plus_days(-364));
    let day = prop_oneof![8 => recent_day(), 2 => self::day(), 1 => a_year_before];
    let linked_day = prop_oneof![3 => recent_day(), 1 => self::day()];
    let row = (
        instant(day),
        option::weighted(0.9, 0..USERS.len() as u32),
        0..EVENTS.len() as u32,
        option::weighted(0.8, 0..PRODUCTS.len() as u32),
        0..4_u32,
        option::weighted(0.15, instant(linked_day)),
    );
    let row = row.prop_map(|(at, user, event, product, count, linked_at)| UsageRow {
        at,
        user,
        event,
        product,
        count,
        linked_at,
    });
    let rows = prop_oneof![1 => Just(Vec::new()), 5 => vec(row, 0..60)];
    (rows, any::<bool>()).prop_map(|(mut rows, names_products)| {
        if !names_products {
            rows.iter_mut().for_each(|row| row.product = None);
        }
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        let rows = rows.into();
        Usage { users: USERS.iter().collect(), events: texts(&EVENTS), products: texts(&PRODUCTS), rows }
    })
}

/// The records of one account.
pub(super) fn records() -> impl Strategy<Value = Records> {
    let people = (
        rows(account(), 1, |_, _, _| ()),
        rows(person(), PEOPLE, |person, first, index| {
            person.external_id = format!("person-{index}").into();
            // Nobody comes anew: `until` and roles are what changes.
            person.since = first.since;
            person.until = person.until.map(|until| first.since.map_or(until, |since| until.max(since)));
        }),
        rows(activity(), 6, |activity, _, index| {
            activity.external_id = format!("activity-{index}").into();
        }),
        rows(judgement(), 3, |judgement, first, _| {
            judgement.by.clone_from(&first.by);
            judgement.on = first.on;
        }),
    );
    let deployment = (
        rows(term(), 3, |term, _, index| {
            term.external_id = format!("term-{index}").into();
        }),
        rows(step(), 6, |step, first, _| {
            step.product.clone_from(&first.product);
            step.step.clone_from(&first.step);
        }),
        rows(licence(), 4, |licence, first, _| {
            licence.product.clone_from(&first.product);
            licence.on = first.on;
        }),
        usage(),
    );
    let service = (
        rows(ticket(), 4, |ticket, _, index| {
            ticket.external_id = format!("ticket-{index}").into();
        }),
        rows(survey(), 6, |survey, _, index| {
            survey.external_id = format!("survey-{index}").into();
        }),
        rows(invoice(), 3, |invoice, _, index| {
            invoice.external_id = format!("invoice-{index}").into();
        }),
        rows(escalation(), 3, |escalation, _, index| {
            escalation.external_id = format!("escalation-{index}").into();
        }),
    );
    let value = (
        rows(plan(), 3, |plan, _, index| {
            plan.external_id = format!("plan-{index}").into();
        }),
        rows(objective(), 4, |objective, _, index| {
            objective.external_id = format!("objective-{index}").into();
        }),
    );
    (people, deployment, service, value).prop_map(
        |(
            (attributes, people, activities, judgements),
            (subscriptions, steps, licences, usage),
            (tickets, surveys, invoices, escalations),
            (plans, objectives),
        )| {
            let versions = [
                (Account::FILE, attributes),
                (Person::FILE, people),
                (Subscription::FILE, subscriptions),
                (Step::FILE, steps),
                (Licence::FILE, licences),
                (Activity::FILE, activities),
                (Ticket::FILE, tickets),
                (Survey::FILE, surveys),
                (Invoice::FILE, invoices),
                (Plan::FILE, plans),
                (Objective::FILE, objectives),
                (Escalation::FILE, escalations),
                (Judgement::FILE, judgements),
            ];
            let versions = versions.into_iter().map(|(file, versions)| (file.name, versions)).collect();
            Records { versions, usage }
        },
    )
}
