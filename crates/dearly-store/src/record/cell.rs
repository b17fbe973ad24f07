//! Cells and attributes on their way into the database and back.

use dearly_domain::{Attribute, Attributes, Cell, Day, Instant, Kind, Row};
use sqlx::Row as _;
use sqlx::any::{AnyArguments, AnyRow, AnyTypeInfo};
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::{Any, Arguments as _, Database, Type};
use xxhash_rust::xxh3::xxh3_64;

/// The longest text that is kept.
const MAX_TEXT_BYTES: usize = 100_000_000;

/// Why a cell cannot be kept as a column of this kind, or `None` where it can.
///
/// PostgreSQL keeps no U+0000 in a text, SQLite no not-a-number; what only one of them takes is refused by both.
pub fn unstorable(kind: Kind, cell: &Cell) -> Option<String> {
    let fits = matches!(
        (kind, cell),
        (_, Cell::Empty)
            | (Kind::Text, Cell::Text(_))
            | (Kind::List, Cell::List(_))
            | (Kind::Integer | Kind::Money, Cell::Integer(_))
            | (Kind::Decimal, Cell::Decimal(_))
            | (Kind::Day, Cell::Day(_))
            | (Kind::Instant, Cell::Instant(_))
            | (Kind::Boolean, Cell::Boolean(_))
    );
    if !fits {
        return Some(format!("{:?} is no {kind:?}", shortened(&cell.to_string())));
    }
    match cell {
        Cell::Text(text) => unstorable_text(text),
        Cell::List(texts) => texts.iter().find_map(|text| unstorable_text(text)),
        Cell::Decimal(number) if !number.is_finite() => Some(format!("{number} is not a finite number")),
        _ => None,
    }
}

/// Why attributes cannot be kept, or `None` where they can.
pub(super) fn unstorable_attributes(attributes: &Attributes) -> Option<String> {
    attributes.iter().find_map(|(name, value)| {
        let reason = match value {
            Attribute::Text(text) => unstorable_text(text),
            Attribute::Decimal(number) if !number.is_finite() => {
                Some(format!("{number} is not a finite number"))
            }
            _ => None,
        };
        reason
            .or_else(|| unstorable_text(name))
            .map(|reason| format!("attribute {:?}: {reason}", shortened(name)))
    })
}

pub(super) fn unstorable_text(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT_BYTES {
        return Some(format!(
            "{} bytes are more than {MAX_TEXT_BYTES}, the longest text that is kept",
            text.len()
        ));
    }
    let position = text.find('\0')?;
    Some(format!("{:?} has the character U+0000, which no text may have; remove it", around(text, position)))
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn around(text: &str, position: usize) -> String {
    let before = text[..position].chars().rev().take(10).collect::<Vec<_>>().into_iter().rev();
    before.chain(text[position..].chars().take(10)).collect()
}

/// Attributes as the text that is kept; none where there are none.
pub(super) fn attributes_text(attributes: &Attributes) -> Option<String> {
    (!attributes.is_empty()).then(|| serde_json::to_string(attributes).expect("names are texts"))
}

/// The hash of a row's content, with its bytes as scratch space and measure of its length.
pub(super) fn content(row: &Row, attributes: Option<&str>, scratch: &mut Vec<u8>) -> i64 {
    scratch.clear();
    let put_text = |scratch: &mut Vec<u8>, text: &str| {
        scratch.push(2);
        scratch.extend_from_slice(&(text.len() as u64).to_le_bytes());
        scratch.extend_from_slice(text.as_bytes());
    };
    let put_number = |scratch: &mut Vec<u8>, number: u64| {
        scratch.push(1);
        scratch.extend_from_slice(&number.to_le_bytes());
    };
    for cell in &row.cells {
        match cell {
            Cell::Empty => scratch.push(0),
            Cell::List(texts) if texts.is_empty() => scratch.push(0),
            Cell::Text(text) => put_text(scratch, text),
            Cell::List(texts) => put_text(scratch, &texts.join(";")),
            Cell::Integer(number) => put_number(scratch, *number as u64),
            Cell::Decimal(number) => put_number(scratch, positive_zero(*number).to_bits()),
            Cell::Day(day) => put_number(scratch, i64::from(day.days()) as u64),
            Cell::Instant(at) => put_number(scratch, at.micros() as u64),
            Cell::Boolean(value) => put_number(scratch, u64::from(*value)),
        }
    }
    put_text(scratch, attributes.unwrap_or_default());
    xxh3_64(scratch) as i64
}

/// SQLite knows one zero only.
fn positive_zero(number: f64) -> f64 {
    number + 0.0
}

/// Adds a cell to the arguments of a statement.
pub(super) fn bind(arguments: &mut AnyArguments, kind: Kind, cell: Cell) -> Result<(), BoxDynError> {
    match kind {
        // Not as an `Option`, which would copy the text.
        Kind::Text | Kind::List => match cell {
            Cell::Text(text) => arguments.add(text),
            Cell::List(texts) if !texts.is_empty() => arguments.add(texts.join(";")),
            _ => arguments.add(None::<String>),
        },
        Kind::Decimal => arguments.add(decimal(match cell {
            Cell::Decimal(number) => Some(number),
            _ => None,
        })),
        Kind::Integer | Kind::Money | Kind::Day | Kind::Instant | Kind::Boolean => {
            arguments.add(match cell {
                Cell::Integer(number) => Some(number),
                Cell::Day(day) => Some(i64::from(day.days())),
                Cell::Instant(at) => Some(at.micros()),
                Cell::Boolean(value) => Some(i64::from(value)),
                _ => None,
            })
        }
    }
}

/// Reads a cell back.
pub(crate) fn read(row: &AnyRow, index: usize, kind: Kind) -> sqlx::Result<Cell> {
    let cell = match kind {
        Kind::Text => row.try_get::<Option<String>, _>(index)?.map(Cell::Text),
        Kind::List => row
            .try_get::<Option<&str>, _>(index)?
            .map(|texts| Cell::List(texts.split(';').map(str::to_owned).collect())),
        Kind::Decimal => row.try_get::<Option<f64>, _>(index)?.map(Cell::Decimal),
        Kind::Integer | Kind::Money => row.try_get::<Option<i64>, _>(index)?.map(Cell::Integer),
        Kind::Day => row.try_get::<Option<i64>, _>(index)?.map(|days| Cell::Day(Day::from_days(days as i32))),
        Kind::Instant => {
            row.try_get::<Option<i64>, _>(index)?.map(|micros| Cell::Instant(Instant::from_micros(micros)))
        }
        Kind::Boolean => row.try_get::<Option<i64>, _>(index)?.map(|value| Cell::Boolean(value != 0)),
    };
    Ok(cell.unwrap_or_default())
}

/// Reads attributes back.
pub(super) fn read_attributes(row: &AnyRow, index: usize) -> sqlx::Result<Attributes> {
    match row.try_get::<Option<&str>, _>(index)? {
        Some(text) => serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into())),
        None => Ok(Attributes::new()),
    }
}

/// A decimal as an argument.
pub(crate) fn decimal(number: Option<f64>) -> Decimal {
    Decimal(number.map(positive_zero))
}

/// A decimal as an argument. sqlx 0.9 hands a missing `f64` to PostgreSQL as a missing `f32`, so that a statement
/// prepared with one is broken for numbers afterwards; a missing `f32` arrives as the `f64` that it should be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal(Option<f64>);

impl Type<Any> for Decimal {
    fn type_info() -> AnyTypeInfo {
        <f64 as Type<Any>>::type_info()
    }
}

impl<'q> Encode<'q, Any> for Decimal {
    fn encode_by_ref(&self, buffer: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self.0 {
            Some(number) => <f64 as Encode<Any>>::encode(number, buffer),
            None => <Option<f32> as Encode<Any>>::encode(None, buffer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_database_would_not_take_is_refused() {
        for (kind, cell, reason) in [
            (Kind::Text, Cell::Text("a\0b".into()), Some(r#""a\0b" has the character U+0000"#)),
            (Kind::List, Cell::List(vec!["a".into(), "\0".into()]), Some("U+0000")),
            (Kind::Decimal, Cell::Decimal(f64::NAN), Some("NaN is not a finite number")),
            (Kind::Integer, Cell::Text("five".into()), Some(r#""five" is no Integer"#)),
            (Kind::Money, Cell::Integer(5), None),
            (Kind::Day, Cell::Empty, None),
        ] {
            let got = unstorable(kind, &cell);
            assert_eq!(got.is_some(), reason.is_some(), "{got:?}");
            if let (Some(got), Some(reason)) = (got, reason) {
                assert!(got.contains(reason), "{got}");
            }
        }
    }

    #[test]
    fn content_tells_cells_apart() {
        let text = |text: &str| Cell::Text(text.into());
        let rows = [
            vec![Cell::Empty, text("")],
            vec![text(""), Cell::Empty],
            vec![text("ab"), text("c")],
            vec![text("a"), text("bc")],
            vec![Cell::Integer(0), Cell::Empty],
            vec![Cell::Empty, Cell::Integer(0)],
        ];
        let mut hashes: Vec<i64> = rows
            .into_iter()
            .map(|cells| content(&Row { cells, attributes: Attributes::new() }, None, &mut Vec::new()))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 6);
    }
}
