/// The result of an analysis.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no report: always in words that say what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The statistics refuse.
    #[error(transparent)]
    Statistics(#[from] dearly_stats::Error),
    /// The question makes no sense for this table.
    #[error("{0}")]
    Invalid(String),
}
