//! Renewals, derived from terms and never typed in (rules.md 14).
//!
//! A renewal is the group of terms of one account and product that end on the same day. What follows decides whether it
//! was renewed flat, contracted, expanded or churned, or is still open.

use std::collections::BTreeMap;

use crate::id::SubscriptionId;
use crate::subscription::Subscription;
use crate::time::Day;

/// A term as renewals see it; amounts in cents of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its key.
    pub id: SubscriptionId,
    /// What was bought.
    pub product: String,
    /// The first day.
    pub starts_on: Day,
    /// The day after the last; `None` still runs.
    pub ends_on: Option<Day>,
    /// Whether it was agreed without an end: it is never due, also when its account leaves.
    pub is_evergreen: bool,
    /// Annual recurring revenue.
    pub arr_cents: i64,
    /// The term it follows, where the book says so.
    pub renews: Option<SubscriptionId>,
}

impl Term {
    /// The term of a subscription whose amounts are in the reporting currency; an account that left on `churned_on`
    /// ends every term that runs then.
    pub fn of(subscription: &Subscription, churned_on: Option<Day>) -> Term {
        Term {
            id: subscription.external_id.clone(),
            product: subscription.product.clone(),
            starts_on: subscription.starts_on,
            ends_on: end_of(subscription, churned_on),
            is_evergreen: subscription.ends_on.is_none(),
            arr_cents: subscription.annual_cents(),
            renews: subscription.renews.clone(),
        }
    }

    /// Whether the day lies within the term.
    pub fn covers(&self, day: Day) -> bool {
        self.starts_on <= day && self.ends_on.is_none_or(|ends_on| day < ends_on)
    }
}

/// The day after the last of a subscription: its own end, or the day its account left if it ran then.
pub fn end_of(subscription: &Subscription, churned_on: Option<Day>) -> Option<Day> {
    match churned_on {
        Some(churned)
            if subscription.starts_on <= churned && subscription.ends_on.is_none_or(|end| churned < end) =>
        {
            Some(churned)
        }
        _ => subscription.ends_on,
    }
}

/// What became of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenewalOutcome {
    /// Successors' ARR is within 0.5 % of what was due.
    RenewedFlat,
    /// Less than what was due.
    Contraction,
    /// More than what was due.
    Expansion,
    /// Nothing followed by the end of the grace.
    Churned,
    /// Nothing followed yet, and the grace still runs.
    Open,
}

/// A group of terms that end together, and what followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// What had been bought.
    pub product: String,
    /// The day on which the terms ended.
    pub due_on: Day,
    /// The sum of their ARR.
    pub due_arr_cents: i64,
    /// The terms that ended.
    pub terms: Vec<SubscriptionId>,
    /// The terms that followed.
    pub successors: Vec<SubscriptionId>,
    /// The sum of the successors' ARR.
    pub successor_arr_cents: i64,
    /// What became of it.
    pub outcome: RenewalOutcome,
}

/// How far successors' ARR may be from what was due and still be flat.
pub const FLAT_WITHIN: f64 = 0.005;

/// The renewals of one account as of a day, by due day and product.
///
/// `terms` are those known by `as_of`, in any order. A successor is a term of the same product that starts after the
/// group's first start and by the due day plus `grace_days`, and covers a day on or after the due day; each is used
/// once, by the group whose due day is nearest to its start (the earlier due day on a tie). A term with `renews` follows
/// the group of that term and no other, across products too. Renewals due after `as_of` are open, unless something
/// already follows them.
pub fn renewals(terms: &[Term], grace_days: i32, as_of: Day) -> Vec<Renewal> {
    let mut groups: BTreeMap<(Day, &str), Vec<&Term>> = BTreeMap::new();
    for term in terms.iter().filter(|term| !term.is_evergreen) {
        if let Some(ends_on) = term.ends_on {
            groups.entry((ends_on, &term.product)).or_default().push(term);
        }
    }
    let keys: Vec<(Day, &str)> = groups.keys().copied().collect();
    let mut successors: Vec<Vec<&Term>> = vec![Vec::new(); keys.len()];
    for term in terms.iter().filter(|term| term.starts_on <= as_of) {
        let followed = match &term.renews {
            Some(renewed) => keys
                .iter()
                .position(|key| groups[key].iter().any(|old| old.id == *renewed && old.id != term.id)),
            None => (0..keys.len())
                .filter(|index| {
                    let (due_on, product) = keys[*index];
                    let first_start =
                        groups[&keys[*index]].iter().map(|old| old.starts_on).min().expect("not empty");
                    product == term.product
                        && term.starts_on > first_start
                        && term.starts_on <= due_on.plus_days(grace_days)
                        && term.ends_on.is_none_or(|ends_on| ends_on > due_on)
                })
                .min_by_key(|index| (term.starts_on - keys[*index].0).abs()),
        };
        if let Some(index) = followed {
            successors[index].push(term);
        }
    }
    keys.iter()
        .zip(successors)
        .map(|(key, mut successors)| {
            let mut ended = groups[key].clone();
            ended.sort_by(|a, b| a.id.cmp(&b.id));
            successors.sort_by(|a, b| (a.starts_on, &a.id).cmp(&(b.starts_on, &b.id)));
            let due_arr_cents = ended.iter().map(|term| term.arr_cents).sum();
            let successor_arr_cents = successors.iter().map(|term| term.arr_cents).sum();
            let outcome = if successors.is_empty() {
                if as_of > key.0.plus_days(grace_days) {
                    RenewalOutcome::Churned
                } else {
                    RenewalOutcome::Open
                }
            } else {
                compare(due_arr_cents, successor_arr_cents)
            };
            Renewal {
                product: key.1.to_owned(),
                due_on: key.0,
                due_arr_cents,
                terms: ended.iter().map(|term| term.id.clone()).collect(),
                successors: successors.iter().map(|term| term.id.clone()).collect(),
                successor_arr_cents,
                outcome,
            }
        })
        .collect()
}

fn compare(due: i64, after: i64) -> RenewalOutcome {
    if ((after - due) as f64).abs() <= FLAT_WITHIN * due as f64 {
        RenewalOutcome::RenewedFlat
    } else if after < due {
        RenewalOutcome::Contraction
    } else {
        RenewalOutcome::Expansion
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(id: &str, product: &str, starts_on: &str, ends_on: &str, arr: i64) -> Term {
        Term {
            id: id.into(),
            product: product.into(),
            starts_on: starts_on.parse().unwrap(),
            ends_on: (!ends_on.is_empty()).then(|| ends_on.parse().unwrap()),
            is_evergreen: ends_on.is_empty(),
            arr_cents: arr * 100,
            renews: None,
        }
    }

    fn renewing(mut term: Term, old: &str) -> Term {
        term.renews = Some(old.into());
        term
    }

    /// Each renewal as `due product due_arr successors successor_arr outcome`.
    fn check(terms: &[Term], as_of: &str, expect: &[&str]) {
        let mut shuffled = terms.to_vec();
        for _ in 0..2 {
            let found: Vec<String> = renewals(&shuffled, 30, as_of.parse().unwrap())
                .iter()
                .map(|renewal| {
                    let ids: Vec<&str> = renewal.successors.iter().map(SubscriptionId::as_str).collect();
                    format!(
                        "{} {} {} [{}] {} {:?}",
                        renewal.due_on,
                        renewal.product,
                        renewal.due_arr_cents / 100,
                        ids.join(" "),
                        renewal.successor_arr_cents / 100,
                        renewal.outcome
                    )
                })
                .collect();
            assert_eq!(found, expect);
            shuffled.reverse();
        }
    }

    #[test]
    fn a_successor_on_the_day_renews() {
        let terms = [
            term("1", "core", "2024-01-01", "2025-01-01", 100),
            term("2", "core", "2025-01-01", "2026-01-01", 100),
        ];
        check(
            &terms,
            "2025-06-30",
            &["2025-01-01 core 100 [2] 100 RenewedFlat", "2026-01-01 core 100 [] 0 Open"],
        );
    }

    #[test]
    fn an_early_successor_renews() {
        let terms = [
            term("1", "core", "2024-01-01", "2025-01-01", 100),
            term("2", "core", "2024-11-15", "2025-11-15", 120),
        ];
        check(
            &terms,
            "2025-01-02",
            &["2025-01-01 core 100 [2] 120 Expansion", "2025-11-15 core 120 [] 0 Open"],
        );
    }

    #[test]
    fn a_late_successor_renews_until_the_grace_has_passed() {
        let late = [
            term("1", "core", "2024-01-01", "2025-01-01", 100),
            term("2", "core", "2025-01-31", "2026-01-31", 90),
        ];
        check(&late, "2025-01-20", &["2025-01-01 core 100 [] 0 Open", "2026-01-31 core 90 [] 0 Open"]);
        check(
            &late,
            "2025-02-01",
            &["2025-01-01 core 100 [2] 90 Contraction", "2026-01-31 core 90 [] 0 Open"],
        );
        let too_late = [
            term("1", "core", "2024-01-01", "2025-01-01", 100),
            term("2", "core", "2025-02-01", "2026-02-01", 100),
        ];
        check(
            &too_late,
            "2025-02-01",
            &["2025-01-01 core 100 [] 0 Churned", "2026-02-01 core 100 [] 0 Open"],
        );
    }

    #[test]
    fn the_last_day_of_grace_is_still_open() {
        let terms = [term("1", "core", "2024-01-01", "2025-01-01", 100)];
        check(&terms, "2025-01-31", &["2025-01-01 core 100 [] 0 Open"]);
        check(&terms, "2025-02-01", &["2025-01-01 core 100 [] 0 Churned"]);
    }

    #[test]
    fn two_terms_renew_to_one() {
        let terms = [
            term("1", "core", "2024-01-01", "2025-01-01", 60),
            term("2", "core", "2024-06-01", "2025-01-01", 40),
            term("3", "core", "2025-01-01", "2026-01-01", 100),
        ];
        check(
            &terms,
            "2025-03-01",
            &["2025-01-01 core 100 [3] 100 RenewedFlat", "2026-01-01 core 100 [] 0 Open"],
        );
    }

    #[test]
    fn one_term_renews_to_two_and_partial_churn_contracts() {
        let split = [
            term("1", "core", "2024-01-01", "2025-01-01", 100),
            term("2", "core", "2025-01-01", "2026-01-01", 70),
            term("3", "core", "2025-01-10", "2026-01-01", 40),
        ];
        check(
            &split,
            "2025-03-01",
            &["2025-01-01 core 100 [2 3] 110 Expansion", "2026-01-01 core 110 [] 0 Open"],
        );
        let partial = [
            term("1", "core", "2024-01-01", "2025-01-01", 60),
            term("2", "core", "2024-01-01", "2025-01-01", 40),
            term("3", "core", "2025-01-01", "2026-01-01", 60),
        ];
        check(
            &partial,
            "2025-03-01",
            &["2025-01-01 core 100 [3] 60 Contraction", "2026-01-01 core 60 [] 0 Open"],
        );
    }

    #[test]
    fn renews_decides_across_products() {
        let terms = [
            term("1", "basic", "2024-01-01", "2025-01-01", 100),
            renewing(term("2", "pro", "2025-01-01", "2026-01-01", 150), "1"),
        ];
        check(
            &terms,
            "2025-03-01",
            &["2025-01-01 basic 100 [2] 150 Expansion", "2026-01-01 pro 150 [] 0 Open"],
        );
        let without = [
            term("1", "basic", "2024-01-01", "2025-01-01", 100),
            term("2", "pro", "2025-01-01", "2026-01-01", 150),
        ];
        check(&without, "2025-03-01", &["2025-01-01 basic 100 [] 0 Churned", "2026-01-01 pro 150 [] 0 Open"]);
    }

    #[test]
    fn each_successor_is_used_once_by_the_nearest() {
        let monthly: Vec<Term> = [
            ("1", "2025-01-01", "2025-02-01"),
            ("2", "2025-02-01", "2025-03-01"),
            ("3", "2025-03-01", "2025-04-01"),
        ]
        .map(|(id, starts_on, ends_on)| term(id, "core", starts_on, ends_on, 10))
        .to_vec();
        check(
            &monthly,
            "2025-03-10",
            &[
                "2025-02-01 core 10 [2] 10 RenewedFlat",
                "2025-03-01 core 10 [3] 10 RenewedFlat",
                "2025-04-01 core 10 [] 0 Open",
            ],
        );
    }

    #[test]
    fn an_evergreen_term_is_never_due_and_may_follow() {
        let terms =
            [term("1", "core", "2024-01-01", "2025-01-01", 100), term("2", "core", "2025-01-01", "", 100)];
        check(&terms, "2025-03-01", &["2025-01-01 core 100 [2] 100 RenewedFlat"]);
        let mut left = term("3", "core", "2024-01-01", "2025-01-01", 100);
        left.is_evergreen = true;
        check(&[left], "2025-03-01", &[]);
    }

    #[test]
    fn a_term_that_ends_with_the_group_is_no_successor() {
        let terms = [
            term("1", "core", "2024-01-01", "2025-01-01", 100),
            term("2", "core", "2024-07-01", "2025-01-01", 20),
        ];
        check(&terms, "2025-03-01", &["2025-01-01 core 120 [] 0 Churned"]);
    }

    #[test]
    fn flat_is_within_half_a_percent() {
        for (after, outcome) in
            [(1005, "RenewedFlat"), (1006, "Expansion"), (995, "RenewedFlat"), (994, "Contraction")]
        {
            let terms = [
                term("1", "core", "2024-01-01", "2025-01-01", 1000),
                term("2", "core", "2025-01-01", "2026-01-01", after),
            ];
            check(
                &terms,
                "2025-03-01",
                &[
                    &format!("2025-01-01 core 1000 [2] {after} {outcome}"),
                    &format!("2026-01-01 core {after} [] 0 Open"),
                ],
            );
        }
    }

    #[test]
    fn leaving_ends_what_runs_on_that_day_only() {
        let subscription = |starts_on: &str, ends_on: Option<&str>| Subscription {
            external_id: "s".into(),
            account: "a".into(),
            product: "core".into(),
            starts_on: starts_on.parse().unwrap(),
            ends_on: ends_on.map(|day| day.parse().unwrap()),
            arr_cents: None,
            mrr_cents: Some(100),
            currency: None,
            quantity: None,
            unit: None,
            auto_renew: None,
            renews: None,
            signed_on: None,
            notice_on: None,
            attributes: Default::default(),
        };
        let churned = Some("2025-05-01".parse().unwrap());
        for (starts_on, ends_on, expect) in [
            ("2025-01-01", Some("2026-01-01"), Some("2025-05-01")),
            ("2025-01-01", None, Some("2025-05-01")),
            ("2024-01-01", Some("2025-01-01"), Some("2025-01-01")),
            ("2025-06-01", Some("2026-06-01"), Some("2026-06-01")),
        ] {
            let found = Term::of(&subscription(starts_on, ends_on), churned);
            assert_eq!(found.ends_on.map(|day| day.to_string()).as_deref(), expect);
            assert_eq!(found.arr_cents, 1200);
        }
    }
}
