//! A book on disk: one file per noun, and the truth beside it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use dearly_domain::book::Kind;
use dearly_domain::initiative::Initiative;
use dearly_domain::{Cell, Held, Instant, Record, Row};

use crate::simulation::Simulation;

mod description;
mod events;

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written")]
pub struct WriteError {
    /// Which.
    pub path: String,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows of all files but the events.
    pub n_records: u64,
    /// Rows of the events.
    pub n_events: u64,
}

impl Simulation {
    /// Writes the book into the folder, which is made where it is missing: the files of the format, and under `truth/`
    /// what nobody who works with the book should know (`truth.csv`, `simulation.md`, `simulation.json`).
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn write(&self, dir: &Path) -> Result<Written, WriteError> {
        let truth = dir.join("truth");
        fs::create_dir_all(&truth)
            .map_err(|source| WriteError { path: truth.display().to_string(), source })?;
        let (events, records) = rayon::join(
            || write_file(&dir.join("events.csv.zst"), |file| events::write(self, file)),
            || self.write_records(dir),
        );
        let written = Written { n_records: records?, n_events: events? };
        write_file(&truth.join("truth.csv"), |file| description::write_truth(self, file))?;
        write_file(&truth.join("simulation.json"), |mut file| {
            let text = serde_json::to_string_pretty(&description::as_json(self))?;
            writeln!(file, "{text}")
        })?;
        write_file(&truth.join("simulation.md"), |mut file| {
            file.write_all(description::as_markdown(self).as_bytes())
        })?;
        Ok(written)
    }

    fn write_records(&self, dir: &Path) -> Result<u64, WriteError> {
        let mut count = 0;
        let accounts = &self.accounts;
        let versions = accounts.iter().flat_map(|account| &account.versions);
        count += write_rows(dir, versions.map(|version| (Some(version.recorded_at), &version.record)))?;
        let people = accounts.iter().flat_map(|account| &account.people);
        count += write_rows(dir, people.map(|version| (Some(version.recorded_at), &version.record)))?;
        macro_rules! held {
            ($($list:ident),*) => {$(
                count += write_rows(dir, accounts.iter().flat_map(|account| once(&account.facts.$list)))?;
            )*};
        }
        held!(subscriptions, steps, licences, activities, tickets, surveys, invoices, plans, objectives);
        let initiatives = accounts.iter().flat_map(|account| &account.initiatives);
        count += write_rows(dir, initiatives.map(|initiative: &Initiative| (None, initiative)))?;
        held!(escalations, judgements);
        Ok(count)
    }
}

fn once<T>(rows: &[Held<T>]) -> impl Iterator<Item = (Option<Instant>, &T)> {
    rows.iter().map(|row| (None, &row.value))
}

fn write_file<T>(
    path: &Path,
    write: impl FnOnce(BufWriter<File>) -> std::io::Result<T>,
) -> Result<T, WriteError> {
    let error = |source| WriteError { path: path.display().to_string(), source };
    write(BufWriter::with_capacity(1 << 18, File::create(path).map_err(error)?)).map_err(error)
}

/// Writes a file of the book; the column `recorded_at` is there where the rows have it.
fn write_rows<'a, T: Record>(
    dir: &Path,
    rows: impl Iterator<Item = (Option<Instant>, &'a T)>,
) -> Result<u64, WriteError> {
    let path = dir.join(format!("{}.csv", T::FILE.name));
    write_file(&path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        let mut rows = rows.peekable();
        let recorded = rows.peek().is_some_and(|row| row.0.is_some());
        let mut header: Vec<&str> = T::FILE.columns.iter().map(|column| column.name).collect();
        header.extend(recorded.then_some("recorded_at"));
        writer.write_record(header)?;
        let (mut count, mut line) = (0, csv::StringRecord::new());
        for (recorded_at, record) in rows {
            line.clear();
            fill::<T>(&mut line, &record.to_row());
            if recorded {
                line.push_field(&recorded_at.map(|at| at.to_string()).unwrap_or_default());
            }
            writer.write_record(&line)?;
            count += 1;
        }
        writer.flush()?;
        Ok(count)
    })
}

fn fill<T: Record>(line: &mut csv::StringRecord, row: &Row) {
    for (column, cell) in T::FILE.columns.iter().zip(&row.cells) {
        match (column.kind, cell) {
            (_, Cell::Empty) => line.push_field(""),
            (_, Cell::Text(text)) => line.push_field(text),
            (Kind::Money, Cell::Integer(cents)) => line.push_field(&as_money(*cents)),
            (_, cell) => line.push_field(&cell.to_string()),
        }
    }
}

/// Cents as a decimal amount.
fn as_money(cents: i64) -> String {
    match cents % 100 {
        0 => format!("{}", cents / 100),
        rest => format!("{}.{:02}", cents / 100, rest.abs()),
    }
}
