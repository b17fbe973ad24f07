//! An account built row by row.

use dearly_domain::activity::Activity;
use dearly_domain::escalation::Escalation;
use dearly_domain::judgement::Judgement;
use dearly_domain::licence::Licence;
use dearly_domain::objective::Objective;
use dearly_domain::person::Person;
use dearly_domain::plan::Plan;
use dearly_domain::step::Step;
use dearly_domain::subscription::Subscription;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
use dearly_domain::{Attributes, Day, Held, Instant, Texts};
use dearly_health::facts::{AccountFacts, UsageRow};

/// An account under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub(super) facts: AccountFacts,
}

/// Noon of the day in UTC.
pub(super) fn noon(day: Day) -> Instant {
    Instant::from_micros(i64::from(day.days()) * 86_400_000_000 + 43_200_000_000)
}

fn index_of(texts: &mut Texts, text: &str) -> u32 {
    let known = texts.iter().position(|known| known == text);
    if known.is_none() {
        texts.push(text);
    }
    known.unwrap_or(texts.len() - 1) as u32
}

impl Account {
    /// A customer since the day, of the tier.
    pub(super) fn of_tier(tier: Option<i64>, customer_since: Day) -> Account {
        let account = dearly_domain::account::Account {
            external_id: "a".into(),
            name: "A".into(),
            parent: None,
            segment: None,
            tier,
            industry: None,
            region: None,
            stage: None,
            csm: None,
            customer_since: Some(customer_since),
            churned_on: None,
            attributes: Attributes::new(),
        };
        let facts = AccountFacts {
            account: "a".into(),
            attributes: vec![Held::always(account)],
            ..AccountFacts::default()
        };
        Account { facts }
    }

    /// A customer since the day.
    pub(super) fn since(customer_since: Day) -> Account {
        Account::of_tier(None, customer_since)
    }

    /// An evergreen term with so many seats.
    #[must_use]
    pub(super) fn seats(mut self, product: &str, starts_on: Day, quantity: f64) -> Account {
        self.facts.subscriptions.push(Held::always(Subscription {
            external_id: format!("term-{}", self.facts.subscriptions.len()).into(),
            account: "a".into(),
            product: product.to_owned(),
            starts_on,
            ends_on: None,
            arr_cents: Some(100_000),
            mrr_cents: None,
            currency: None,
            quantity: Some(quantity),
            unit: Some("seats".into()),
            auto_renew: None,
            renews: None,
            signed_on: None,
            notice_on: None,
            attributes: Attributes::new(),
        }));
        self
    }

    /// A licence snapshot.
    #[must_use]
    pub(super) fn licence(
        mut self,
        product: &str,
        on: Day,
        assigned: Option<i64>,
        activated: Option<i64>,
    ) -> Account {
        self.facts.licences.push(Held::always(Licence {
            account: "a".into(),
            product: product.to_owned(),
            on,
            assigned,
            activated,
            attributes: Attributes::new(),
        }));
        self
    }

    /// A set-up step.
    #[must_use]
    pub(super) fn step(mut self, product: &str, step: &str, done_on: Day) -> Account {
        self.facts.steps.push(Held::always(Step {
            account: "a".into(),
            product: product.to_owned(),
            step: step.to_owned(),
            done_on: Some(done_on),
            attributes: Attributes::new(),
        }));
        self
    }

    /// An event at an instant.
    #[must_use]
    pub(super) fn event_at(mut self, user: &str, at: Instant, event: &str, product: Option<&str>) -> Account {
        let usage = &mut self.facts.usage;
        let row = UsageRow {
            at,
            user: Some(index_of(&mut usage.users, user)),
            event: index_of(&mut usage.events, event),
            product: product.map(|product| index_of(&mut usage.products, product)),
            count: 1,
            linked_at: None,
        };
        usage.rows.push(row);
        self
    }

    /// The last event came to the account by a link made at noon of the day.
    #[must_use]
    pub(super) fn linked(mut self, day: Day) -> Account {
        let mut rows: Vec<UsageRow> = self.facts.usage.rows.iter().collect();
        rows.last_mut().expect("an event to link").linked_at = Some(noon(day));
        self.facts.usage.rows = rows.into();
        self
    }

    /// An event without product at noon of the day.
    #[must_use]
    pub(super) fn event(self, user: &str, day: Day, event: &str) -> Account {
        self.event_at(user, noon(day), event, None)
    }

    /// So many users, each with one event on the day, in the product.
    #[must_use]
    pub(super) fn users(self, count: usize, day: Day, product: Option<&str>) -> Account {
        (0..count)
            .fold(self, |account, user| account.event_at(&format!("u{user}"), noon(day), "open", product))
    }

    /// A person with roles, there from the day on, or always.
    #[must_use]
    pub(super) fn person(
        mut self,
        id: &str,
        roles: &[&str],
        since: Option<Day>,
        until: Option<Day>,
    ) -> Account {
        self.facts.people.push(Held::always(Person {
            external_id: id.into(),
            account: "a".into(),
            name: None,
            email: None,
            title: None,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            influence: None,
            since,
            until,
            attributes: Attributes::new(),
        }));
        self
    }

    /// A touchpoint at noon of the day.
    #[must_use]
    pub(super) fn activity(
        mut self,
        kind: &str,
        day: Day,
        people: &[&str],
        direction: Option<&str>,
    ) -> Account {
        self.facts.activities.push(Held::always(Activity {
            external_id: format!("activity-{}", self.facts.activities.len()).into(),
            account: "a".into(),
            kind: kind.to_owned(),
            at: noon(day),
            people: people.iter().map(|person| (*person).to_owned()).collect(),
            owner: None,
            playbook: None,
            minutes: None,
            direction: direction.map(str::to_owned),
            subject: None,
            notes: None,
            attributes: Attributes::new(),
        }));
        self
    }

    /// A success plan.
    #[must_use]
    pub(super) fn plan(mut self, id: &str, created_on: Day, accepted_on: Option<Day>) -> Account {
        self.facts.plans.push(Held::always(Plan {
            external_id: id.into(),
            account: "a".into(),
            name: "Plan".into(),
            created_on: Some(created_on),
            accepted_on,
            accepted_by: None,
            attributes: Attributes::new(),
        }));
        self
    }

    /// An objective of the plan, with the days it is due, completed and verified.
    #[must_use]
    pub(super) fn objective(
        mut self,
        plan: &str,
        due: Option<Day>,
        completed: Option<Day>,
        verified: Option<Day>,
    ) -> Account {
        self.facts.objectives.push(Held::always(Objective {
            external_id: format!("objective-{}", self.facts.objectives.len()).into(),
            plan: plan.into(),
            name: "Objective".into(),
            metric: None,
            baseline: None,
            target: None,
            due_on: due,
            completed_on: completed,
            verified_on: verified,
            verified_by: None,
            evidence: None,
            value: None,
            attributes: Attributes::new(),
        }));
        self
    }

    /// A survey answer at noon of the day.
    #[must_use]
    pub(super) fn answer(
        mut self,
        kind: &str,
        score: f64,
        scale: Option<f64>,
        day: Day,
        person: Option<&str>,
    ) -> Account {
        self.facts.surveys.push(Held::always(Survey {
            external_id: format!("survey-{}", self.facts.surveys.len()).into(),
            account: "a".into(),
            kind: kind.to_owned(),
            score,
            at: noon(day),
            scale,
            person: person.map(Into::into),
            comment: None,
            attributes: Attributes::new(),
        }));
        self
    }

    /// A ticket opened at noon of the day.
    #[must_use]
    pub(super) fn ticket(
        mut self,
        severity: i64,
        opened: Day,
        resolved: Option<Day>,
        due: Option<Day>,
        category: &str,
    ) -> Account {
        self.facts.tickets.push(Held::always(Ticket {
            external_id: format!("ticket-{}", self.facts.tickets.len()).into(),
            account: "a".into(),
            severity,
            opened_at: noon(opened),
            person: None,
            first_response_at: None,
            resolved_at: resolved.map(noon),
            due_at: due.map(noon),
            category: Some(category.to_owned()),
            subject: None,
            attributes: Attributes::new(),
        }));
        self
    }

    /// An escalation opened at noon of the day.
    #[must_use]
    pub(super) fn escalation(mut self, severity: &str, opened: Day, resolved: Option<Day>) -> Account {
        self.facts.escalations.push(Held::always(Escalation {
            external_id: format!("escalation-{}", self.facts.escalations.len()).into(),
            account: "a".into(),
            severity: severity.to_owned(),
            reason: "bugs".into(),
            department: None,
            opened_at: noon(opened),
            acknowledged_at: None,
            resolved_at: resolved.map(noon),
            owner: None,
            summary: None,
            attributes: Attributes::new(),
        }));
        self
    }

    /// A rating.
    #[must_use]
    pub(super) fn judgement(mut self, by: &str, on: Day, rating: f64, expires_on: Option<Day>) -> Account {
        self.facts.judgements.push(Held::always(Judgement {
            account: "a".into(),
            by: by.to_owned(),
            on,
            rating,
            reason: "because".into(),
            expires_on,
            attributes: Attributes::new(),
        }));
        self
    }
}
