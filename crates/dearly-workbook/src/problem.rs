//! What is wrong with a workbook, and where.

use std::fmt;

use serde::Serialize;

/// One mistake in a workbook, at its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, relative to the folder of the workbook, with `/` between its parts.
    pub path: String,
    /// The line, from 1; 0 where the problem is with the file or the folder as a whole.
    pub line: u32,
    /// The column in characters, from 1; 0 as for `line`.
    pub column: u32,
    /// What is wrong, with the value as it stands and what was expected.
    pub message: String,
    /// What to do: the nearest valid word, or the words there are.
    pub help: Option<String>,
    /// Whether the workbook can be used all the same.
    pub severity: Severity,
}

/// Whether a workbook with the problem can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but somebody should know.
    Warning,
}

impl Problem {
    /// An error with a file or a folder as a whole.
    pub(crate) fn whole(
        path: impl Into<String>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Problem {
        let (path, message) = (path.into(), message.into());
        Problem { path, line: 0, column: 0, message, help, severity: Severity::Error }
    }
}

/// `path:line:column: message; help`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if self.severity == Severity::Warning {
            write!(f, ": warning")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
