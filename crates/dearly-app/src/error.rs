//! Why a use case did not do what was asked.

use dearly_workbook::Problem;

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing.
    #[error("there is no {what} {id:?}{}", .hint.as_ref().map_or(String::new(), |hint| format!("; {hint}")))]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// What it was called.
        id: String,
        /// What to do.
        hint: Option<String>,
    },
    /// What was asked makes no sense: the asker can mend it.
    #[error("{0}")]
    Invalid(String),
    /// A workbook with errors.
    #[error("the workbook has {}", count(.0.len()))]
    Workbook(Vec<Problem>),
    /// Someone else is writing.
    #[error("{0}")]
    Busy(String),
    /// The records.
    #[error(transparent)]
    Store(dearly_store::Error),
    /// The telemetry.
    #[error(transparent)]
    Events(#[from] dearly_events::Error),
    /// The log of telemetry.
    #[error(transparent)]
    Ingest(dearly_events::IngestError),
    /// The files to import.
    #[error(transparent)]
    Import(#[from] dearly_import::Error),
    /// A question in SQL.
    #[error(transparent)]
    Query(#[from] dearly_query::Error),
    /// The file system, with what was being done.
    #[error("cannot {doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Error {
    /// A file-system error while something was done.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Error {
        let doing = doing.into();
        move |source| Error::Io { doing, source }
    }
}

impl Error {
    /// The error with its causes, for the log.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl From<dearly_events::IngestError> for Error {
    fn from(error: dearly_events::IngestError) -> Error {
        match error {
            dearly_events::IngestError::Held { .. } => Error::Busy(error.to_string()),
            other => Error::Ingest(other),
        }
    }
}

impl From<dearly_store::Error> for Error {
    fn from(error: dearly_store::Error) -> Error {
        match error {
            dearly_store::Error::Busy { .. } => Error::Busy(error.to_string()),
            other => Error::Store(other),
        }
    }
}

fn count(n: usize) -> String {
    if n == 1 { "an error".to_owned() } else { format!("{n} errors") }
}
