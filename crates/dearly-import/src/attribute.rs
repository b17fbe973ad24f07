//! Custom attributes: unknown columns, typed by the content of the whole column.

use std::fmt;

use dearly_domain::Attribute;
use serde::Serialize;

/// The type of an unknown column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// Every cell is `true` or `false`, in any case.
    Boolean,
    /// Every cell is a whole number.
    Integer,
    /// Every cell is a number.
    Decimal,
    /// Anything else, dates included.
    Text,
}

impl fmt::Display for AttributeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AttributeKind::Boolean => "boolean",
            AttributeKind::Integer => "integer",
            AttributeKind::Decimal => "decimal",
            AttributeKind::Text => "text",
        })
    }
}

/// What the cells seen so far allow a column to be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Typing {
    seen: bool,
    not_boolean: bool,
    not_integer: bool,
    not_decimal: bool,
}

impl Typing {
    /// Takes a cell into account; it is trimmed and not empty.
    pub(crate) fn see(&mut self, cell: &str) {
        self.seen = true;
        self.not_boolean = self.not_boolean || boolean(cell).is_none();
        self.not_integer = self.not_integer || integer(cell).is_none();
        self.not_decimal = self.not_decimal || decimal(cell).is_none();
    }

    /// Takes the cells of another table into account.
    pub(crate) fn join(&mut self, other: Typing) {
        self.seen |= other.seen;
        self.not_boolean |= other.not_boolean;
        self.not_integer |= other.not_integer;
        self.not_decimal |= other.not_decimal;
    }

    pub(crate) fn kind(self) -> AttributeKind {
        match self {
            Typing { seen: false, .. } => AttributeKind::Text,
            Typing { not_boolean: false, .. } => AttributeKind::Boolean,
            Typing { not_integer: false, .. } => AttributeKind::Integer,
            Typing { not_decimal: false, .. } => AttributeKind::Decimal,
            _ => AttributeKind::Text,
        }
    }
}

/// The cell as an attribute of the column's type.
pub(crate) fn attribute(kind: AttributeKind, cell: &str) -> Attribute {
    let typed = match kind {
        AttributeKind::Boolean => boolean(cell).map(Attribute::Boolean),
        AttributeKind::Integer => integer(cell).map(Attribute::Integer),
        AttributeKind::Decimal => decimal(cell).map(Attribute::Decimal),
        AttributeKind::Text => None,
    };
    typed.unwrap_or_else(|| Attribute::Text(cell.to_owned()))
}

fn boolean(cell: &str) -> Option<bool> {
    if cell.eq_ignore_ascii_case("true") {
        Some(true)
    } else {
        cell.eq_ignore_ascii_case("false").then_some(false)
    }
}

/// A whole number as people write it. A leading zero or plus marks a code (`007`, a telephone number), which is text.
fn integer(cell: &str) -> Option<i64> {
    if is_code(cell) { None } else { cell.parse().ok() }
}

/// A number of at most 15 digits, so that none is lost, without an exponent: `12e5` is more often a code.
fn decimal(cell: &str) -> Option<f64> {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let edged = digits.starts_with('.') || digits.ends_with('.');
    if !plain || count == 0 || count > 15 || edged || is_code(cell) { None } else { cell.parse().ok() }
}

fn is_code(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell).as_bytes();
    matches!(digits, [b'0', b'0'..=b'9', ..] | [b'+', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        for (cells, kind) in [
            (vec!["TRUE", "False"], AttributeKind::Boolean),
            (vec!["1", "-20", "0"], AttributeKind::Integer),
            (vec!["1", "2.50"], AttributeKind::Decimal),
            (vec!["1", "true"], AttributeKind::Text),
            (vec!["007"], AttributeKind::Text),
            (vec!["+49301234"], AttributeKind::Text),
            (vec!["12e5"], AttributeKind::Text),
            (vec!["12345678901234567890"], AttributeKind::Text),
            (vec!["NO", "SE"], AttributeKind::Text),
            (vec!["0.5", "-0.25"], AttributeKind::Decimal),
            (vec!["2026-11-22"], AttributeKind::Text),
            (vec!["NaN"], AttributeKind::Text),
            (vec!["123456789012345678", "2.5"], AttributeKind::Text),
            (vec![], AttributeKind::Text),
        ] {
            for reversed in [false, true] {
                let mut typing = Typing::default();
                let mut cells = cells.clone();
                if reversed {
                    cells.reverse();
                }
                cells.iter().for_each(|cell| typing.see(cell));
                assert_eq!(typing.kind(), kind, "{cells:?}");
            }
        }
        assert_eq!(attribute(AttributeKind::Decimal, "3"), Attribute::Decimal(3.0));
    }
}
