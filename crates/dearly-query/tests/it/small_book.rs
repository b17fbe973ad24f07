//! A book of a few rows.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use dearly_domain::{Attribute, Calendar, Cell, Day, Instant, Row};
use dearly_query::{Limits, Moment, SegmentFile, Session, Source, SourceError, Table, Telemetry};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Two accounts and three tickets, in every other table nothing.
pub(crate) struct SmallBook;

#[async_trait]
impl Source for SmallBook {
    async fn rows(&self, table: &'static Table) -> Result<Vec<Row>, SourceError> {
        let row = |cells: &[(&str, Cell)]| Row {
            cells: table
                .columns
                .iter()
                .map(|column| {
                    let own = cells.iter().find(|(name, _)| *name == column.name);
                    own.map_or(Cell::Empty, |(_, cell)| cell.clone())
                })
                .collect(),
            ..Row::default()
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        Ok(match table.name {
            "accounts" => {
                let mut acme = row(&[("external_id", text("acme")), ("name", text("Acme"))]);
                acme.attributes.insert("plan".to_owned(), Attribute::Text("premier".to_owned()));
                acme.attributes.insert("seats".to_owned(), Attribute::Integer(12));
                vec![
                    acme,
                    row(&[("external_id", text("beta")), ("name", text("Beta")), ("tier", Cell::Integer(1))]),
                ]
            }
            "people" => vec![row(&[
                ("external_id", text("p1")),
                ("account", text("acme")),
                ("name", text("Ann")),
                ("roles", Cell::List(vec!["champion".to_owned(), "admin".to_owned()])),
            ])],
            "tickets" => {
                let ticket = |id: &str, account: &str, opened_at: &str| {
                    row(&[
                        ("external_id", text(id)),
                        ("account", text(account)),
                        ("severity", Cell::Integer(2)),
                        ("opened_at", Cell::Instant(at(opened_at))),
                    ])
                };
                vec![
                    ticket("t1", "acme", "2025-06-01T00:00:00Z"),
                    ticket("t2", "acme", "2025-05-31T23:59:59Z"),
                    ticket("t3", "beta", "2025-06-30T12:00:00Z"),
                ]
            }
            _ => Vec::new(),
        })
    }
}

pub(crate) fn moment(as_of: &str, time_zone: Option<&str>) -> Moment {
    let calendar = time_zone.map_or_else(Calendar::utc, |name| Calendar::named(name).unwrap());
    let as_of = day(as_of);
    Moment { as_of, ends_at: calendar.end_of(as_of), known_by: None, time_zone: time_zone.map(str::to_owned) }
}

/// The book as of 30 June 2025, without telemetry.
pub(crate) fn session(limits: Limits) -> Session {
    Session::new(&moment("2025-06-30", None), Arc::new(SmallBook), &Telemetry::none(), limits).unwrap()
}

/// The rows of an answer as JSON text, one line each.
pub(crate) async fn ask(session: &Session, sql: &str) -> String {
    let mut answer =
        session.ask(sql, day("2025-06-30")).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let mut lines = Vec::new();
    while let Some(rows) = answer.next_rows().await.unwrap_or_else(|error| panic!("{sql}: {error}")) {
        lines.extend(rows.into_iter().map(|row| Value::from(row).to_string()));
    }
    lines.join("\n")
}

/// What is wrong with a question.
pub(crate) async fn mistake(session: &Session, sql: &str) -> String {
    match session.ask(sql, day("2025-06-30")).await {
        Err(error) => error.to_string(),
        Ok(mut answer) => loop {
            match answer.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{sql} was answered"),
                Err(error) => break error.to_string(),
            }
        },
    }
}

/// An event as files have it: account, user, event, at, count, and when it was linked.
pub(crate) type Event<'a> = (Option<&'a str>, &'a str, &'a str, &'a str, i64, Option<&'a str>);

fn size_of(folder: &TempDir, path: &str) -> u64 {
    std::fs::metadata(folder.path().join(path)).unwrap().len()
}

/// Writes a file of telemetry; `is_old` leaves out the columns that older files lack.
pub(crate) fn write_events(folder: &TempDir, path: &str, events: &[Event<'_>], is_old: bool) -> SegmentFile {
    let linked = if is_old { "" } else { "optional int64 linked_at (TIMESTAMP(MICROS,true));" };
    let schema = format!(
        "message events {{ optional binary account (STRING); optional binary user (STRING); required binary event (STRING); \
         required int64 at (TIMESTAMP(MICROS,true)); required int64 count; {linked} }}"
    );
    let file = folder.path().join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut writer = SerializedFileWriter::new(
        std::fs::File::create(file).unwrap(),
        Arc::new(parse_message_type(&schema).unwrap()),
        Arc::new(WriterProperties::new()),
    )
    .unwrap();
    let mut rows = writer.next_row_group().unwrap();
    macro_rules! column {
        ($type:ty, $values:expr, $levels:expr) => {{
            let mut column = rows.next_column().unwrap().unwrap();
            column.typed::<$type>().write_batch(&$values, $levels, None).unwrap();
            column.close().unwrap();
        }};
    }
    let bytes = |text: &str| ByteArray::from(text);
    let micros = |text: &str| at(text).micros();
    let levels: Vec<i16> = events.iter().map(|event| i16::from(event.0.is_some())).collect();
    column!(
        ByteArrayType,
        events.iter().filter_map(|event| event.0).map(bytes).collect::<Vec<_>>(),
        Some(&levels)
    );
    let all = vec![1; events.len()];
    column!(ByteArrayType, events.iter().map(|event| bytes(event.1)).collect::<Vec<_>>(), Some(&all));
    column!(ByteArrayType, events.iter().map(|event| bytes(event.2)).collect::<Vec<_>>(), None);
    column!(Int64Type, events.iter().map(|event| micros(event.3)).collect::<Vec<_>>(), None);
    column!(Int64Type, events.iter().map(|event| event.4).collect::<Vec<_>>(), None);
    if !is_old {
        let levels: Vec<i16> = events.iter().map(|event| i16::from(event.5.is_some())).collect();
        column!(
            Int64Type,
            events.iter().filter_map(|event| event.5).map(micros).collect::<Vec<_>>(),
            Some(&levels)
        );
    }
    rows.close().unwrap();
    writer.close().unwrap();
    let instants = || events.iter().map(|event| at(event.3));
    let (first_at, last_at) = (instants().min().unwrap(), instants().max().unwrap());
    SegmentFile { path: path.to_owned(), bytes: size_of(folder, path), first_at, last_at }
}

/// A session over files below the folder.
pub(crate) fn with_events(folder: &Path, files: Vec<SegmentFile>, moment: &Moment) -> Session {
    let telemetry = Telemetry::in_folder(folder, files).unwrap();
    Session::new(moment, Arc::new(SmallBook), &telemetry, Limits::default()).unwrap()
}
