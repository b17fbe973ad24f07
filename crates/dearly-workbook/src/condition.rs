//! Conditions: CEL over named fields, with a third answer for *no data*.

mod catalogue;
mod evaluate;
mod fields;
mod syntax;

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

pub use catalogue::{Catalogue, FIELDS, Field, FieldKind};
pub use fields::{FieldValue, Fields};

use evaluate::Evaluation;
use syntax::Reference;

/// A condition over the fields of an account, as in `account.champion_left_days <= 30`.
///
/// Cheap to clone; compiled once, evaluated often, from many threads. Two conditions are equal when their sources are.
#[derive(Clone)]
pub struct Condition {
    compiled: Arc<Compiled>,
}

struct Compiled {
    source: String,
    program: cel::Program,
    evaluation: Evaluation,
    names: Vec<String>,
    references: Vec<Reference>,
}

/// Why a text is not a condition, or not one that can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", help.as_ref().map(|help| format!("; {help}")).unwrap_or_default())]
pub struct ConditionError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// At which character of the source, from 0.
    pub offset: usize,
}

impl Condition {
    /// Compiles the source. Names are checked apart, by [`Condition::check`].
    ///
    /// # Errors
    /// A source that is no CEL, that calls what conditions may not call, or that is longer or deeper than any person
    /// would write: at most 1,000 characters, 16 levels of brackets, two of `all`, `exists` and the like.
    pub fn compile(source: &str) -> Result<Condition, ConditionError> {
        let parsed = syntax::parse(source)?;
        let mut names: Vec<String> =
            parsed.references.iter().map(|reference| reference.name.clone()).collect();
        names.sort();
        names.dedup();
        let evaluation = Evaluation::of(&parsed.program);
        Ok(Condition {
            compiled: Arc::new(Compiled {
                source: source.to_owned(),
                program: parsed.program,
                evaluation,
                names,
                references: parsed.references,
            }),
        })
    }

    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.compiled.source
    }

    /// The full names of the fields it reads, as in `account.tier`; sorted, each once.
    pub fn references(&self) -> &[String] {
        &self.compiled.names
    }

    /// Every name that the catalogue does not know, every comparison of a field with a value of another kind, and a
    /// result that is neither true nor false.
    pub fn check(&self, catalogue: &Catalogue) -> Vec<ConditionError> {
        let mut errors: Vec<ConditionError> = self
            .compiled
            .references
            .iter()
            .filter_map(|reference| catalogue.check(&reference.name, reference.offset))
            .collect();
        if errors.is_empty() {
            errors = catalogue::check_kinds(&self.compiled.program);
        }
        errors
    }

    /// Whether it holds: `Some(true)`, `Some(false)`, or `None` where it cannot be told because a field is missing or
    /// of another kind. As in CEL, `||` holds when one side does and `&&` fails when one side does, whatever the other.
    pub fn holds(&self, fields: &Fields) -> Option<bool> {
        self.compiled.evaluation.holds(&self.compiled.program, fields)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Condition) -> bool {
        self.source() == other.source()
    }
}

impl Eq for Condition {}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.source())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source())
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.source())
    }
}
