//! The client's clock, corrected: docs/RULES.md, *Telemetry*.

use dearly_domain::Instant;

use crate::json::Value;
use crate::reject::shortened;

/// How far after its arrival an event may lie: a client that does not say when it sent has a clock that is off by this
/// at most. Microseconds.
const LATEST: i64 = 86_400_000_000;

/// The first instant that is believed, 2000-01-01: a clock that says less was never set. Microseconds.
const EARLIEST: i64 = 946_684_800_000_000;

/// The times of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) at: Instant,
    pub(crate) original_at: Option<Instant>,
    pub(crate) sent_at: Option<Instant>,
}

impl Times {
    /// `at = received − (sent − original)`: what the client's clock was off by when it sent, it was off by when it
    /// happened. Without `sent` the client is believed, without `original` it happened when it was received.
    pub(crate) fn corrected(
        received_at: Instant,
        original_at: Option<Instant>,
        sent_at: Option<Instant>,
    ) -> Result<Times, String> {
        let at = match (original_at, sent_at) {
            (None, _) => received_at,
            (Some(original), None) => original,
            (Some(original), Some(sent)) => {
                let age = sent.micros().saturating_sub(original.micros());
                Instant::from_micros(received_at.micros().saturating_sub(age))
            }
        };
        if at.micros() > received_at.micros().saturating_add(LATEST) {
            return Err(format!(
                "it happened at {at}, which is more than a day after it was received at {received_at}; set the clock of \
                 the client, or send sentAt"
            ));
        }
        if at.micros() < EARLIEST {
            return Err(format!(
                "it happened at {at}, which is before 2000; set the clock of the client, or send sentAt"
            ));
        }
        Ok(Times { at, original_at, sent_at })
    }
}

/// The instant that a value holds; `None` for none.
pub(crate) fn instant(name: &str, value: &Value<'_>) -> Result<Option<Instant>, String> {
    let text: &str = match value {
        Value::Null => return Ok(None),
        Value::Text(text) => text,
        Value::Number(number) => number,
        _ => return Err(format!("{name} is not an instant like 2026-11-22T09:30:00Z")),
    };
    if let (Value::Text(_), Some(instant)) = (value, usual(text.as_bytes())) {
        return Ok(Some(instant));
    }
    let is_text = matches!(value, Value::Text(_));
    let parsed = text.parse().ok().filter(|_| is_text);
    parsed
        .map(Some)
        .ok_or_else(|| format!("{name} {:?} is not an instant like 2026-11-22T09:30:00Z", shortened(text)))
}

/// The form that nearly every client sends, `2026-11-22T09:30:00.000Z`, at a tenth of the cost of reading every form.
fn usual(text: &[u8]) -> Option<Instant> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        i1,
        i2,
        b':',
        s1,
        s2,
        b'.',
        f1,
        f2,
        f3,
        b'Z',
    ] = text
    else {
        return None;
    };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0i64, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i64::from(*digit - b'0'))
        })
    };
    let year = number(&[y1, y2, y3, y4])?;
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[i1, i2])?, number(&[s1, s2])?);
    let millis = number(&[f1, f2, f3])?;
    // Days 29 to 31 and leap seconds need a calendar: the general way has one.
    if year < 1
        || !(1..=12).contains(&month)
        || !(1..=28).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    // Days since 1970-01-01 of the proleptic Gregorian calendar, the year beginning in March.
    let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era_days = shifted_year * 365 + shifted_year / 4 - shifted_year / 100 + shifted_year / 400;
    let days = era_days + (153 * shifted_month + 2) / 5 + day - 1 - 719_468;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(Instant::from_micros((seconds * 1_000 + millis) * 1_000))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_is_corrected_by_what_it_said_when_it_sent() {
        let received = at("2026-11-22T10:00:00Z");
        for (original, sent, expected) in [
            // A right clock; the event waited a minute.
            (Some("2026-11-22T09:59:00Z"), Some("2026-11-22T10:00:00Z"), Some("2026-11-22T09:59:00Z")),
            // The same with clocks two years slow and two years fast.
            (Some("2024-11-22T09:59:00Z"), Some("2024-11-22T10:00:00Z"), Some("2026-11-22T09:59:00Z")),
            (Some("2028-11-22T09:59:00Z"), Some("2028-11-22T10:00:00Z"), Some("2026-11-22T09:59:00Z")),
            // A clock that was set while the event waited: it is what it says.
            (Some("2024-11-22T09:59:00Z"), Some("2026-11-22T10:00:00Z"), Some("2024-11-22T09:59:00Z")),
            // Not said when it was sent: believed, if it can be.
            (Some("2026-11-22T09:00:00Z"), None, Some("2026-11-22T09:00:00Z")),
            (Some("2016-11-22T09:00:00Z"), None, Some("2016-11-22T09:00:00Z")),
            (Some("2026-11-23T10:00:00Z"), None, Some("2026-11-23T10:00:00Z")),
            (Some("2026-11-23T10:00:00.000001Z"), None, None),
            (Some("2028-11-22T10:00:00Z"), None, None),
            (Some("1999-12-31T23:59:59Z"), None, None),
            (Some("2000-01-01T00:00:00Z"), None, Some("2000-01-01T00:00:00Z")),
            // Sent before it happened: the difference is taken as it is, to a day.
            (Some("2026-11-22T11:00:00Z"), Some("2026-11-22T10:00:00Z"), Some("2026-11-22T11:00:00Z")),
            (Some("2026-11-25T11:00:00Z"), Some("2026-11-22T10:00:00Z"), None),
            // Not said when it happened: now.
            (None, Some("2024-11-22T10:00:00Z"), Some("2026-11-22T10:00:00Z")),
            (None, None, Some("2026-11-22T10:00:00Z")),
        ] {
            let times = Times::corrected(received, original.map(at), sent.map(at));
            assert_eq!(times.ok().map(|times| times.at), expected.map(at), "{original:?} {sent:?}");
        }
    }

    proptest! {
        #[test]
        fn the_usual_form_is_read_as_every_form_is(
            year in 0i64..=9999, month in 0i64..=13, day in 0i64..=32, hour in 0i64..=24, minute in 0i64..=60, millis in 0i64..=999
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:59.{millis:03}Z");
            if let Some(own) = usual(text.as_bytes()) {
                prop_assert_eq!(Ok(own), text.parse(), "{}", text);
            } else {
                prop_assert!(!(1..=28).contains(&day) || text.parse::<Instant>().is_err() || year < 1, "{}", text);
            }
        }
    }
}
