use crate::Error;
use crate::error::{all_finite, same_length};

/// Checked durations: who was watched from when to when, and whether the event ended it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetimes<'a> {
    pub(crate) durations: &'a [f64],
    pub(crate) event_observed: &'a [bool],
    pub(crate) entry: Option<&'a [f64]>,
}

impl<'a> Lifetimes<'a> {
    pub(crate) fn new(
        durations: &'a [f64],
        event_observed: &'a [bool],
        entry: Option<&'a [f64]>,
        what: &'static str,
    ) -> Result<Lifetimes<'a>, Error> {
        let n = durations.len();
        if n == 0 {
            return Err(Error::Empty { what, needed: 1 });
        }
        same_length("event_observed", n, event_observed.len())?;
        all_finite("durations", durations)?;
        let outside = |what: &str, row: usize, value: f64, expected: &'static str| {
            Err(Error::OutOfRange { what: format!("{what} in row {row}"), value, expected })
        };
        if let Some(row) = durations.iter().position(|&duration| duration < 0.0) {
            return outside("duration", row, durations[row], "0 or more");
        }
        if let Some(entry) = entry {
            same_length("entry", n, entry.len())?;
            all_finite("entry", entry)?;
            if let Some(row) = (0..n).find(|&row| entry[row] >= durations[row]) {
                return outside(
                    "entry",
                    row,
                    entry[row],
                    "before the row's duration: drop rows watched for no time",
                );
            }
        }
        Ok(Lifetimes { durations, event_observed, entry })
    }
}
