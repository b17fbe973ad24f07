//! Retention on both bases: the opening book, and what was due (rules.md 15; `defaults.md`, *Formulae*).

use crate::renewal::{Renewal, RenewalOutcome};

/// Retention of the opening book. Rates are fractions, `None` on a zero base.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BookRetention {
    /// Σ opening ARR of the accounts that had any.
    pub start_arr_cents: i64,
    /// Σ closing ARR of accounts without opening ARR; beside the rates, never in them.
    pub new_arr_cents: i64,
    /// Σ opening ARR of those that have none at the end.
    pub churned_arr_cents: i64,
    /// Σ max(0, opening − closing) of those that stayed.
    pub contraction_arr_cents: i64,
    /// Σ max(0, closing − opening) of those that stayed.
    pub expansion_arr_cents: i64,
    /// Σ closing ARR of the opening accounts.
    pub end_arr_cents: i64,
    /// Accounts with opening ARR.
    pub n_start: i64,
    /// Of them, those with closing ARR.
    pub n_end: i64,
}

impl BookRetention {
    /// Adds an account by its ARR on the day before the period and on its last day.
    pub fn add(&mut self, opening_cents: i64, closing_cents: i64) {
        if opening_cents <= 0 {
            self.new_arr_cents += closing_cents.max(0);
            return;
        }
        self.n_start += 1;
        self.start_arr_cents += opening_cents;
        self.end_arr_cents += closing_cents;
        if closing_cents <= 0 {
            self.churned_arr_cents += opening_cents;
            return;
        }
        self.n_end += 1;
        self.contraction_arr_cents += (opening_cents - closing_cents).max(0);
        self.expansion_arr_cents += (closing_cents - opening_cents).max(0);
    }

    /// GRR = Σ min(closing, opening) / Σ opening; capped at each account, so never above 1.
    pub fn gross_revenue_retention(&self) -> Option<f64> {
        ratio(
            self.start_arr_cents - self.churned_arr_cents - self.contraction_arr_cents,
            self.start_arr_cents,
        )
    }

    /// NRR = Σ closing / Σ opening, new accounts excluded.
    pub fn net_revenue_retention(&self) -> Option<f64> {
        ratio(self.end_arr_cents, self.start_arr_cents)
    }

    /// Accounts at both / accounts at the opening.
    pub fn logo_retention(&self) -> Option<f64> {
        ratio(self.n_end, self.n_start)
    }
}

/// Retention of what was due. Rates are over decided renewals; open ones are counted beside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DueRetention {
    /// Σ due ARR of decided renewals.
    pub due_arr_cents: i64,
    /// Σ due ARR of open renewals.
    pub open_arr_cents: i64,
    /// Σ min(successors' ARR, due ARR) of those renewed: upsell excluded.
    pub renewed_arr_cents: i64,
    /// Σ due ARR of those that churned.
    pub churned_arr_cents: i64,
    /// Σ max(0, due − successors) of those renewed.
    pub contraction_arr_cents: i64,
    /// Σ max(0, successors − due) of those renewed.
    pub expansion_arr_cents: i64,
    /// Renewals due, open ones included.
    pub n_due: i64,
    /// Renewed flat, contracted or expanded.
    pub n_renewed: i64,
    /// Churned.
    pub n_churned: i64,
    /// Not yet decided.
    pub n_open: i64,
}

impl DueRetention {
    /// Adds a renewal that is due in the period.
    pub fn add(&mut self, renewal: &Renewal) {
        self.n_due += 1;
        match renewal.outcome {
            RenewalOutcome::Open => {
                self.n_open += 1;
                self.open_arr_cents += renewal.due_arr_cents;
            }
            RenewalOutcome::Churned => {
                self.n_churned += 1;
                self.due_arr_cents += renewal.due_arr_cents;
                self.churned_arr_cents += renewal.due_arr_cents;
            }
            RenewalOutcome::RenewedFlat | RenewalOutcome::Contraction | RenewalOutcome::Expansion => {
                let (due, after) = (renewal.due_arr_cents, renewal.successor_arr_cents);
                self.n_renewed += 1;
                self.due_arr_cents += due;
                self.renewed_arr_cents += due.min(after);
                self.contraction_arr_cents += (due - after).max(0);
                self.expansion_arr_cents += (after - due).max(0);
            }
        }
    }

    /// Renewed amount without upsell / amount due.
    pub fn gross_renewal_rate(&self) -> Option<f64> {
        ratio(self.renewed_arr_cents, self.due_arr_cents)
    }

    /// Renewed amount with upsell / amount due.
    pub fn net_renewal_rate(&self) -> Option<f64> {
        ratio(self.renewed_arr_cents + self.expansion_arr_cents, self.due_arr_cents)
    }

    /// Renewed / decided, by count.
    pub fn logo_renewal_rate(&self) -> Option<f64> {
        ratio(self.n_renewed, self.n_renewed + self.n_churned)
    }
}

fn ratio(numerator: i64, denominator: i64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10.0 start, 0.6 contraction, 0.9 churn, 1.8 expansion: GRR 85 %, NRR 103 %.
    #[test]
    fn the_worked_check_of_the_formulae_holds() {
        let mut book = BookRetention::default();
        for (opening, closing) in [
            (900_000, 0),
            (2_000_000, 1_400_000),
            (3_000_000, 4_800_000),
            (4_100_000, 4_100_000),
            (0, 500_000),
        ] {
            book.add(opening, closing);
        }
        assert_eq!(book.start_arr_cents, 10_000_000);
        assert_eq!(
            (book.churned_arr_cents, book.contraction_arr_cents, book.expansion_arr_cents),
            (900_000, 600_000, 1_800_000)
        );
        assert_eq!((book.end_arr_cents, book.new_arr_cents), (10_300_000, 500_000));
        assert_eq!(book.gross_revenue_retention(), Some(0.85));
        assert_eq!(book.net_revenue_retention(), Some(1.03));
        assert_eq!(book.logo_retention(), Some(0.75));
    }

    #[test]
    fn rates_on_nothing_are_unknown() {
        let mut book = BookRetention::default();
        book.add(0, 100);
        assert_eq!(
            (book.gross_revenue_retention(), book.net_revenue_retention(), book.logo_retention()),
            (None, None, None)
        );
        assert_eq!(DueRetention::default().gross_renewal_rate(), None);
    }

    #[test]
    fn open_renewals_stand_beside_the_rates() {
        let renewal = |due, after, outcome| Renewal {
            product: "core".into(),
            due_on: crate::Day::from_days(0),
            due_arr_cents: due,
            terms: vec![],
            successors: vec![],
            successor_arr_cents: after,
            outcome,
        };
        let mut due = DueRetention::default();
        due.add(&renewal(100, 120, RenewalOutcome::Expansion));
        due.add(&renewal(100, 60, RenewalOutcome::Contraction));
        due.add(&renewal(200, 0, RenewalOutcome::Churned));
        due.add(&renewal(500, 0, RenewalOutcome::Open));
        assert_eq!(due.gross_renewal_rate(), Some(0.4));
        assert_eq!(due.net_renewal_rate(), Some(0.45));
        assert_eq!((due.n_due, due.n_renewed, due.n_churned, due.n_open), (4, 2, 1, 1));
        assert_eq!((due.due_arr_cents, due.open_arr_cents), (400, 500));
    }
}
