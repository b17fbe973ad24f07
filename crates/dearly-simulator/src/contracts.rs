//! What the account has bought: terms, their renewals, expansions between.

use dearly_domain::history::{Version, held_as};
use dearly_domain::subscription::Subscription;
use dearly_domain::{Attributes, Day, Held, Record, SubscriptionId};
use dearly_health::facts::BookFacts;

use crate::catalogue::{CONNECT, INSIGHT, PLAN, Segment};
use crate::health::{A, E, R};
use crate::law::Circumstances;
use crate::life::{Life, Recorded, SimulatedAccount, Span};
use crate::random::{Random, logistic};
use crate::score::score_components;
use crate::truth::RenewalTruth;
use crate::world::{CURRENCY, LEAD_DAYS, World, year_of};

/// Nothing is bought between renewals so many days before one is due: what is due is what was scored.
const QUIET_DAYS: i32 = 125;

/// The running group of terms of one product.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) product: &'static str,
    /// Places of its terms among the account's; they end together.
    terms: Vec<usize>,
    pub(crate) seats: f64,
    annual_cents: i64,
    /// The first day it is in use, and the day after the last.
    pub(crate) from: Day,
    pub(crate) until: Day,
    /// What was agreed for after the due day.
    next: Option<Renewed>,
}

/// What was agreed at a renewal.
#[derive(Clone, Debug)]
struct Renewed {
    from: Day,
    term: usize,
    seats: f64,
    annual_cents: i64,
}

/// All that is bought.
#[derive(Debug)]
pub(crate) struct Contracts {
    /// The main product first.
    pub(crate) running: Vec<Contract>,
    term_months: i32,
    auto_renew: bool,
    due: Day,
    decided: bool,
    /// Nothing is bought before: what starts within grace of a due day would pass for its renewal.
    quiet_until: Day,
    n_terms: usize,
    /// Months between invoices.
    pub(crate) bill_every: i32,
}

impl Contracts {
    /// The contracts of a new account from `starts_on` on, or of one that was there before the history began: with the
    /// term that runs then. Returns them, the day it became a customer, and its terms.
    pub(crate) fn begin(
        world: &World<'_>,
        number: &str,
        segment: Segment,
        starts_on: Option<Day>,
        random: &mut Random,
    ) -> (Contracts, Day, Vec<Held<Subscription>>) {
        let long = match segment {
            Segment::Smb => 0.03,
            Segment::MidMarket => 0.15,
            Segment::Enterprise => 0.28,
        };
        let term_months = if random.chance(long) { 24 } else { 12 };
        let years_before = random.weighted(&[0.26, 0.22, 0.17, 0.13, 0.10, 0.07, 0.05]) as i32;
        let (position, snaps) = (random.uniform(), random.chance(0.6));
        let (start, due, customer_since) = match starts_on {
            Some(start) => (start, start.plus_months(term_months), start),
            None => {
                let mut due = world.history_from.plus_days((position * 30.4 * f64::from(term_months)) as i32);
                // Many contracts end with a month.
                let day_of_month = i32::from(due.date().day());
                if snaps && due.plus_days(1 - day_of_month) >= world.history_from {
                    due = due.plus_days(1 - day_of_month);
                }
                let start = due.plus_months(-term_months);
                (start, due, start.plus_months(-12 * years_before))
            }
        };
        let (least, most) = segment.seats();
        let (cheap, dear) = segment.seat_price();
        let lean = random.uniform();
        let seats = (least + (most - least) * lean * lean.sqrt()).round();
        let price = cheap + (dear - cheap) * random.uniform();
        let bill_every = match segment {
            Segment::Smb if random.chance(0.35) => 1,
            Segment::Smb => 12,
            _ if random.chance(0.4) => 3,
            _ => 12,
        };
        let mut contracts = Contracts {
            running: Vec::new(),
            term_months,
            auto_renew: random.chance(0.6),
            due,
            decided: false,
            quiet_until: Day::MIN,
            n_terms: 0,
            bill_every,
        };
        let mut terms = Vec::new();
        contracts.buy(
            number,
            PLAN,
            start,
            Some(due),
            seats,
            (seats * price) as i64 * 100,
            &mut terms,
            random,
        );
        let with_insight = match segment {
            Segment::Smb => 0.18,
            Segment::MidMarket => 0.34,
            Segment::Enterprise => 0.48,
        };
        if random.chance(with_insight) {
            let own = (seats * random.between(0.3, 0.6)).round().max(2.0);
            let annual = (own * price * 0.4) as i64 * 100;
            contracts.buy(number, INSIGHT, start, Some(due), own, annual, &mut terms, random);
        }
        if random.chance(0.10) {
            let annual = (seats * price * random.between(0.04, 0.09)) as i64 * 100;
            contracts.buy(
                number,
                CONNECT,
                start,
                None,
                1.0 + (seats / 12.0).floor(),
                annual,
                &mut terms,
                random,
            );
        }
        for contract in &mut contracts.running {
            // What runs when the history begins was in use before its term.
            contract.from = customer_since;
        }
        (contracts, customer_since, terms)
    }

    /// Writes a term and takes it among the running ones.
    #[expect(
        clippy::too_many_arguments,
        reason = "a term has so many sides, and they are named at the callers"
    )]
    fn buy(
        &mut self,
        number: &str,
        product: &'static str,
        starts_on: Day,
        ends_on: Option<Day>,
        seats: f64,
        annual_cents: i64,
        terms: &mut Vec<Held<Subscription>>,
        random: &mut Random,
    ) {
        let place = self.write(number, product, starts_on, ends_on, seats, annual_cents, terms, random);
        match self
            .running
            .iter_mut()
            .find(|contract| contract.product == product && contract.until > starts_on)
        {
            Some(contract) => {
                contract.terms.push(place);
                contract.seats += seats;
                contract.annual_cents += annual_cents;
            }
            None => self.running.push(Contract {
                product,
                terms: vec![place],
                seats,
                annual_cents,
                from: starts_on,
                until: Day::MAX,
                next: None,
            }),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a term has so many sides, and they are named at the callers"
    )]
    fn write(
        &mut self,
        number: &str,
        product: &'static str,
        starts_on: Day,
        ends_on: Option<Day>,
        seats: f64,
        annual_cents: i64,
        terms: &mut Vec<Held<Subscription>>,
        random: &mut Random,
    ) -> usize {
        self.n_terms += 1;
        // Some sources know the monthly price only.
        let monthly = random.chance(0.08) && annual_cents % 12 == 0;
        terms.push(Held::always(Subscription {
            external_id: SubscriptionId(format!("S{number}-{:02}", self.n_terms)),
            account: format!("A{number}").into(),
            product: product.to_owned(),
            starts_on,
            ends_on,
            arr_cents: (!monthly).then_some(annual_cents),
            mrr_cents: monthly.then_some(annual_cents / 12),
            currency: Some(CURRENCY.to_owned()),
            quantity: Some(seats),
            unit: Some(if product == CONNECT { "connectors" } else { "seats" }.to_owned()),
            auto_renew: ends_on.map(|_| self.auto_renew),
            renews: None,
            signed_on: Some(starts_on.plus_days(-random.whole(2, 40))),
            notice_on: None,
            attributes: Attributes::new(),
        }));
        terms.len() - 1
    }

    pub(crate) fn annual_cents(&self) -> i64 {
        self.running.iter().map(|contract| contract.annual_cents).sum()
    }

    /// The contract of a product on a day.
    pub(crate) fn of(&self, product: &str, day: Day) -> Option<&Contract> {
        self.running
            .iter()
            .find(|contract| contract.product == product && contract.from <= day && day < contract.until)
    }

    /// Whether a product is not there, and has not been for a while.
    fn lacks(&self, product: &str, day: Day) -> bool {
        !self.running.iter().any(|contract| contract.product == product && day < contract.until.plus_days(60))
    }

    /// The next due day, unless what becomes of it is decided already.
    pub(crate) fn undecided_due(&self) -> Option<Day> {
        (!self.decided).then_some(self.due)
    }
}

impl Life<'_> {
    /// Takes up what was decided, and buys more between renewals.
    pub(crate) fn change_contracts(&mut self, span: Span) {
        for contract in &mut self.contracts.running {
            // Not before the due day: until then nobody in the product can know.
            if let Some(next) = contract.next.take_if(|next| next.from <= span.from) {
                (contract.terms, contract.seats) = (vec![next.term], next.seats);
                contract.annual_cents = next.annual_cents;
            }
        }
        let since = self.profile.customer_since;
        let random = &mut self.random.contracts;
        let (wants_seats, wants_product, size) = (random.uniform(), random.uniform(), random.uniform());
        let day = span.any_day(random);
        let pending = self.contracts.running.iter().any(|contract| contract.next.is_some());
        let quiet = self.contracts.due - day < QUIET_DAYS || day < self.contracts.quiet_until || pending;
        if day - since < 100 || quiet {
            return;
        }
        let (a, r, e) = (self.health.now[A], self.health.now[R], self.health.now[E]);
        let number = self.profile.number.clone();
        let due = self.contracts.due;
        let terms = &mut self.out.facts.subscriptions;
        // Even the healthiest do not buy every month.
        if wants_seats < (0.031 * (0.55 * a + 0.30 * r).exp()).min(0.09) {
            let main = &self.contracts.running[0];
            let more = (main.seats * (0.06 + 0.24 * size)).round().max(1.0);
            let annual = (main.annual_cents as f64 / main.seats * more / 10_000.0).round() as i64 * 10_000;
            self.contracts.buy(&number, PLAN, day, Some(due), more, annual, terms, random);
        } else if wants_product < (0.007 * (0.45 * a + 0.35 * e).exp()).min(0.03)
            && self.contracts.lacks(INSIGHT, day)
        {
            let main = &self.contracts.running[0];
            let seats = (main.seats * (0.25 + 0.3 * size)).round().max(2.0);
            let annual = (main.annual_cents as f64 / main.seats * seats * 0.004).round() as i64 * 100;
            self.contracts.buy(&number, INSIGHT, day, Some(due), seats, annual, terms, random);
        } else if wants_product > 0.9985 && self.contracts.lacks(CONNECT, day) {
            let main = &self.contracts.running[0];
            let annual = (main.annual_cents as f64 * (0.0004 + 0.0004 * size)).round() as i64 * 100;
            self.contracts.buy(&number, CONNECT, day, None, 1.0, annual, terms, random);
        }
    }

    /// Draws what becomes of everything due on the day, from the scores 90 days before.
    pub(crate) fn decide(&mut self, due: Day) {
        let as_of = due.plus_days(-LEAD_DAYS);
        let scores = score_components(&self.world.engine, &self.known(), &self.book(), as_of);
        let coefficients = &self.world.settings.coefficients;
        let tenure_years = f64::from(due.months_since(self.profile.customer_since) / 12);
        let year_shock = self.world.year_shocks[&year_of(due)];
        // One number for all products of the account: the add-on's lower probability makes it lapse first, and never
        // stay alone; each product by itself follows the law.
        let uniform = self.random.outcome.uniform();
        let main_holds = {
            let at = Circumstances {
                scores,
                segment: self.profile.segment,
                tenure_years,
                add_on: false,
                year_shock,
            };
            uniform < logistic(coefficients.linear_predictor(&at))
        };
        let until = self.world.settings.until;
        let notice = (self.random.outcome.chance(0.7), self.random.outcome.whole(15, 84));
        for place in 0..self.contracts.running.len() {
            let contract = self.contracts.running[place].clone();
            if contract.product == CONNECT || contract.until <= due {
                continue;
            }
            let add_on = contract.product != PLAN;
            let at =
                Circumstances { scores, segment: self.profile.segment, tenure_years, add_on, year_shock };
            let linear_predictor = coefficients.linear_predictor(&at);
            let probability = logistic(linear_predictor);
            let change = coefficients.change(&scores, &mut self.random.outcome);
            let renewed = uniform < probability;
            let mut renewed_cents = 0;
            let first = &self.out.facts.subscriptions[contract.terms[0]].value;
            let subscription = first.external_id.clone();
            if renewed {
                renewed_cents = self.renew(place, due, change);
            } else {
                self.contracts.running[place].until = due;
                if notice.0 {
                    for term in &contract.terms {
                        self.out.facts.subscriptions[*term].value.notice_on = Some(due.plus_days(-notice.1));
                    }
                }
            }
            self.out.renewals.push(RenewalTruth {
                account: self.profile.id.clone(),
                subscription,
                product: contract.product,
                add_on,
                due_on: due,
                as_of,
                scores,
                segment: self.profile.segment.name(),
                tenure_years,
                year: year_of(due),
                year_shock,
                linear_predictor,
                probability,
                renewed,
                due_cents: contract.annual_cents,
                renewed_cents,
            });
        }
        self.contracts.quiet_until = due.plus_days(32);
        if main_holds {
            self.contracts.due = due.plus_months(self.contracts.term_months);
            self.contracts.decided = self.contracts.due.plus_days(-LEAD_DAYS) > until;
        } else {
            self.contracts.decided = true;
            if due <= until {
                self.churned_on = Some(due);
                self.stop = due;
            }
        }
    }

    /// Writes the term that follows, and returns its ARR.
    fn renew(&mut self, place: usize, due: Day, change: f64) -> i64 {
        let random = &mut self.random.outcome;
        let (when, named, early, late) =
            (random.uniform(), random.chance(0.55), random.whole(1, 6), random.whole(2, 20));
        let signed = random.whole(3, 60);
        let starts_on = match when {
            when if when < 0.03 => due.plus_days(-early),
            when if when < 0.09 => due.plus_days(late),
            _ => due,
        };
        let contract = self.contracts.running[place].clone();
        let ends_on = due.plus_months(self.contracts.term_months);
        let seats = (contract.seats * change).round().max(1.0);
        let annual_cents = if change == 1.0 {
            contract.annual_cents
        } else {
            (contract.annual_cents as f64 * change / 10_000.0).round() as i64 * 10_000
        };
        let number = self.profile.number.clone();
        let terms = &mut self.out.facts.subscriptions;
        let renews = terms[contract.terms[0]].value.external_id.clone();
        let new = self.contracts.write(
            &number,
            contract.product,
            starts_on,
            Some(ends_on),
            seats,
            annual_cents,
            terms,
            &mut self.random.outcome,
        );
        let term = &mut terms[new].value;
        term.renews = named.then_some(renews);
        term.signed_on = Some(starts_on.plus_days(-signed.min(LEAD_DAYS - 10)));
        self.contracts.running[place].next = Some(Renewed { from: due, term: new, seats, annual_cents });
        annual_cents
    }

    /// The facts as the engine takes them, with people and attributes by version.
    fn known(&self) -> dearly_health::facts::AccountFacts {
        let mut facts = self.out.facts.clone();
        self.out.hold(&mut facts, &self.world.calendar);
        facts
    }

    /// Plans are kept from before the first scored day on; the day itself does not matter.
    fn book(&self) -> BookFacts {
        BookFacts { plans_since: Some(self.world.first_day) }
    }
}

impl SimulatedAccount {
    /// Puts the versions of the account and of its people into the facts, as spans of days.
    pub fn hold(&self, facts: &mut dearly_health::facts::AccountFacts, calendar: &dearly_domain::Calendar) {
        facts.attributes = held_as(&versions(&self.versions), None, calendar);
        facts.people.clear();
        let mut people: Vec<&Recorded<_>> = self.people.iter().collect();
        people.sort_by(|a, b| a.record.external_id.cmp(&b.record.external_id));
        for person in people.chunk_by(|a, b| a.record.external_id == b.record.external_id) {
            let versions: Vec<Version> = person.iter().map(|version| as_version(version)).collect();
            facts.people.extend(held_as(&versions, None, calendar));
        }
    }
}

fn versions<T: Record>(recorded: &[Recorded<T>]) -> Vec<Version> {
    recorded.iter().map(as_version).collect()
}

fn as_version<T: Record>(recorded: &Recorded<T>) -> Version {
    Version {
        recorded_at: Some(recorded.recorded_at),
        imported_at: recorded.recorded_at,
        row: recorded.record.to_row(),
    }
}
