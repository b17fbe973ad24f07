//! Cells of text become typed cells, or the row is refused with its column and the reason.

use dearly_domain::{Cell, Day, File, Instant, Kind, Row, money};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::FileError;
use crate::format::RawRow;
use crate::nearest;

/// The most columns that a file of the book has.
pub(crate) const WIDEST: usize = 16;

/// The column that says when a row became known.
pub(crate) const RECORDED_AT: &str = "recorded_at";

/// The columns of a reject; a corrected rejects file may be imported as it is.
const OF_REJECTS: [&str; 4] = ["_line", "_column", "_reason", "_source"];

/// A cell that has been read and still borrows its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// The row does not have the column.
    Absent,
    /// The cell is empty.
    Empty,
    Text(&'a str),
    /// Texts between `;`, untrimmed.
    List(&'a str),
    Integer(i64),
    Decimal(f64),
    Day(Day),
    Instant(Instant),
    Boolean(bool),
}

/// Why a row is refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) column: Option<String>,
    pub(crate) reason: String,
}

/// Which columns of a table become which cells.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) file: &'static File,
    /// The place in the table of each column of the file.
    places: Vec<Option<usize>>,
    recorded_at: Option<usize>,
    /// The unknown columns, by name.
    pub(crate) attributes: Vec<(String, usize)>,
    /// The columns that are left out.
    pub(crate) left_out: Vec<String>,
    /// Whether an empty cell keeps what was known.
    keep_empty: bool,
}

/// The cells of a row in the order of its file.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    pub(crate) cells: [Value<'a>; WIDEST],
    pub(crate) recorded_at: Option<Instant>,
    /// How many instants had no offset.
    pub(crate) bare: u32,
}

impl Layout {
    /// Lays the columns of a table out for a file of the book.
    pub(crate) fn new(
        file: &'static File,
        source_name: &str,
        columns: &[String],
        keep_empty: bool,
    ) -> Result<Layout, FileError> {
        if columns.iter().all(|column| column.trim().is_empty()) {
            return Err(FileError::Empty {
                source_name: source_name.to_owned(),
                expected: expected_columns(file),
            });
        }
        let mut layout = Layout {
            file,
            places: vec![None; file.columns.len()],
            recorded_at: None,
            attributes: Vec::new(),
            left_out: Vec::new(),
            keep_empty,
        };
        for (place, column) in columns.iter().enumerate() {
            let column = column.trim();
            let seen = if let Some(position) = file.position(column) {
                layout.places[position].replace(place).is_some()
            } else if column == RECORDED_AT {
                layout.recorded_at.replace(place).is_some()
            } else if column.is_empty() {
                layout.left_out.push(format!("column {}, which has no name", place + 1));
                false
            } else if OF_REJECTS.contains(&column) {
                layout.left_out.push(column.to_owned());
                false
            } else {
                let seen = layout.attributes.iter().any(|(name, _)| name == column);
                layout.attributes.push((column.to_owned(), place));
                seen
            };
            if seen {
                return Err(FileError::DuplicateColumn {
                    source_name: source_name.to_owned(),
                    column: column.to_owned(),
                });
            }
        }
        layout.attributes.sort();
        layout.require(source_name, columns)?;
        Ok(layout)
    }

    fn require(&self, source_name: &str, columns: &[String]) -> Result<(), FileError> {
        let lacks =
            |name: &str| self.file.position(name).is_some_and(|position| self.places[position].is_none());
        let mut missing: Vec<&str> = self
            .file
            .columns
            .iter()
            .filter(|column| column.required && lacks(column.name))
            .map(|c| c.name)
            .collect();
        // Either column will do, which no column can say of itself.
        if self.file.name == "subscriptions" && lacks("arr") && lacks("mrr") {
            missing.push("arr (or mrr)");
        }
        if missing.is_empty() {
            return Ok(());
        }
        let unknown = || self.attributes.iter().map(|(name, _)| name.as_str());
        let near: Vec<String> = missing
            .iter()
            .filter_map(|name| nearest::nearest(name, unknown()).map(|near| format!("{near:?} for {name}")))
            .collect();
        Err(FileError::MissingColumns {
            source_name: source_name.to_owned(),
            missing: missing.join(", "),
            expected: expected_columns(self.file),
            found: columns.iter().take(40).map(|column| column.trim()).collect::<Vec<_>>().join(", "),
            hint: if near.is_empty() {
                String::new()
            } else {
                format!("; did you mean {}?", near.join(", "))
            },
        })
    }

    /// Whether the table has the column at this position of the file.
    pub(crate) fn has(&self, position: usize) -> bool {
        self.places[position].is_some()
    }

    pub(crate) fn has_recorded_at(&self) -> bool {
        self.recorded_at.is_some()
    }

    /// Reads a row.
    #[inline]
    pub(crate) fn read<'a>(&self, row: &'a RawRow) -> Result<Values<'a>, Refusal> {
        let mut values = Values { cells: [Value::Absent; WIDEST], recorded_at: None, bare: 0 };
        for (position, column) in self.file.columns.iter().enumerate() {
            let Some(text) = self.places[position].and_then(|place| row.cell(place)) else {
                if column.required {
                    return Err(refuse(column.name, "is missing and required".to_owned()));
                }
                continue;
            };
            let text = trim(text);
            if text.is_empty() {
                if column.required {
                    return Err(refuse(column.name, "is empty and required".to_owned()));
                }
                values.cells[position] = if self.keep_empty { Value::Absent } else { Value::Empty };
                continue;
            }
            values.cells[position] = match read_cell(column.kind, text, &mut values.bare) {
                Ok(value) => value,
                Err(expected) => {
                    return Err(refuse(column.name, format!("{} is not {expected}", quoted(text))));
                }
            };
        }
        if let Some(text) = self.recorded_at.and_then(|place| row.cell(place)) {
            let text = trim(text);
            if !text.is_empty() {
                let Some((instant, bare)) = read_instant(text) else {
                    return Err(refuse(RECORDED_AT, format!("{} is not {AN_INSTANT}", quoted(text))));
                };
                values.recorded_at = Some(instant);
                values.bare += u32::from(bare);
            }
        }
        for (name, place) in &self.attributes {
            if row.cell(*place).is_some_and(|text| text.contains('\0')) {
                return Err(refuse(name, "holds a NUL character, which no database keeps".to_owned()));
            }
        }
        for key in self.file.key {
            let position = self.file.position(key).expect("keys are columns");
            if matches!(values.cells[position], Value::Text(text) if text.contains('\u{1f}')) {
                return Err(refuse(
                    key,
                    "holds the control character U+001F, which separates the parts of keys".to_owned(),
                ));
            }
        }
        Ok(values)
    }

    /// The trimmed text of an unknown column; `None` where it is empty or absent.
    pub(crate) fn attribute<'a>(&self, row: &'a RawRow, place: usize) -> Option<&'a str> {
        row.cell(place).map(trim).filter(|text| !text.is_empty())
    }

    /// Applies the rules that the cells of a row keep together.
    pub(crate) fn check(&self, values: &Values<'_>, scratch: &mut Row) -> Result<(), Refusal> {
        scratch.cells.clear();
        scratch.cells.extend(values.cells[..self.file.columns.len()].iter().map(|value| value.to_cell()));
        (self.file.check)(scratch).map_err(|violation| refuse(violation.column, violation.reason))
    }

    /// The hash of all that a row says but its `recorded_at`.
    ///
    /// `strict` tells an empty cell from an absent one: for records the first clears and the second keeps.
    pub(crate) fn content(
        &self,
        row: &RawRow,
        values: &Values<'_>,
        strict: bool,
        scratch: &mut Vec<u8>,
    ) -> u128 {
        scratch.clear();
        for (position, value) in values.cells[..self.file.columns.len()].iter().enumerate() {
            match value {
                Value::Absent => continue,
                Value::Empty if !strict => continue,
                _ => {}
            }
            scratch.push(position as u8);
            value.append(scratch);
        }
        for (name, place) in &self.attributes {
            if let Some(text) = self.attribute(row, *place) {
                Value::Text(name).append(scratch);
                Value::Text(text).append(scratch);
            }
        }
        xxh3_128(scratch)
    }

    /// The key of a row; `None` where the file's key may be empty and is.
    pub(crate) fn key(&self, values: &Values<'_>) -> Option<String> {
        let mut key = String::new();
        for (index, column) in self.file.key.iter().enumerate() {
            if index > 0 {
                key.push('\u{1f}');
            }
            match values.cells[self.file.position(column).expect("keys are columns")] {
                Value::Absent | Value::Empty => return None,
                Value::Text(text) => key.push_str(text),
                other => key.push_str(&other.to_cell().to_string()),
            }
        }
        Some(key)
    }

    /// The hash of the key of a row.
    pub(crate) fn key_hash(&self, values: &Values<'_>, scratch: &mut Vec<u8>) -> Option<u128> {
        scratch.clear();
        for column in self.file.key {
            match values.cells[self.file.position(column).expect("keys are columns")] {
                Value::Absent | Value::Empty => return None,
                value => value.append(scratch),
            }
        }
        Some(xxh3_128(scratch))
    }
}

impl Value<'_> {
    /// The cell, owned; an absent one is empty.
    pub(crate) fn to_cell(self) -> Cell {
        match self {
            Value::Absent | Value::Empty => Cell::Empty,
            Value::Text(text) => Cell::Text(text.to_owned()),
            Value::List(text) => Cell::List(items(text).map(str::to_owned).collect()),
            Value::Integer(number) => Cell::Integer(number),
            Value::Decimal(number) => Cell::Decimal(number),
            Value::Day(day) => Cell::Day(day),
            Value::Instant(instant) => Cell::Instant(instant),
            Value::Boolean(value) => Cell::Boolean(value),
        }
    }

    fn append(self, bytes: &mut Vec<u8>) {
        match self {
            Value::Absent | Value::Empty => bytes.push(0),
            Value::Text(text) => {
                bytes.push(1);
                bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
            Value::List(text) => {
                bytes.push(2);
                for item in items(text) {
                    Value::Text(item).append(bytes);
                }
                bytes.push(0);
            }
            Value::Integer(number) => tagged(bytes, 3, number),
            // Zero has two signs but is one number.
            Value::Decimal(number) => tagged(bytes, 4, (number + 0.0).to_bits() as i64),
            Value::Day(day) => tagged(bytes, 5, i64::from(day.days())),
            Value::Instant(instant) => tagged(bytes, 6, instant.micros()),
            Value::Boolean(value) => tagged(bytes, 7, i64::from(value)),
        }
    }
}

fn tagged(bytes: &mut Vec<u8>, tag: u8, number: i64) {
    bytes.push(tag);
    bytes.extend_from_slice(&number.to_le_bytes());
}

/// The texts of a list cell.
pub(crate) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(trim).filter(|item| !item.is_empty())
}

fn refuse(column: &str, reason: String) -> Refusal {
    Refusal { column: Some(column.to_owned()), reason }
}

/// The columns of a file for a message, `*` at the required ones.
pub(crate) fn expected_columns(file: &File) -> String {
    let names = file
        .columns
        .iter()
        .map(|column| format!("{}{}", column.name, if column.required { "*" } else { "" }));
    names.collect::<Vec<_>>().join(", ")
}

/// A value in quotes, at most 80 characters of it.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Without white space around it. Nearly every cell has none.
#[inline]
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, .., last] if matches!(first, 0x21..=0x7f) && matches!(last, 0x21..=0x7f) => text,
        _ => text.trim(),
    }
}

const AN_INSTANT: &str = "an instant like 2026-11-22T09:30:00Z";

#[inline]
fn read_cell<'a>(kind: Kind, text: &'a str, bare: &mut u32) -> Result<Value<'a>, &'static str> {
    match kind {
        Kind::Text if text.contains('\0') => Err("a text that a database keeps: it holds a NUL character"),
        Kind::List if text.contains('\0') => Err("a list that a database keeps: it holds a NUL character"),
        Kind::Text => Ok(Value::Text(text)),
        Kind::List => Ok(if items(text).next().is_some() { Value::List(text) } else { Value::Empty }),
        Kind::Integer => read_integer(text).map(Value::Integer).ok_or("a whole number"),
        Kind::Decimal => read_decimal(text).map(Value::Decimal).ok_or("a number like 12.5"),
        Kind::Money => money::parse_cents(text).map(Value::Integer).ok_or("an amount like 1200.50"),
        Kind::Day => read_day(text).map(Value::Day).ok_or("a date like 2026-11-22"),
        Kind::Instant => {
            let (instant, is_bare) = read_instant(text).ok_or(AN_INSTANT)?;
            *bare += u32::from(is_bare);
            Ok(Value::Instant(instant))
        }
        Kind::Boolean => read_boolean(text).map(Value::Boolean).ok_or("true or false (or yes, no, 1, 0)"),
    }
}

/// A whole number; spreadsheets and data frames write it as `3.0`.
fn read_integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let (whole, fraction) = text.split_once('.')?;
        if fraction.bytes().all(|byte| byte == b'0') { whole.parse().ok() } else { None }
    })
}

fn read_decimal(text: &str) -> Option<f64> {
    // `parse` also takes words: nan, inf, infinity.
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn read_boolean(text: &str) -> Option<bool> {
    const WORDS: [(&str, bool); 6] =
        [("true", true), ("false", false), ("yes", true), ("no", false), ("1", true), ("0", false)];
    WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, value)| *value)
}

/// A date; an instant at midnight is one too, for that is how data frames write dates.
fn read_day(text: &str) -> Option<Day> {
    if text.len() > 10 {
        let (date, time) = (text.get(..10)?, text.get(10..)?);
        let time = time.strip_suffix('Z').or_else(|| time.strip_suffix("+00:00")).unwrap_or(time);
        let time = time.strip_prefix(['T', ' '])?;
        let fraction = time.strip_prefix("00:00:00")?;
        let fraction = fraction.strip_prefix('.').unwrap_or(fraction);
        return if fraction.bytes().all(|byte| byte == b'0') { civil_day(date.as_bytes()) } else { None };
    }
    civil_day(text.as_bytes())
}

/// An instant; the flag says that it has no offset.
fn read_instant(text: &str) -> Option<(Instant, bool)> {
    plain_instant(text.as_bytes()).or_else(|| Instant::parse(text).ok())
}

/// `2026-11-22`, `2026-11-22T09:30:00` and `2026-11-22T09:30:00Z`, a blank for the `T`: what nearly every file holds.
fn plain_instant(text: &[u8]) -> Option<(Instant, bool)> {
    const MICROS: i64 = 1_000_000;
    let (date, rest) = text.split_at_checked(10)?;
    let midnight = i64::from(civil_day(date)?.days()) * 86_400 * MICROS;
    let (time, bare) = match rest {
        [] => return Some((Instant::from_micros(midnight), true)),
        [b'T' | b' ', time @ .., b'Z'] => (time, false),
        [b'T' | b' ', time @ ..] => (time, true),
        _ => return None,
    };
    let [h1, h2, b':', m1, m2, b':', s1, s2] = time else {
        return None;
    };
    let (hours, minutes, seconds) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, digits(&[*s1, *s2])?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let micros = midnight + i64::from(hours * 3_600 + minutes * 60 + seconds) * MICROS;
    Some((Instant::from_micros(micros), bare))
}

/// A date of the proleptic Gregorian calendar, years 1 to 9999.
fn civil_day(text: &[u8]) -> Option<Day> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else {
        return None;
    };
    let (year, month, day) = (digits(&[*y1, *y2, *y3, *y4])?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if year == 0 || day == 0 || day > longest {
        return None;
    }
    // Years are counted from March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(Day::from_days(days - 719_468))
}

fn digits(text: &[u8]) -> Option<i32> {
    text.iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use dearly_domain::book::FILES;

    use super::*;

    #[test]
    fn every_file_fits() {
        for file in FILES {
            assert!(file.columns.len() <= WIDEST, "{file:?}");
        }
    }

    #[test]
    fn the_short_ways_read_as_the_domain_does() {
        for first in
            ["0001-01-01", "0400-02-29", "1900-02-28", "1969-12-31", "1970-01-01", "2000-02-29", "9999-12-31"]
        {
            let day: Day = first.parse().unwrap();
            for day in [day, day.plus_days(1), day.plus_days(-1), day.plus_days(200)] {
                assert_eq!(read_day(&day.to_string()), Some(day), "{day}");
                assert_eq!(read_instant(&day.to_string()), Instant::parse(&day.to_string()).ok());
            }
        }
        for wrong in
            ["2023-02-29", "2023-13-01", "2023-00-10", "2023-01-00", "0000-01-01", "23-01-01", "2023/01/01"]
        {
            assert_eq!(read_day(wrong), None, "{wrong}");
        }
        for text in [
            "2026-11-22T09:30:00Z",
            "2026-11-22 09:30:00Z",
            "2026-11-22T09:30:00",
            "2026-11-22T09:30:00.25Z",
            "2026-11-22T09:30:00+02:00",
            "2026-11-22T24:00:00Z",
            "2026-11-22T9:30",
            "noon",
        ] {
            assert_eq!(read_instant(text), Instant::parse(text).ok(), "{text}");
        }
        let midnight: Day = "2026-11-22".parse().unwrap();
        for text in [
            "2026-11-22T00:00:00",
            "2026-11-22 00:00:00.000",
            "2026-11-22T00:00:00Z",
            "2026-11-22T00:00:00+00:00",
        ] {
            assert_eq!(read_day(text), Some(midnight), "{text}");
        }
        assert_eq!(read_day("2026-11-22T09:30:00"), None);
    }

    #[test]
    fn cells_read_by_their_kind() {
        let read = |kind, text| read_cell(kind, text, &mut 0);
        for (text, number) in
            [("3", Some(3)), ("3.0", Some(3)), ("-2", Some(-2)), ("3.5", None), ("1e3", None), ("x", None)]
        {
            assert_eq!(read(Kind::Integer, text).ok(), number.map(Value::Integer), "{text}");
        }
        for text in ["NaN", "inf", "-infinity", "1e999", "1,5", "ten"] {
            assert!(read(Kind::Decimal, text).is_err(), "{text}");
        }
        assert_eq!(read(Kind::Decimal, "1e3"), Ok(Value::Decimal(1000.0)));
        assert_eq!(read(Kind::Money, "1200.505"), Ok(Value::Integer(120_051)));
        for (text, value) in [("TRUE", true), ("no", false), ("Yes", true), ("0", false)] {
            assert_eq!(read(Kind::Boolean, text), Ok(Value::Boolean(value)));
        }
        assert!(read(Kind::Boolean, "maybe").is_err());
        assert_eq!(items(" a ;; b;").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(read(Kind::List, ";"), Ok(Value::Empty));
        assert!(read(Kind::Text, "a\0b").is_err());
    }

    #[test]
    fn a_long_value_is_shortened() {
        assert_eq!(quoted(&"é".repeat(100)).chars().count(), 83);
    }
}
