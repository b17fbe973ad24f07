use dearly_domain::Day;
use dearly_domain::renewal::{RenewalOutcome, Term, renewals};
use dearly_simulator::{RenewalTruth, Settings};

use crate::books::{churned_on, default_book, small_book};

#[test]
fn the_default_book_churns_and_grows_like_a_believable_business() {
    let book = default_book();
    let settings = &book.settings;
    let churned = book.accounts.iter().filter_map(churned_on).count();
    let share = churned as f64 / (settings.n_accounts as f64 * f64::from(settings.years));
    assert!((0.09..0.15).contains(&share), "{share} of the accounts churn a year");
    let from = settings.until.plus_months(-36).plus_days(1);
    for year in 0..3 {
        let (open, close) = (from.plus_months(12 * year), from.plus_months(12 * (year + 1)).plus_days(-1));
        let (mut start, mut kept, mut end) = (0, 0, 0);
        for account in &book.accounts {
            let arr = |day: Day| arr_on(account, day);
            start += arr(open);
            kept += arr(close).min(arr(open));
            end += if arr(open) > 0 { arr(close) } else { 0 };
        }
        let (gross, net) = (kept as f64 / start as f64, end as f64 / start as f64);
        assert!((0.82..0.94).contains(&gross), "GRR {gross} in year {year}");
        assert!((0.95..1.10).contains(&net), "NRR {net} in year {year}");
    }
}

fn terms_of(account: &dearly_simulator::SimulatedAccount) -> Vec<Term> {
    let left = churned_on(account);
    account.facts.subscriptions.iter().map(|held| Term::of(&held.value, left)).collect()
}

fn arr_on(account: &dearly_simulator::SimulatedAccount, day: Day) -> i64 {
    terms_of(account).iter().filter(|term| term.covers(day)).map(|term| term.arr_cents).sum()
}

#[test]
fn every_slot_has_exactly_one_customer_at_the_end() {
    let book = small_book(Settings { n_accounts: 150, ..Settings::default() });
    let staying = book.accounts.iter().filter(|account| churned_on(account).is_none()).count();
    assert_eq!(staying, 150);
    for pair in book.accounts.windows(2) {
        let (before, after) = (&pair[0].versions[0].record, &pair[1].versions[0].record);
        match churned_on(&pair[0]) {
            None => assert_eq!(after.external_id.as_str().len(), "A00001".len(), "a new slot begins"),
            Some(left) => {
                let gap = after.customer_since.unwrap() - left;
                assert!((0..7).contains(&gap), "{} is followed after {gap} days", before.external_id);
            }
        }
    }
}

#[test]
fn renewals_derived_from_the_terms_are_those_that_were_drawn() {
    let book = default_book();
    let until = book.settings.until;
    let mut compared = 0;
    for account in &book.accounts {
        let derived = renewals(&terms_of(account), 30, until);
        for truth in account.renewals.iter().filter(|truth| truth.due_on.plus_days(30) < until) {
            let renewal = derived
                .iter()
                .find(|renewal| renewal.due_on == truth.due_on && renewal.product == truth.product)
                .unwrap_or_else(|| panic!("{} has no renewal on {}", truth.account, truth.due_on));
            let outcome = match renewal.outcome {
                RenewalOutcome::Churned => "churned",
                RenewalOutcome::Contraction => "contraction",
                RenewalOutcome::RenewedFlat => "flat",
                RenewalOutcome::Expansion => "expansion",
                RenewalOutcome::Open => "open",
            };
            let told = (outcome, renewal.due_arr_cents, renewal.successor_arr_cents);
            assert_eq!(
                told,
                (truth.outcome(), truth.due_cents, truth.renewed_cents),
                "{} {}",
                truth.account,
                truth.due_on
            );
            compared += 1;
        }
    }
    assert!(compared > 2_500, "{compared} renewals");
}

/// The law can be found again: a logistic regression on the truth gives its coefficients.
#[test]
fn a_regression_recovers_the_coefficients() {
    let book = default_book();
    let law = &book.settings.coefficients;
    let rows: Vec<&RenewalTruth> = book.renewals().filter(|renewal| !renewal.add_on).collect();
    let x: Vec<Vec<f64>> = rows
        .iter()
        .map(|renewal| {
            let mut x = vec![1.0];
            x.extend(renewal.scores.values().map(|score| score.unwrap_or(law.neutral_score) / 10.0));
            x.push(f64::from(renewal.segment == "smb"));
            x.push(f64::from(renewal.segment == "enterprise"));
            x.push(renewal.tenure_years.min(law.tenure_years_at_most));
            x
        })
        .collect();
    let y: Vec<bool> = rows.iter().map(|renewal| renewal.renewed).collect();
    let offset: Vec<f64> = rows.iter().map(|renewal| renewal.year_shock).collect();
    let (estimates, standard_errors) = logit(&x, &y, &offset);
    let truth = [
        law.intercept,
        law.deployment_per_10,
        law.engagement_per_10,
        law.adoption_per_10,
        law.roi_per_10,
        law.smb,
        law.enterprise,
        law.tenure_per_year,
    ];
    for ((estimate, se), truth) in estimates.iter().zip(&standard_errors).zip(truth) {
        assert!(
            (estimate - truth).abs() < 3.0 * se,
            "{estimate} ± {se} is not {truth}\n{estimates:?}\n{standard_errors:?}"
        );
    }
    // Sharp enough to say something: each component differs from nothing.
    for place in [1, 3, 4] {
        assert!(estimates[place] > 2.0 * standard_errors[place], "{estimates:?}\n{standard_errors:?}");
    }
}

/// Estimates and standard errors of a logistic regression with an offset, by Newton's method.
fn logit(x: &[Vec<f64>], y: &[bool], offset: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = x[0].len();
    let mut beta = vec![0.0; n];
    let mut inverse = vec![vec![0.0; n]; n];
    for _ in 0..30 {
        let (mut gradient, mut information) = (vec![0.0; n], vec![vec![0.0; n]; n]);
        for ((x, y), offset) in x.iter().zip(y).zip(offset) {
            let eta: f64 = offset + x.iter().zip(&beta).map(|(x, beta)| x * beta).sum::<f64>();
            let p = 1.0 / (1.0 + (-eta).exp());
            for row in 0..n {
                gradient[row] += x[row] * (f64::from(*y) - p);
                for column in 0..n {
                    information[row][column] += x[row] * x[column] * p * (1.0 - p);
                }
            }
        }
        inverse = invert(information);
        for row in 0..n {
            beta[row] += (0..n).map(|column| inverse[row][column] * gradient[column]).sum::<f64>();
        }
    }
    let standard_errors = (0..n).map(|place| inverse[place][place].sqrt()).collect();
    (beta, standard_errors)
}

/// Gauss and Jordan; the matrix is positive definite, so no pivot is zero.
fn invert(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    for (place, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|column| f64::from(column == place)));
    }
    for pivot in 0..n {
        let by = a[pivot][pivot];
        a[pivot].iter_mut().for_each(|cell| *cell /= by);
        let own = a[pivot].clone();
        for (place, row) in a.iter_mut().enumerate().filter(|(place, _)| *place != pivot) {
            debug_assert_ne!(place, pivot);
            let by = row[pivot];
            row.iter_mut().zip(&own).for_each(|(cell, own)| *cell -= by * own);
        }
    }
    a.into_iter().map(|row| row[n..].to_vec()).collect()
}
