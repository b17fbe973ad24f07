use dearly_domain::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which components go with renewal, with everything that must stand beside the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DriversReport {
    /// The first due day.
    pub from: Day,
    /// The day after the last due day.
    pub to: Day,
    /// Days between the as-of day and the due day.
    pub lead_days: i32,
    /// By whose end a renewal had to be decided: the window's last day, or the last of which anything is known.
    pub decided_by: Day,
    /// Confidence level of all intervals.
    pub level: f64,
    /// Rows, and why some are left out.
    pub counts: PanelCounts,
    /// Renewal and expansion by the colour of the outcomes score on the as-of day; undecided and early ones left out.
    pub by_colour: Vec<ColourRow>,
    /// What may be said of these data, and what fails.
    pub gate: Gate,
    /// Why there is no model at all, in words.
    pub refused: Option<String>,
    /// The model; from level 1 on.
    pub model: Option<Model>,
    /// How frozen models did on renewals that they had not seen.
    pub validation: Option<RollingValidation>,
    /// The look-ahead checks that ran with this fit.
    pub checks: Vec<Check>,
    /// Discrimination by lead.
    pub leads: Vec<Lead>,
    /// The answer in words; empty at level 0.
    pub sentences: Vec<String>,
    /// What was assumed.
    pub assumptions: Vec<String>,
}

/// Rows, and why some are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PanelCounts {
    /// Renewals due in the window.
    pub n_due: usize,
    /// Of them, open at its end.
    pub n_open: usize,
    /// Of them, decided by its end.
    pub n_decided: usize,
    /// Of the decided, already signed on the as-of day: left out.
    pub n_early_signed: usize,
    /// Of the decided, under notice on the as-of day: left out.
    pub n_early_notice: usize,
    /// Of the decided, of accounts that were no customers on the as-of day: left out.
    pub n_not_customer: usize,
    /// Of the rest, without a value that the model needs: left out.
    pub n_unknown: usize,
    /// Rows of the model.
    pub n_used: usize,
    /// Of them, renewed for whatever amount.
    pub n_renewed: usize,
    /// Of them, churned.
    pub n_churned: usize,
    /// Their accounts.
    pub n_accounts: usize,
    /// Earlier decisions, in no other number; those that are complete may train in the rolling origin.
    pub n_history: usize,
    /// Missing values by column, among open decisions of customers.
    pub missing: Vec<MissingColumn>,
}

/// How many rows have no value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MissingColumn {
    /// The column.
    pub column: String,
    /// Rows.
    pub n: usize,
}

/// A number with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Range {
    /// The estimate.
    pub estimate: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// A share of counted things, with its interval (Wilson).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub n: usize,
    /// The share with its interval; `null` of nothing.
    pub rate: Option<Range>,
}

/// The renewals whose account had a colour on the as-of day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ColourRow {
    /// `green`, `yellow`, `red` or `unknown`.
    pub colour: String,
    /// Renewed for whatever amount.
    pub renewed: Rate,
    /// Renewed for more than was due.
    pub expanded: Rate,
    /// Σ ARR that was due.
    pub due_arr_cents: i64,
    /// Renewed without upsell / due, by ARR; the interval by bootstrapping accounts.
    pub gross_renewal_rate: Option<Range>,
    /// Renewed with upsell / due, by ARR.
    pub net_renewal_rate: Option<Range>,
}

/// What may be said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Gate {
    /// 0 descriptive, 1 indicative, 2 predictive, 3 proven.
    pub level: u8,
    /// The level's name.
    pub name: String,
    /// Why the level is not higher, in words, as "41 churns of 71 needed".
    pub failing: Vec<String>,
    /// All requirements.
    pub lines: Vec<GateLine>,
}

/// A requirement of the gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GateLine {
    /// The level that asks for it.
    pub level: u8,
    /// What is asked for.
    pub name: String,
    /// Whether it holds.
    pub holds: bool,
    /// With numbers, in words.
    pub words: String,
}

/// A logit of renewal on the components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// `ml`, or `firth` where events are few or separated.
    pub method: String,
    /// How intervals were made, as `cv3 by account, t(812)`.
    pub interval_kind: String,
    /// The components, for 10 points each.
    pub terms: Vec<DriverTerm>,
    /// What was adjusted for: each column of the model beside the components, as log-odds.
    pub adjusted_for: Vec<DriverTerm>,
    /// The four components together.
    pub joint: Option<JointTest>,
    /// Variance inflation by column.
    pub variance_inflation: Vec<(String, f64)>,
    /// Belsley's condition number.
    pub condition_number: f64,
    /// That components cannot be told apart, in words; then they are not ranked.
    pub collinear: Option<String>,
    /// Which share of what the components explain each one has; empty where they cannot be told apart.
    pub dominance: Vec<Dominance>,
}

/// One column of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DriverTerm {
    /// The column.
    pub term: String,
    /// Its log-odds: of a component for 10 points.
    pub log_odds: Range,
    /// The standard error behind the interval.
    pub standard_error: f64,
    /// e to the log-odds.
    pub odds_ratio: Range,
    /// The mean change of the probability of renewal if the component were 10 points higher for every account, all else as
    /// it was, as a fraction; from level 2 on.
    pub marginal_change: Option<Range>,
    /// Against no association.
    pub p_value: f64,
    /// The same, adjusted for four tests (Holm).
    pub p_holm: Option<f64>,
    /// `more renewal`, `less renewal` or `not distinguishable from no association`.
    pub direction: String,
}

/// Wald's test that no component matters, by cluster; the likelihood ratio stands beside it and is not exact here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JointTest {
    /// F.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: (f64, Option<f64>),
    /// Its p-value.
    pub p_value: f64,
    /// Twice the gain of the log-likelihood by the components.
    pub likelihood_ratio: Option<f64>,
}

/// General dominance (Budescu).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Dominance {
    /// The component.
    pub component: String,
    /// Its share, with its interval by bootstrapping accounts.
    pub share: Range,
}

/// What frozen models did on renewals that they had not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollingValidation {
    /// The periods.
    pub folds: Vec<Fold>,
    /// Held-out renewals.
    pub n: usize,
    /// Churned ones among them.
    pub n_churned: usize,
    /// The chance that a renewed one had the higher probability; the interval by bootstrapping accounts, or DeLong's where each has one renewal.
    pub auc: Range,
    /// The mean squared error of the probabilities.
    pub brier: f64,
    /// The same of the rate of the training rows, which knows no account.
    pub base_rate_brier: f64,
    /// 1 − Brier / Brier of the held-out rate, by bootstrapping accounts.
    pub scaled_brier: Range,
    /// Observed churns / expected churns.
    pub observed_over_expected: Range,
    /// Calibration in the large: 0 is right.
    pub in_the_large: Range,
    /// The calibration slope: 1 is right, less is too sure.
    pub slope: Range,
    /// Rows of neighbouring probabilities, with what came; from level 2 on.
    pub bins: Vec<Bin>,
}

/// A period of the rolling origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Fold {
    /// Its first due day; the model was frozen before.
    pub from: Day,
    /// The day after its last due day.
    pub to: Day,
    /// Rows that were decided in time to train.
    pub n_train: usize,
    /// By the end of which day it had to be on record how they were decided.
    pub known_by: Day,
    /// Rows that were predicted.
    pub n_test: usize,
    /// Churned ones among them.
    pub n_churned: usize,
    /// Why the period was left out.
    pub left_out: Option<String>,
}

/// Held-out renewals of neighbouring probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Bin {
    /// The least of their probabilities.
    pub low: f64,
    /// The greatest.
    pub high: f64,
    /// Their mean probability of renewal.
    pub mean_probability: f64,
    /// How many were renewed.
    pub renewed: Rate,
}

/// A look-ahead check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// `replay`, `shuffled_outcome`, `lead_decay` or `single_feature`.
    pub name: String,
    /// Whether it passed; `null` where the data are too few for it.
    pub passed: Option<bool>,
    /// Whether nothing is claimed where it fails; else it is a warning.
    pub bars: bool,
    /// With numbers, in words.
    pub words: String,
    /// What somebody would have to sign off, having looked, so that it bars no more: columns, or `model`.
    pub sign_off: Vec<String>,
}

/// How well components tell renewals apart at another lead.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lead {
    /// Days before the due day.
    pub lead_days: i32,
    /// Rows with all components.
    pub n: usize,
    /// AUC of a model by components alone, out of fold by account; `null` where there are too few.
    pub auc: Option<Range>,
}
