//! What the engine is given: the facts of an account as columns of held rows, and its use of the product.

use dearly_domain::account::Account;
use dearly_domain::activity::Activity;
use dearly_domain::escalation::Escalation;
use dearly_domain::invoice::Invoice;
use dearly_domain::judgement::Judgement;
use dearly_domain::licence::Licence;
use dearly_domain::objective::Objective;
use dearly_domain::person::Person;
use dearly_domain::plan::Plan;
use dearly_domain::renewal::Term;
use dearly_domain::step::Step;
use dearly_domain::subscription::Subscription;
use dearly_domain::survey::Survey;
use dearly_domain::ticket::Ticket;
pub use dearly_domain::usage::{Usage, UsageRow, UsageRows};
use dearly_domain::{AccountId, Day, Held};

use crate::readings::Readings;

/// The facts of one account. Order within a list does not matter.
#[derive(Clone, Debug, Default)]
pub struct AccountFacts {
    /// Whose facts.
    pub account: AccountId,
    /// The account itself, by version.
    pub attributes: Vec<Held<Account>>,
    /// Its people.
    pub people: Vec<Held<Person>>,
    /// Its terms, with amounts in cents of the reporting currency.
    pub subscriptions: Vec<Held<Subscription>>,
    /// Set-up steps.
    pub steps: Vec<Held<Step>>,
    /// Licence snapshots.
    pub licences: Vec<Held<Licence>>,
    /// Touchpoints.
    pub activities: Vec<Held<Activity>>,
    /// Tickets.
    pub tickets: Vec<Held<Ticket>>,
    /// Survey answers.
    pub surveys: Vec<Held<Survey>>,
    /// Invoices.
    pub invoices: Vec<Held<Invoice>>,
    /// Success plans.
    pub plans: Vec<Held<Plan>>,
    /// Objectives of those plans.
    pub objectives: Vec<Held<Objective>>,
    /// Escalations.
    pub escalations: Vec<Held<Escalation>>,
    /// Judgements.
    pub judgements: Vec<Held<Judgement>>,
    /// Telemetry.
    pub usage: Usage,
    /// What measures in SQL say of it, on the days that are scored.
    pub readings: Readings,
}

/// What is known of the book as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookFacts {
    /// The first day on which the book holds a success plan. Plans are a register kept by the vendor: once it is kept
    /// at all, an account without a plan *has none*; before, whether it has one is not known.
    pub plans_since: Option<Day>,
}

impl AccountFacts {
    /// The terms that had begun by the day, as they are read on it. An account that left ends those that ran then.
    pub fn terms_on(&self, day: Day) -> Vec<Term> {
        let account = self.attributes.iter().find_map(|held| held.at(day));
        let churned_on =
            account.and_then(|account| account.churned_on).filter(|churned_on| *churned_on <= day);
        let terms = self.subscriptions.iter().filter_map(|held| held.at(day));
        terms.filter(|term| term.starts_on <= day).map(|term| Term::of(term, churned_on)).collect()
    }
}
