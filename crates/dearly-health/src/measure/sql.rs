//! Measures in SQL, asked before.

use super::plain;
use crate::as_of::{AsOf, Trace};
use crate::score::Reading;

/// What the statement says of the account.
pub(super) fn sql(as_of: &AsOf<'_>, statement: &str, trace: &mut Trace) -> Reading {
    let Some(value) = as_of.columns.readings.get(statement, as_of.day) else {
        return Reading::Missing("the SQL has no number for the account");
    };
    trace.say(|| plain(value));
    Reading::of(value)
}
