//! The whole analysis of `dearly fit`: a panel and a model in words in, a report out.

mod cox;
mod errors;
mod regression;
mod report;
mod validation;

use dearly_stats::formula::{Formula, Frame};
use dearly_stats::{Clusters, Collinearity, Column, Covariance, Design, FittedGlm, Table};

pub use report::{
    Apparent, AucReport, CalibrationReport, FitReport, Joint, OutOfFold, Proportional, ProportionalTerm,
    SeparationReport, StandardErrors, Term,
};
pub use validation::FOLDS;

pub(crate) use cox::numbers;

pub use crate::alarm::WHOLE_MODEL;
use crate::report::{ByName, ClusterColumn, Dropped};
use crate::{Error, Result};

/// The distribution of the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FitFamily {
    /// 0 or 1, log-odds linear.
    Binomial,
    /// 0 or 1, proportional hazards in grouped time.
    Cloglog,
    /// Any number.
    Gaussian,
    /// A share from 0 to 1.
    Fractional,
    /// Above 0, log link.
    Gamma,
    /// A count.
    Poisson,
    /// Durations and events.
    Cox,
}

impl FitFamily {
    /// The name for arguments and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            FitFamily::Binomial => "binomial",
            FitFamily::Cloglog => "cloglog",
            FitFamily::Gaussian => "gaussian",
            FitFamily::Fractional => "fractional",
            FitFamily::Gamma => "gamma",
            FitFamily::Poisson => "poisson",
            FitFamily::Cox => "cox",
        }
    }
}

/// How coefficients are estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FitMethod {
    /// Maximum likelihood; Firth's where the data are separated or the rarer outcomes fewer than ten a parameter.
    #[default]
    Auto,
    /// Maximum likelihood.
    MaximumLikelihood,
    /// Firth's penalised likelihood, with FLIC for probabilities.
    Firth,
}

/// What is to be fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct FitRequest {
    /// The model in words; for Cox without a left side.
    pub formula: String,
    /// The distribution of the outcome.
    pub family: FitFamily,
    /// The columns whose rows belong together: none, one, or two for two-way errors.
    pub clusters: Vec<String>,
    /// How coefficients are estimated.
    pub method: FitMethod,
    /// The column of durations, for Cox.
    pub duration: Option<String>,
    /// The column that says whether the event came, for Cox.
    pub event: Option<String>,
    /// The column of the time from which a row was watched, for Cox.
    pub entry: Option<String>,
    /// The level of intervals.
    pub level: f64,
    /// What folds are drawn by.
    pub seed: u64,
    /// Columns that may ring the alarm of a leak, [`WHOLE_MODEL`] among them: somebody has looked.
    pub signed_off: Vec<String>,
}

impl FitRequest {
    /// A logit with intervals of 95 %.
    pub fn new(formula: impl Into<String>) -> FitRequest {
        FitRequest {
            formula: formula.into(),
            family: FitFamily::Binomial,
            clusters: Vec::new(),
            method: FitMethod::Auto,
            duration: None,
            event: None,
            entry: None,
            level: 0.95,
            seed: 1,
            signed_off: Vec::new(),
        }
    }

    /// The columns that are names and no numbers: those of clusters that nothing else reads.
    pub fn labels(&self) -> Vec<&str> {
        let formula = Formula::parse(&self.formula).ok();
        let is_read = |name: &str| {
            let times = [&self.duration, &self.event, &self.entry];
            formula.as_ref().is_some_and(|formula| formula.columns().contains(&name))
                || times.into_iter().flatten().any(|own| own == name)
        };
        self.clusters.iter().map(String::as_str).filter(|name| !is_read(name)).collect()
    }
}

/// Fits a model on a table, and reports what has to be known of it.
///
/// # Errors
/// In words that say what to do: a mistake in the formula, a column that is not there, too little or too uniform data.
pub fn fit(table: &Table, request: &FitRequest) -> Result<FitReport> {
    if !(request.level > 0.0 && request.level < 1.0) {
        return Err(Error::Invalid(format!(
            "the level {} is not between 0 and 1; expected one as 0.95",
            request.level
        )));
    }
    if let [_, _, third, ..] = &request.clusters[..] {
        return Err(Error::Invalid(format!(
            "rows can be clustered by one column or by two, and {third} is a third: leave one out"
        )));
    }
    if let [one, other] = &request.clusters[..]
        && one == other
    {
        return Err(Error::Invalid(format!(
            "rows are clustered by {one} twice: name another column, or it once"
        )));
    }
    crate::alarm::check_signed_off(table, &request.signed_off)?;
    let formula = Formula::parse(&request.formula)?;
    if formula.predictors().contains(&Design::INTERCEPT) {
        return Err(Error::Invalid(format!(
            "a column is called {0}, the name of the constant in every report: rename it",
            Design::INTERCEPT
        )));
    }
    let times = [&request.duration, &request.event, &request.entry];
    match request.family {
        FitFamily::Cox => cox::fit(table, request, &formula),
        family => {
            if let Some(name) = times.into_iter().flatten().next() {
                return Err(Error::Invalid(format!(
                    "durations and events ({name}) are for the family cox, and this one is {}: ask for cox or leave them out",
                    family.as_str()
                )));
            }
            if formula.outcome().is_none() {
                return Err(Error::Invalid(format!(
                    "the formula has no outcome; write it before a ~, as in renewed ~ {}",
                    request.formula.trim().trim_start_matches('~').trim_start()
                )));
            }
            regression::fit(table, request, &formula)
        }
    }
}

/// The clusters of the rows of a frame, by each column; refused where all rows are one.
fn clusters(table: &Table, frame: &Frame, columns: &[String]) -> Result<Vec<Clusters>> {
    let named_columns = columns.iter().filter_map(|name| Some((name, table.column(name)?)));
    named_columns
        .map(|(name, column)| match clusters_of(column, &frame.rows) {
            own if own.count() < 2 => {
                let too_few = dearly_stats::Error::TooFewClusters { found: own.count() };
                Err(named(too_few, table, frame, name, &own))
            }
            own => Ok(own),
        })
        .collect()
}

/// The clusters of some rows by the values of a column, none of which is missing.
pub(crate) fn clusters_of(column: &Column, rows: &[usize]) -> Clusters {
    match column {
        Column::Numbers(values) => {
            let labels: Vec<Option<u64>> =
                rows.iter().map(|&row| values[row].map(|value| (value + 0.0).to_bits())).collect();
            Clusters::from_labels(&labels)
        }
        Column::Texts(texts) => {
            let labels: Vec<Option<u32>> = rows.iter().map(|&row| texts.codes()[row]).collect();
            Clusters::from_labels(&labels)
        }
    }
}

pub(crate) fn cluster_columns(names: &[String], clusters: &[Clusters]) -> Vec<ClusterColumn> {
    let largest = |own: &Clusters| own.members().iter().map(Vec::len).max().unwrap_or(0);
    names
        .iter()
        .zip(clusters)
        .map(|(name, own)| ClusterColumn {
            column: name.clone(),
            n_clusters: own.count(),
            largest: largest(own),
        })
        .collect()
}

pub(crate) fn dropped(frame: &Frame) -> Vec<Dropped> {
    frame.missing.iter().map(|(column, n)| Dropped { column: column.clone(), n: *n }).collect()
}

/// What a value of a column says, for messages.
pub(crate) fn value_of(table: &Table, column: &str, row: usize) -> String {
    match table.column(column) {
        Some(Column::Numbers(values)) => values[row].map(|value| value.to_string()).unwrap_or_default(),
        Some(Column::Texts(texts)) => texts.get(row).unwrap_or_default().to_owned(),
        None => String::new(),
    }
}

/// Says of an error by cluster which cluster it is.
fn named(
    error: dearly_stats::Error,
    table: &Table,
    frame: &Frame,
    column: &str,
    clusters: &Clusters,
) -> Error {
    match error {
        dearly_stats::Error::ToldByOneCluster { column: term, cluster } => {
            let row = (0..clusters.rows()).find(|&row| clusters.of(row) == cluster).unwrap_or(0);
            let value = value_of(table, column, frame.rows[row]);
            Error::Invalid(format!(
                "without the cluster {column} = {value} there is no coefficient of {}, so that no error by cluster says \
                 anything of it: leave the column out, merge its levels, or cluster by another column",
                term.as_deref().unwrap_or("a column")
            ))
        }
        dearly_stats::Error::TooFewClusters { .. } => Error::Invalid(format!(
            "all rows are one cluster of {column}, and errors by cluster need at least 2, better 30: leave the cluster out \
             or name another column"
        )),
        other => other.into(),
    }
}

/// Variance inflation and the condition number, with words where columns cannot be told apart.
fn collinearity(design: &Design, notes: &mut Vec<String>) -> (ByName, Option<f64>, Vec<String>) {
    let Ok(own) = design.collinearity() else {
        return (ByName::default(), None, Vec::new());
    };
    let inflated: Vec<String> = own.inflated().into_iter().map(str::to_owned).collect();
    if inflated.len() > 1 {
        notes.push(format!(
            "{} cannot be told apart in this data (variance inflation above 5): go by the joint test and the sum of \
             their effects, not by their ranking",
            inflated.join(", ")
        ));
    } else if own.condition_number > Collinearity::ILL_CONDITIONED {
        notes.push(format!(
            "some columns say nearly the same (condition number {:.0}, above 30): single coefficients move much with \
             small changes of the data",
            own.condition_number
        ));
    } else if let [alone] = &inflated[..] {
        notes.push(format!(
            "{alone} is nearly a combination of the others (variance inflation above 5): its coefficient moves much with small \
             changes of the data"
        ));
    }
    (ByName(own.variance_inflation), Some(own.condition_number), inflated)
}

/// Says that there is nothing to compare, and whether that is since rows were left out.
pub(crate) fn one_class(outcome: &str, value: f64, frame: &Frame) -> Error {
    let n = frame.rows.len();
    let most = frame.missing.iter().max_by_key(|(_, n)| *n);
    let (why, remedy) = match most.filter(|_| frame.n_dropped > 0) {
        Some((column, missing)) => (
            format!("; {} others lack a value, {missing} of them that of {column}", frame.n_dropped),
            "leave that column out, if it is missing for one outcome only",
        ),
        None => (String::new(), "take a longer window or more accounts, so that both outcomes occur"),
    };
    Error::Invalid(format!(
        "{outcome} is {value} in all {n} rows{why}: with one class only nothing can be compared; {remedy}"
    ))
}

/// Refuses columns whose digits lie where arithmetic loses them, in words that say what to do.
pub(crate) fn check_scale(design: &Design) -> Result<()> {
    const FARTHEST: f64 = 1e5;
    let n = design.rows() as f64;
    for (column, name) in design.names().iter().enumerate() {
        let values = design.column(column);
        check_reach(name, &values)?;
        let mean = values.iter().sum::<f64>() / n;
        let spread = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
        if design.intercept().is_some() && spread > 0.0 && mean.abs() > FARTHEST * spread {
            return Err(Error::Invalid(format!(
                "{name} lies around {mean} and varies by {spread:.2e} only, so that it cannot be told from the intercept: take a \
                 constant off it"
            )));
        }
    }
    Ok(())
}

/// Refuses numbers that are so large or so small that products of a few of them are infinite or nothing.
pub(crate) fn check_reach(name: &str, values: &[f64]) -> Result<()> {
    const LARGEST: f64 = 1e100;
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if largest > LARGEST || (largest > 0.0 && largest < 1.0 / LARGEST) {
        return Err(Error::Invalid(format!(
            "{name} goes as far as {largest:e}, out of reach of the arithmetic: give it in other units"
        )));
    }
    Ok(())
}

/// What every table of terms needs of a family.
fn ratios(term: &mut Term, family: FitFamily) {
    let ratio = Some(term.estimate.exp());
    let bounds = Some(crate::report::Bounds { low: term.interval.low.exp(), high: term.interval.high.exp() });
    match family {
        FitFamily::Binomial | FitFamily::Fractional => {
            (term.odds_ratio, term.odds_ratio_interval) = (ratio, bounds);
        }
        FitFamily::Cloglog | FitFamily::Cox => {
            (term.hazard_ratio, term.hazard_ratio_interval) = (ratio, bounds);
        }
        FitFamily::Gamma | FitFamily::Poisson => {
            (term.mean_ratio, term.mean_ratio_interval) = (ratio, bounds);
        }
        FitFamily::Gaussian => {}
    }
}

/// The columns besides the intercept.
fn slopes(names: &[String]) -> Vec<usize> {
    (0..names.len()).filter(|&column| names[column] != Design::INTERCEPT).collect()
}

/// Wald's test of all columns but the intercept, where there are enough clusters for it.
fn wald(covariance: &Covariance, coefficients: &[f64], columns: &[usize]) -> Option<crate::report::Test> {
    if covariance.n_clusters.is_some_and(|count| count <= columns.len()) {
        return None;
    }
    covariance.wald_test(coefficients, columns).ok().filter(|test| test.p_value.is_finite()).map(Into::into)
}

fn joint(covariance: &Covariance, fitted: &FittedGlm, terms: Vec<String>, level: f64) -> Option<Joint> {
    if terms.len() < 2 {
        return None;
    }
    let columns: Vec<usize> =
        terms.iter().filter_map(|term| fitted.names.iter().position(|name| name == term)).collect();
    let effect = covariance.joint_effect(&fitted.coefficients, &columns, level).ok()?;
    Some(Joint { terms, test: effect.test.into(), sum: effect.sum.into(), p_value: effect.p_value })
}
