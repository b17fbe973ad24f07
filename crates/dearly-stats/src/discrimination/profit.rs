use crate::Error;
use crate::distribution::{beta_cdf, beta_upper};
use crate::error::both_classes;

use super::tie_groups;

/// What a retention campaign costs and yields, in one currency, and how surely an offer keeps a churner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChurnCampaign {
    /// Lifetime value of a customer kept.
    pub lifetime_value: f64,
    /// Cost of the offer, paid to all who take it.
    pub offer_cost: f64,
    /// Cost of making contact, paid for all who are called.
    pub contact_cost: f64,
    /// The share of churners that an offer keeps is Beta(`acceptance_a`, `acceptance_b`).
    pub acceptance_a: f64,
    /// See `acceptance_a`.
    pub acceptance_b: f64,
}

impl Default for ChurnCampaign {
    /// The defaults of Verbraken, Verbeke and Baesens: value 200, offer 10, contact 1, acceptance Beta(6, 14).
    fn default() -> ChurnCampaign {
        ChurnCampaign {
            lifetime_value: 200.0,
            offer_cost: 10.0,
            contact_cost: 1.0,
            acceptance_a: 6.0,
            acceptance_b: 14.0,
        }
    }
}

/// What the best campaign by a score is expected to yield.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedProfit {
    /// Profit for each customer of the base, in the campaign's currency.
    pub profit: f64,
    /// The share of customers it is best to contact, on average over the acceptance.
    pub share_targeted: f64,
}

/// The expected maximum profit for churn (EMPC): the profit per customer of contacting those above the threshold that
/// is best for each rate of acceptance γ, averaged over γ.
///
/// With π₀ the rate of churn, F₀ and F₁ the shares of churners and others above a threshold, δ and φ the costs of offer
/// and contact over the lifetime value V, the profit is V [γ (1 − δ) − φ] π₀ F₀ − V (δ + φ) (1 − π₀) F₁. Only
/// thresholds on the convex hull of the ROC curve can be best, and each is best on one interval of γ, so that the mean
/// is a finite sum of incomplete beta functions. Rows of one score are contacted together.
///
/// # Shapes
/// One score for each outcome.
///
/// # Units
/// Scores in any unit, higher for likelier churn. Profit for each customer in the currency of the campaign, 0 or more;
/// the share in [0, 1].
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OneClass`], [`Error::OutOfRange`] for a
/// cost below 0, a lifetime value not above the offer's cost, or a parameter of the beta distribution that is not
/// positive.
///
/// # Source
/// Verbraken, Verbeke and Baesens (2013). Checked against quadrature over γ with every threshold tried, see
/// `tests/golden/discrimination.py`.
///
/// # Example
/// The score knows the churner, and calling is free: one of two is called, accepts in 6 of 20 cases, and is worth 200 −
/// 10.
/// ```
/// use dearly_stats::discrimination::{ChurnCampaign, expected_maximum_profit};
///
/// let free = ChurnCampaign { contact_cost: 0.0, ..ChurnCampaign::default() };
/// let found = expected_maximum_profit(&[true, false], &[0.9, 0.1], &free)?;
/// assert!((found.profit - 0.5 * 0.3 * 190.0).abs() < 1e-9);
/// assert!((found.share_targeted - 0.5).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn expected_maximum_profit(
    churned: &[bool],
    scores: &[f64],
    campaign: &ChurnCampaign,
) -> Result<ExpectedProfit, Error> {
    valid(campaign)?;
    let groups = tie_groups(churned, scores)?;
    let churners = both_classes(churned)? as f64;
    let others = churned.len() as f64 - churners;
    let rate = churners / (churners + others);

    // The ROC curve's upper hull from nobody to everybody, in shares (of others, of churners).
    let mut hull: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    let (mut above_churners, mut above_others) = (0.0, 0.0);
    for group in groups.iter().rev() {
        above_churners += group.events as f64;
        above_others += group.others as f64;
        let point = (above_others / others, above_churners / churners);
        while hull.len() >= 2 && turns_left(hull[hull.len() - 2], hull[hull.len() - 1], point) {
            hull.pop();
        }
        hull.push(point);
    }

    let ChurnCampaign { lifetime_value, offer_cost, contact_cost, acceptance_a: a, acceptance_b: b } =
        *campaign;
    let (offer, contact) = (offer_cost / lifetime_value, contact_cost / lifetime_value);
    let mean = a / (a + b);
    let (mut profit, mut share_targeted, mut from) = (0.0, 0.0, 0.0);
    for (index, &(others_share, churner_share)) in hull.iter().enumerate() {
        // Beyond this γ the next point of the hull is better.
        let to = match hull.get(index + 1) {
            Some(&(next_others, next_churners)) => {
                let gained = rate * (next_churners - churner_share);
                let cost = (offer + contact) * (1.0 - rate) * (next_others - others_share) + contact * gained;
                if gained > 0.0 { (cost / (gained * (1.0 - offer))).min(1.0) } else { 1.0 }
            }
            None => 1.0,
        };
        if to > from {
            let weight = between(from, to, a, b);
            // ∫ γ h(γ) dγ over the interval, as γ times a Beta(a, b) density is mean times that of Beta(a + 1, b).
            let acceptance = mean * between(from, to, a + 1.0, b);
            profit += lifetime_value
                * (((1.0 - offer) * acceptance - contact * weight) * rate * churner_share
                    - (offer + contact) * weight * (1.0 - rate) * others_share);
            share_targeted += weight * (rate * churner_share + (1.0 - rate) * others_share);
            from = to;
        }
    }
    Ok(ExpectedProfit { profit, share_targeted })
}

/// The mass of Beta(a, b) between two points, on the smaller tail.
fn between(from: f64, to: f64, a: f64, b: f64) -> f64 {
    if from > a / (a + b) {
        beta_upper(from, a, b) - beta_upper(to, a, b)
    } else {
        beta_cdf(to, a, b) - beta_cdf(from, a, b)
    }
}

/// Whether the way over the three points does not bend to the right, so that the middle one is not on the upper hull.
fn turns_left(first: (f64, f64), middle: (f64, f64), last: (f64, f64)) -> bool {
    (middle.0 - first.0) * (last.1 - first.1) - (middle.1 - first.1) * (last.0 - first.0) >= 0.0
}

fn valid(campaign: &ChurnCampaign) -> Result<(), Error> {
    let refuse =
        |what: &str, value: f64, expected| Err(Error::OutOfRange { what: what.to_owned(), value, expected });
    let ChurnCampaign { lifetime_value, offer_cost, contact_cost, acceptance_a, acceptance_b } = *campaign;
    if !(offer_cost >= 0.0 && offer_cost.is_finite()) {
        return refuse("the offer's cost", offer_cost, "0 or more");
    }
    if !(contact_cost >= 0.0 && contact_cost.is_finite()) {
        return refuse("the contact's cost", contact_cost, "0 or more");
    }
    if !(lifetime_value > offer_cost && lifetime_value.is_finite()) {
        return refuse("the lifetime value", lifetime_value, "more than the offer costs");
    }
    for parameter in [acceptance_a, acceptance_b] {
        if !(parameter > 0.0 && parameter.is_finite()) {
            return refuse("a parameter of the acceptance", parameter, "above 0");
        }
    }
    Ok(())
}
