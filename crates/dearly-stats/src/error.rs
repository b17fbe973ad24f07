/// What cannot be computed, and what to do about it.
///
/// Rows are counted from 0 here; whoever shows them adds the header of the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is no row.
    #[error("there are no rows: {what} needs at least {needed}")]
    Empty {
        /// What was asked for.
        what: &'static str,
        /// The fewest rows that it takes.
        needed: usize,
    },
    /// Two inputs that belong together are of different length.
    #[error("{what} has {found} values, expected {expected}, one for each row")]
    LengthMismatch {
        /// The input that is too short or too long.
        what: String,
        /// Rows.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A number is NaN or infinite.
    #[error("{column} in row {row} is {value}, not a finite number: drop the row or give its value")]
    NotFinite {
        /// The column's name.
        column: String,
        /// The row, counted from 0.
        row: usize,
        /// The number.
        value: f64,
    },
    /// A number is outside of what it may be.
    #[error("{what} is {value}, expected {expected}")]
    OutOfRange {
        /// What it is, with its row where it has one.
        what: String,
        /// The number.
        value: f64,
        /// The range.
        expected: &'static str,
    },
    /// All outcomes are the same.
    #[error(
        "all {n} outcomes are {value}: with one class only nothing can be compared; take a longer window"
    )]
    OneClass {
        /// Rows.
        n: usize,
        /// The only outcome.
        value: f64,
    },
    /// A column has one value only, and there is an intercept.
    #[error("{column} has the same value in every row and cannot be told from the intercept: leave it out")]
    ConstantColumn {
        /// The column's name.
        column: String,
    },
    /// A column is a combination of the others.
    #[error(
        "{column} is a combination of the columns before it, so that their effects cannot be told apart: leave one of them out"
    )]
    Collinear {
        /// The first such column.
        column: String,
    },
    /// More parameters than rows can carry.
    #[error("{rows} rows cannot carry {parameters} parameters: leave columns out or take more rows")]
    TooFewRows {
        /// Rows of positive weight.
        rows: usize,
        /// Columns of the design, the intercept included.
        parameters: usize,
    },
    /// Errors by cluster want more than one cluster.
    #[error("there is {found} cluster, and errors by cluster need at least 2: leave the cluster out")]
    TooFewClusters {
        /// Clusters with a row of positive weight.
        found: usize,
    },
    /// Without one of the clusters a coefficient has no value, so that the jackknife over clusters has none either.
    #[error(
        "{} cannot be told without cluster {cluster} (counted from 0 in the order of rows), so that the jackknife over \
         clusters has no value: leave the column out or merge its levels",
        .column.as_deref().unwrap_or("a column")
    )]
    ToldByOneCluster {
        /// The column, where it can be named.
        column: Option<String>,
        /// The cluster's number.
        cluster: usize,
    },
    /// The outcome is perfectly told by some columns: no maximum of the likelihood exists.
    #[error("the outcome is separated by {}: no maximum-likelihood estimate exists; use Firth's method or leave {} out", .terms.join(", "), if .terms.len() == 1 { "it" } else { "them" })]
    Separated {
        /// The columns that separate.
        terms: Vec<String>,
    },
    /// The partial likelihood of Cox's model rises without end along some columns.
    #[error("{} at every event which row's it is, so that the likelihood has no maximum and the hazard ratio no bound: leave {} out, or merge groups without an event with others", if let [one] = &.terms[..] { format!("{one} tells") } else { format!("{} together tell", .terms.join(" and ")) }, if .terms.len() == 1 { "it" } else { "one of them" })]
    Monotone {
        /// The columns along which it rises.
        terms: Vec<String>,
    },
    /// The iterations did not settle.
    #[error("{what} did not converge in {iterations} iterations: scale the columns or leave some out")]
    NotConverged {
        /// What was fitted.
        what: &'static str,
        /// Iterations made.
        iterations: usize,
    },
    /// A formula cannot be read, or does not fit the table.
    #[error("formula, character {at}: {reason}")]
    Formula {
        /// Where, in characters from 1.
        at: usize,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The data cannot answer the question for another reason.
    #[error("{0}")]
    Refused(String),
}

/// Refuses the first value that is not finite.
pub(crate) fn all_finite(column: &str, values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NotFinite { column: column.to_owned(), row, value: values[row] }),
    }
}

/// Refuses an input that is not one value for each row.
pub(crate) fn same_length(what: &str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found {
        Ok(())
    } else {
        Err(Error::LengthMismatch { what: what.to_owned(), expected, found })
    }
}

/// Refuses a confidence level outside of (0, 1).
pub(crate) fn valid_level(level: f64) -> Result<(), Error> {
    if level > 0.0 && level < 1.0 {
        Ok(())
    } else {
        Err(Error::OutOfRange {
            what: "level".to_owned(),
            value: level,
            expected: "between 0 and 1, as 0.95",
        })
    }
}

/// Refuses probabilities outside of [0, 1], and outcomes that are not one for each.
pub(crate) fn valid_probabilities(outcomes: &[bool], probabilities: &[f64]) -> Result<(), Error> {
    same_length("probabilities", outcomes.len(), probabilities.len())?;
    all_finite("probability", probabilities)?;
    match probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        None => Ok(()),
        Some(row) => Err(Error::OutOfRange {
            what: format!("the probability in row {row}"),
            value: probabilities[row],
            expected: "between 0 and 1",
        }),
    }
}

/// The outcomes that are true, which neither none nor all may be.
pub(crate) fn both_classes(outcomes: &[bool]) -> Result<usize, Error> {
    let events = outcomes.iter().filter(|&&event| event).count();
    if outcomes.is_empty() {
        Err(Error::Empty { what: "a comparison of outcomes", needed: 2 })
    } else if events == 0 || events == outcomes.len() {
        Err(Error::OneClass { n: outcomes.len(), value: if events == 0 { 0.0 } else { 1.0 } })
    } else {
        Ok(events)
    }
}

/// Refuses frequency weights that are not one for each row, finite and 0 or more.
pub(crate) fn valid_weights(rows: usize, weights: &[f64]) -> Result<(), Error> {
    same_length("the weights", rows, weights.len())?;
    all_finite("the weight", weights)?;
    match weights.iter().position(|&weight| weight < 0.0) {
        None => Ok(()),
        Some(row) => Err(Error::OutOfRange {
            what: format!("the weight of row {row}"),
            value: weights[row],
            expected: "0 or more",
        }),
    }
}
