//! What expressions can call besides the functions of CEL itself.
//!
//! | function | gives |
//! | --- | --- |
//! | `number(x)` | the text as a number, `null` where it is empty |
//! | `instant(x)` | the date or instant as a timestamp; midnight, and UTC, where it does not say |
//! | `day(x)` | the date of a timestamp or of a text that begins with one |
//! | `minutes(x)`, `hours(x)`, `days(x)` | a duration, of a number or a text |
//! | `plus_months(x, n)` | the same day of the month n later, or the last of a shorter month |
//! | `month_end(x)` | the last day of the month |
//! | `coalesce(a, b, …)` | the first that is neither empty nor `null` |

use std::sync::Arc;

use cel::extractors::Arguments;
use cel::{Context, ExecutionError, Value};
use chrono::{DateTime, Duration};
use dearly_domain::{Day, Instant};

/// Adds the functions to a root context.
pub(crate) fn add(root: &mut Context<'_, '_>) {
    let added = [
        root.add_function("number", |value: Value| number("number", &value)),
        root.add_function("instant", |value: Value| instant(&value)),
        root.add_function("day", |value: Value| day("day", &value).map(text)),
        root.add_function("minutes", |value: Value| duration("minutes", &value, 60.0)),
        root.add_function("hours", |value: Value| duration("hours", &value, 3_600.0)),
        root.add_function("days", |value: Value| duration("days", &value, 86_400.0)),
        root.add_function("plus_months", |value: Value, months: i64| {
            let day = day("plus_months", &value)?;
            let months = i32::try_from(months).map_err(|_| fail("plus_months", "too many months"))?;
            Ok::<Value, ExecutionError>(text(day.plus_months(months)))
        }),
        root.add_function("month_end", |value: Value| {
            let day = day("month_end", &value)?;
            let first = day.plus_days(1 - i32::from(day.date().day()));
            Ok::<Value, ExecutionError>(text(first.plus_months(1).plus_days(-1)))
        }),
        root.add_function("coalesce", |Arguments(values): Arguments| {
            let present = values.iter().find(|value| !is_empty(value));
            present.cloned().unwrap_or(Value::Null)
        }),
    ];
    for result in added {
        result.expect("no function of CEL has the name");
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn fail(function: &str, message: impl Into<String>) -> ExecutionError {
    ExecutionError::function_error(function, message.into())
}

fn text(day: Day) -> Value {
    Value::String(Arc::new(day.to_string()))
}

fn number(function: &str, value: &Value) -> Result<Value, ExecutionError> {
    match value {
        Value::String(text) if text.is_empty() => Ok(Value::Null),
        Value::String(text) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => Err(fail(function, format!("{text:?} is not a number"))),
        },
        Value::Int(number) => Ok(Value::Float(*number as f64)),
        Value::UInt(number) => Ok(Value::Float(*number as f64)),
        Value::Float(_) | Value::Null => Ok(value.clone()),
        other => Err(fail(function, format!("{} is not a number", other.type_of()))),
    }
}

fn instant(value: &Value) -> Result<Value, ExecutionError> {
    match value {
        Value::String(text) => {
            let (instant, _) = Instant::parse(text).map_err(|error| fail("instant", error.to_string()))?;
            let stamp = DateTime::from_timestamp_micros(instant.micros());
            let stamp = stamp.ok_or_else(|| fail("instant", format!("{text:?} is out of range")))?;
            Ok(Value::Timestamp(stamp.fixed_offset()))
        }
        Value::Timestamp(_) => Ok(value.clone()),
        other => Err(fail("instant", format!("{} is not an instant", other.type_of()))),
    }
}

fn day(function: &str, value: &Value) -> Result<Day, ExecutionError> {
    match value {
        Value::String(text) => text
            .get(..10)
            .unwrap_or(text)
            .parse()
            .map_err(|error: dearly_domain::time::TimeError| fail(function, error.to_string())),
        Value::Timestamp(stamp) => {
            Ok(dearly_domain::Calendar::utc().day_of(Instant::from_micros(stamp.timestamp_micros())))
        }
        other => Err(fail(function, format!("{} is not a date", other.type_of()))),
    }
}

fn duration(function: &str, value: &Value, seconds: f64) -> Result<Value, ExecutionError> {
    match number(function, value)? {
        Value::Float(number) if (number * seconds).abs() < 1e12 => {
            Ok(Value::Duration(Duration::microseconds((number * seconds * 1e6).round() as i64)))
        }
        Value::Null => Err(fail(function, "the value is empty; guard it, as in x == \"\" ? null : …")),
        _ => Err(fail(function, "the number is too great")),
    }
}
