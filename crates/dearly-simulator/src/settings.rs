//! What a simulated book is made by: its size, its seeds, and the coefficients of the law.

use dearly_domain::Day;
use serde::Serialize;

/// How to make a book.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// How many accounts are customers on `until`.
    pub n_accounts: usize,
    /// The same seed gives the same book, byte for byte.
    pub seed: u64,
    /// Another seed for the outcomes of renewals alone; empty is `seed`. Facts before the first due day − 90 of an
    /// account do not depend on it.
    pub outcome_seed: Option<u64>,
    /// The last day with facts.
    pub until: Day,
    /// Years of renewals before `until`.
    pub years: i32,
    /// A play that is ordered; empty where managers decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Experiment>,
    /// The law.
    pub coefficients: Coefficients,
}

/// A play that all accounts get, or none, in the four weeks that hold a day before their renewal, whatever their managers
/// see. What the play does is the difference of two books that differ in `is_run` alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Experiment {
    /// Which play; empty is at least one of those that lift health, whichever managers would choose.
    pub playbook: Option<&'static str>,
    /// Whether it is run.
    pub is_run: bool,
    /// Days from the day in those four weeks to the due day.
    pub days_before_due: i32,
    /// Only before renewals due on this day or later.
    pub due_from: Day,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            n_accounts: 1000,
            seed: 7,
            outcome_seed: None,
            until: "2026-06-30".parse().expect("a date"),
            years: 3,
            experiment: None,
            coefficients: Coefficients::default(),
        }
    }
}

/// The law of renewals: logits, with scores on 0 to 100 as `dearly-health` gives them at due day − 90.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coefficients {
    /// The intercept, chosen once on pilot books so that about 12 % of the accounts churn a year.
    pub intercept: f64,
    /// Per 10 points of the deployment score.
    pub deployment_per_10: f64,
    /// Per 10 points of the engagement score.
    pub engagement_per_10: f64,
    /// Per 10 points of the adoption score.
    pub adoption_per_10: f64,
    /// Per 10 points of the ROI score.
    pub roi_per_10: f64,
    /// What a component that is unknown enters as.
    pub neutral_score: f64,
    /// Effect of the segment `smb`; `mid_market` is the reference.
    pub smb: f64,
    /// Effect of the segment `enterprise`.
    pub enterprise: f64,
    /// Per full year from `customer_since` to the due day.
    pub tenure_per_year: f64,
    /// Years beyond this add nothing.
    pub tenure_years_at_most: f64,
    /// Effect on an add-on product that falls due beside the main one: it lapses more easily.
    pub add_on: f64,
    /// Standard deviation of the shock that all renewals due in a calendar year share.
    pub year_shock_sd: f64,
    /// Given renewal: whether it is at less.
    pub contraction: Hurdle,
    /// Given renewal at no less: whether it is at more.
    pub expansion: Hurdle,
}

/// A hurdle: a logit in two scores about 70, and the size where it is passed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hurdle {
    /// The logit where all scores are 70.
    pub at_70: f64,
    /// Per 10 points of deployment above 70.
    pub deployment_per_10: f64,
    /// Per 10 points of adoption above 70.
    pub adoption_per_10: f64,
    /// Per 10 points of ROI above 70.
    pub roi_per_10: f64,
    /// The least change of ARR, as a share of what is due.
    pub least: f64,
    /// The greatest change; sizes between lean to the small: least + (greatest − least) · u², u uniform.
    pub greatest: f64,
}

impl Default for Coefficients {
    fn default() -> Coefficients {
        Coefficients {
            intercept: -4.85,
            deployment_per_10: 0.25,
            engagement_per_10: 0.15,
            adoption_per_10: 0.40,
            roi_per_10: 0.30,
            neutral_score: 60.0,
            smb: -0.30,
            enterprise: 0.20,
            tenure_per_year: 0.06,
            tenure_years_at_most: 8.0,
            add_on: -0.60,
            year_shock_sd: 0.25,
            contraction: Hurdle {
                at_70: -1.7,
                deployment_per_10: -0.20,
                adoption_per_10: -0.25,
                roi_per_10: 0.0,
                least: 0.05,
                greatest: 0.45,
            },
            expansion: Hurdle {
                at_70: -0.75,
                deployment_per_10: 0.0,
                adoption_per_10: 0.20,
                roi_per_10: 0.20,
                least: 0.03,
                greatest: 0.45,
            },
        }
    }
}
