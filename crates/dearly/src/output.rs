//! Results on stdout, as a table, as JSON or as CSV.

use std::io::{self, IsTerminal, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use dearly_app::view::{Colour, ScoreCell};
use serde::Serialize;

use crate::arguments::Format;

/// Rows and columns; cells are read by people in a table, and by programs in CSV.
pub(crate) struct Sheet {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    /// A sheet without rows.
    pub(crate) fn new(header: &[&'static str]) -> Sheet {
        Sheet::named(header.iter().map(|name| (*name).to_owned()).collect())
    }

    /// A sheet without rows, under names that are known only now.
    pub(crate) fn named(header: Vec<String>) -> Sheet {
        Sheet { header, rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Vec<String>) {
        debug_assert_eq!(row.len(), self.header.len());
        self.rows.push(row);
    }

    /// Writes the sheet as a table.
    pub(crate) fn table(&self) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
        if !io::stdout().is_terminal() {
            // Piped output is not folded to a width that nobody looks at.
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
        table.set_header(self.header.clone());
        for row in &self.rows {
            table.add_row(row.iter().map(|text| {
                let number = text
                    .chars()
                    .next()
                    .is_some_and(|first| first.is_ascii_digit() || matches!(first, '-' | '−' | '+'));
                let cell = Cell::new(text);
                if number { cell.set_alignment(CellAlignment::Right) } else { cell }
            }));
        }
        writeln!(io::stdout().lock(), "{table}")
    }

    /// Writes the sheet as CSV.
    pub(crate) fn csv(&self) -> anyhow::Result<()> {
        let mut writer = csv::Writer::from_writer(io::stdout().lock());
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        Ok(writer.flush()?)
    }
}

/// Writes the result: JSON as it is, or the sheet that `sheet` makes (with cells for people, or raw).
pub(crate) fn write<T: Serialize>(
    format: Format,
    result: &T,
    sheet: impl FnOnce(bool) -> Sheet,
) -> anyhow::Result<()> {
    match format {
        Format::Json => json(result),
        Format::Csv => sheet(true).csv(),
        Format::Table => Ok(sheet(false).table()?),
    }
}

/// Writes the result as JSON.
pub(crate) fn json<T: Serialize>(result: &T) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, result)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// The name of a colour.
pub(crate) fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "green",
        Colour::Yellow => "yellow",
        Colour::Red => "red",
        Colour::Unknown => "unknown",
    }
}

/// A score for people: shape, number, or why there is none.
pub(crate) fn score(cell: &ScoreCell) -> String {
    let shape = match cell.colour {
        Colour::Green => "●",
        Colour::Yellow => "▲",
        Colour::Red => "■",
        Colour::Unknown => "○",
    };
    match cell.score {
        Some(score) if cell.partial => format!("{score:.1} {shape} partial"),
        Some(score) => format!("{score:.1} {shape}"),
        None => format!("{shape} {}", cell.reason.as_deref().unwrap_or("unknown")),
    }
}

/// A number that may be missing.
pub(crate) fn optional<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Cents as a decimal.
pub(crate) fn money(cents: i64) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

/// Cents for people, in whole units with thousands apart.
pub(crate) fn short_money(cents: i64) -> String {
    let digits = (cents.abs() / 100).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if cents < 0 { format!("-{text}") } else { text }
}

/// A fraction for people.
pub(crate) fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| "unknown".to_owned(), |rate| format!("{:.1} %", rate * 100.0))
}
