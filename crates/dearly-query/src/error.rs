//! Why a question has no answer.

use std::fmt;
use std::time::Duration;

use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Diagnostic};

use crate::records::SourceError;
use crate::table::{TABLES, table};

/// The result of asking.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A place in the text of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text cannot be answered as it stands: the asker can mend it.
    #[error("{message}{}{}", .place.map_or(String::new(), |place| format!(" at {place}")), .help.as_ref().map_or(String::new(), |help| format!("; {help}")))]
    Sql {
        /// What is wrong.
        message: String,
        /// Where.
        place: Option<Place>,
        /// What to do: the nearest valid name, or the words there are.
        help: Option<String>,
    },
    /// The answer needs more memory than it may have.
    #[error(
        "the answer needs more than the {limit_bytes} bytes of memory that a question may take; ask for fewer columns, days or groups"
    )]
    TooMuchMemory {
        /// How much it may have.
        limit_bytes: usize,
    },
    /// The answer takes longer than it may.
    #[error("the answer was not there after {} s; ask for less, as in fewer days", .limit.as_secs())]
    TooSlow {
        /// How long it may take.
        limit: Duration,
    },
    /// The rows of a table could not be read.
    #[error("cannot read the table {table}")]
    Source {
        /// Which table.
        table: &'static str,
        /// Why.
        source: SourceError,
    },
    /// The engine failed, or telemetry could not be read.
    #[error("the query failed: {0}")]
    Failed(String),
}

impl Error {
    pub(crate) fn sql(message: impl Into<String>) -> Error {
        Error::Sql { message: message.into(), place: None, help: None }
    }

    pub(crate) fn sql_at(message: impl Into<String>, place: Option<Place>, help: Option<String>) -> Error {
        Error::Sql { message: message.into(), place, help }
    }

    /// An error of planning: nearly always the text's.
    pub(crate) fn planning(error: DataFusionError, memory: usize) -> Error {
        let place = error.diagnostic().and_then(place_of);
        match error.find_root() {
            DataFusionError::SQL(parser, _) => syntax(&parser.to_string()),
            DataFusionError::Plan(_)
            | DataFusionError::SchemaError(_, _)
            | DataFusionError::NotImplemented(_)
            | DataFusionError::Configuration(_)
            | DataFusionError::ArrowError(_, _)
            | DataFusionError::Execution(_) => {
                let (message, help) = words(&error.find_root().message());
                Error::sql_at(message, place, help)
            }
            _ => Error::running(error, memory),
        }
    }

    /// An error while running.
    pub(crate) fn running(error: DataFusionError, memory: usize) -> Error {
        let root = error.find_root();
        if let DataFusionError::External(source) = root
            && let Some(own) = source.downcast_ref::<crate::records::Unread>()
        {
            return own.take();
        }
        match root {
            DataFusionError::ResourcesExhausted(_) => Error::TooMuchMemory { limit_bytes: memory },
            DataFusionError::ParquetError(_)
            | DataFusionError::ObjectStore(_)
            | DataFusionError::IoError(_)
            | DataFusionError::External(_)
            | DataFusionError::ExecutionJoin(_) => Error::Failed(root.to_string()),
            // A damaged file is nobody's question.
            DataFusionError::ArrowError(own, _)
                if matches!(
                    own.as_ref(),
                    ArrowError::ParquetError(_) | ArrowError::IoError(_, _) | ArrowError::ExternalError(_)
                ) =>
            {
                Error::Failed(root.to_string())
            }
            // What the values themselves do not allow, as a division by zero or a text that is no number, and what the
            // engine cannot do.
            other => {
                let (message, help) = words(&other.message());
                Error::sql_at(message, None, help)
            }
        }
    }
}

/// A mistake that the parser found; it says the place in its own words.
pub(crate) fn syntax(said: &str) -> Error {
    let said = said.trim_start_matches("sql parser error: ").trim_start_matches("SQL error: ");
    let said = said.strip_prefix("ParserError(\"").and_then(|rest| rest.strip_suffix("\")")).unwrap_or(said);
    let said =
        said.strip_prefix("TokenizerError(\"").and_then(|rest| rest.strip_suffix("\")")).unwrap_or(said);
    let number =
        |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u64>();
    let found = said.rsplit_once(" at Line: ").and_then(|(words, place)| {
        let (line, column) = place.split_once(", Column: ")?;
        Some((words, Place { line: number(line).ok()?, column: number(column).ok()? }))
    });
    let (words, place) = found.map_or((said, None), |(words, place)| (words, Some(place)));
    Error::sql_at(first_small(words), place, None)
}

pub(crate) fn place_of(diagnostic: &Diagnostic) -> Option<Place> {
    diagnostic.span.map(|span| Place { line: span.start.line, column: span.start.column })
}

/// The engine's words in ours: one sentence, and what to do apart.
fn words(said: &str) -> (String, Option<String>) {
    let said = said.trim();
    if let Some((_, rest)) = said.split_once("table '")
        && let Some((name, _)) = rest.split_once("' not found")
    {
        return unknown_table(name.rsplit('.').next().unwrap_or(name));
    }
    let (message, help) = match said.split_once("Did you mean") {
        Some((message, help)) => {
            (message, Some(format!("did you mean {}", help.trim().replace("'", "`").replace("?", "") + "?")))
        }
        None => match said.split_once("Valid fields are") {
            Some((message, fields)) => {
                (message, Some(format!("the columns are {}", shortened(fields.trim()))))
            }
            None => (said, None),
        },
    };
    // Traces of the engine's own source are of no use to anybody who asks.
    let message = message.split("\nThis issue was likely caused by a bug").next().unwrap_or(message);
    (first_small(message.trim().trim_end_matches(['.', ','])), help)
}

/// There is no such table, with the nearest one or all.
pub(crate) fn unknown_table(name: &str) -> (String, Option<String>) {
    if table(name).is_some() {
        return (format!("`{name}` is in no schema but its own"), Some(format!("write `{name}` alone")));
    }
    let nearest =
        TABLES.iter().map(|table| (strsim::damerau_levenshtein(table.name, name), table.name)).min().filter(
            |(distance, nearest)| *distance <= 2 || nearest.starts_with(name) || name.starts_with(nearest),
        );
    let help = match nearest {
        Some((_, nearest)) => format!("did you mean `{nearest}`?"),
        None => {
            format!("the tables are {}", TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", "))
        }
    };
    (format!("there is no table `{name}`"), Some(help))
}

fn shortened(fields: &str) -> String {
    const MOST: usize = 400;
    let fields = fields.trim_end_matches('.');
    match fields.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} …", &fields[..end]),
        None => fields.to_owned(),
    }
}

/// Our messages begin with a small letter, unless the word is an acronym or a name.
fn first_small(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_of_syntax_has_its_place() {
        let error = syntax(r#"sql parser error: Expected: an expression, found: EOF at Line: 2, Column: 14"#);
        let Error::Sql { message, place, .. } = error else { panic!("{error}") };
        assert_eq!(message, "expected: an expression, found: EOF");
        assert_eq!(place, Some(Place { line: 2, column: 14 }));
    }

    #[test]
    fn the_nearest_table_is_named() {
        let help = |name: &str| unknown_table(name).1.unwrap();
        assert_eq!(help("ticket"), "did you mean `tickets`?");
        assert_eq!(help("acounts"), "did you mean `accounts`?");
        assert!(help("weather").starts_with("the tables are accounts, "));
    }
}
