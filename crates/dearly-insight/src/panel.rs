//! The panel of renewals: one row for each decision, and of what came before it only what was known on a day before.
//!
//! Nothing here reads anything: whoever builds a panel hands in the facts of an account as they were known by the end of
//! the window, which tell what was decided, and as they were known by each as-of day, which tell all else.

use dearly_domain::renewal::{Renewal, RenewalOutcome, renewals};
use dearly_domain::{AccountId, Day, SubscriptionId};
use dearly_health::Engine;
use dearly_health::facts::{AccountFacts, BookFacts};
use dearly_health::score::{Colour, Status};

/// The components of the outcomes score, in the framework's order.
pub const COMPONENTS: [&str; 4] = ["deployment", "engagement", "adoption", "roi"];

/// Which renewals, and how long before them the account is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first due day.
    pub from: Day,
    /// The day after the last due day.
    pub to: Day,
    /// Days between the as-of day and the due day, > 0.
    pub lead_days: i32,
    /// The last day of which anything is known: that nothing followed by a later day says nothing.
    pub known_until: Day,
}

impl Window {
    /// The last day of the window of which anything is known: what is decided by its end is in the panel.
    pub fn last(&self) -> Day {
        self.to.plus_days(-1).min(self.known_until)
    }
}

/// A renewal, as it stood by the end of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Whose renewal.
    pub account: AccountId,
    /// Of what.
    pub product: String,
    /// When the terms ended.
    pub due_on: Day,
    /// The first day on which it was decided: the successor's signature or start, or the end of the grace. Of an open one
    /// the day by which it will be.
    pub decided_on: Day,
    /// The first day on which the book told for certain whether it was renewed: the grace was over, and of a renewal the
    /// first of what followed was recorded.
    pub known_on: Day,
    /// Renewed flat, contracted, expanded or churned; open in [`Panel::open`] only.
    pub outcome: RenewalOutcome,
    /// Σ ARR that was due.
    pub due_arr_cents: i64,
    /// Σ ARR of what followed; 0 where nothing did.
    pub successor_arr_cents: i64,
    /// When notice was given, or the account left, if that was before the due day.
    pub notice_on: Option<Day>,
    /// The terms that ended.
    pub terms: Vec<SubscriptionId>,
    /// The terms that followed.
    pub successors: Vec<SubscriptionId>,
}

impl Decision {
    /// Whether it was made by the end of the day, by signature or by notice: what is known then says nothing new of it.
    pub fn early(&self, as_of: Day) -> Option<Early> {
        if self.is_renewed() && self.decided_on <= as_of {
            return Some(Early::Signed);
        }
        self.notice_on.filter(|notice_on| *notice_on <= as_of).map(|_| Early::Notice)
    }

    /// Whether it was renewed, for whatever amount.
    pub fn is_renewed(&self) -> bool {
        !matches!(self.outcome, RenewalOutcome::Churned | RenewalOutcome::Open)
    }
}

/// What the account's renewals due in the window came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// By due day and product.
    pub decided: Vec<Decision>,
    /// Those due in the window that are open at its end, or at the end of what is known.
    pub open: Vec<Decision>,
}

/// The account's decisions of the days from `from` until the window's end, from its facts as known by that end.
///
/// # Source
/// `docs/RULES.md`, renewals and retention: due in the window, decided by its last day.
pub fn decisions(facts: &AccountFacts, from: Day, window: &Window, grace_days: i32) -> Decisions {
    let last = window.last();
    let mut decisions = Decisions::default();
    for renewal in renewals(&facts.terms_on(last), grace_days, last) {
        if renewal.due_on < from || renewal.due_on >= window.to {
            continue;
        }
        let is_open = renewal.outcome == RenewalOutcome::Open;
        if is_open && renewal.due_on < window.from {
            continue;
        }
        let into = if is_open { &mut decisions.open } else { &mut decisions.decided };
        into.push(decision(facts, renewal, grace_days, last));
    }
    decisions
}

fn decision(facts: &AccountFacts, renewal: Renewal, grace_days: i32, last: Day) -> Decision {
    let followed = facts.subscriptions.iter().filter_map(|held| held.at(last));
    let signed = followed
        .filter(|term| renewal.successors.contains(&term.external_id))
        .map(|term| term.signed_on.map_or(term.starts_on, |signed_on| signed_on.min(term.starts_on)));
    let lapsed = renewal.due_on.plus_days(grace_days + 1);
    let recorded =
        facts.subscriptions.iter().filter(|held| renewal.successors.contains(&held.value.external_id));
    let recorded_on = recorded.map(|held| held.from).min();
    let due = facts.subscriptions.iter().filter_map(|held| held.at(last));
    let notices =
        due.filter(|term| renewal.terms.contains(&term.external_id)).filter_map(|term| term.notice_on);
    let left = facts.attributes.iter().find_map(|held| held.at(last)).and_then(|account| account.churned_on);
    let notice_on = notices.chain(left).min().filter(|notice_on| *notice_on < renewal.due_on);
    Decision {
        account: facts.account.clone(),
        product: renewal.product,
        due_on: renewal.due_on,
        decided_on: signed.min().unwrap_or(lapsed),
        // A renewal may be signed early, a churn is certain after the grace only: whoever trained on what happens to be
        // decided would see too few churns.
        known_on: recorded_on.map_or(lapsed, |recorded_on| recorded_on.max(lapsed)),
        outcome: renewal.outcome,
        due_arr_cents: renewal.due_arr_cents,
        successor_arr_cents: renewal.successor_arr_cents,
        notice_on,
        terms: renewal.terms,
        successors: renewal.successors,
    }
}

/// Why a decision says nothing about the days after its as-of day: it was made by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// A term that follows was signed, or ran.
    Signed,
    /// Notice was given, or the account had left.
    Notice,
}

/// What was known of a decision's account on a day before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The day.
    pub as_of: Day,
    /// The account's name, or its id where the book had not named it.
    pub name: String,
    /// Whether the account was a customer.
    pub is_customer: bool,
    /// Whether the decision was made by then (`docs/METHOD.md` L3, L4).
    pub early: Option<Early>,
    /// The outcomes score, 0–100.
    pub score: Option<f64>,
    /// Its colour.
    pub colour: Colour,
    /// The experience score, 0–100.
    pub experience: Option<f64>,
    /// Deployment, engagement, adoption and ROI, 0–100 each.
    pub components: [Option<f64>; 4],
    /// ARR of the account.
    pub arr_cents: i64,
    /// The account's segment.
    pub segment: Option<String>,
    /// Days since the account became a customer.
    pub tenure_days: Option<i32>,
}

/// What was known of the decision's account on the day, from its facts as they were known by then.
pub fn seen(
    facts: &AccountFacts,
    decision: &Decision,
    engine: &Engine<'_>,
    book: &BookFacts,
    as_of: Day,
) -> Seen {
    let scored = engine.score(facts, book, &[as_of]).remove(0);
    let account = facts.attributes.iter().find_map(|held| held.at(as_of));
    let component = |id: &str| scored.outcomes.component(id).and_then(|own| own.score);
    Seen {
        as_of,
        name: account.map_or(facts.account.as_str(), |account| &account.name).to_owned(),
        is_customer: scored.status == Status::Customer,
        early: decision.early(as_of),
        score: scored.outcomes.score,
        colour: scored.outcomes.colour,
        experience: scored.experience.score,
        components: COMPONENTS.map(component),
        arr_cents: scored.arr_cents,
        segment: account.and_then(|account| account.segment.clone()),
        tenure_days: scored.age_days,
    }
}

/// A row of the panel.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelRow {
    /// What was decided.
    pub decision: Decision,
    /// What was known so many days before.
    pub seen: Seen,
    /// The components at each of [`Panel::leads`], for the lead-decay check.
    pub at_leads: Vec<[Option<f64>; 4]>,
}

/// Renewals with what was known before them.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Which renewals.
    pub window: Window,
    /// The other leads at which the components are given, in days.
    pub leads: Vec<i32>,
    /// Decisions due in the window, by account, due day and product.
    pub rows: Vec<PanelRow>,
    /// Decisions due before the window: they train, in the rolling origin, and are in nothing else.
    pub history: Vec<PanelRow>,
    /// Renewals due in the window that are open at its end: they are counted, and in nothing else.
    pub open: Vec<PanelRow>,
    /// Days after the due day in which a renewal may still follow.
    pub grace_days: i32,
    /// Rows whose scores were computed again from facts from which all that was recorded later had been deleted, and
    /// how many of them differed in any bit.
    pub replayed: (usize, usize),
}

/// The leads of the lead-decay check (`docs/METHOD.md` L10).
pub const LEADS: [i32; 4] = [30, 90, 180, 365];
