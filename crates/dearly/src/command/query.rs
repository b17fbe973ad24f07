//! `dearly query`.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use anyhow::Context;
use dearly_app::query::{AnswerColumn, Asked, JsonRow, QueryLimits, text_of};
use serde_json::{Value, json};

use crate::arguments::{Arguments, Format, QueryArguments};
use crate::output::Sheet;

/// How many bytes a question keeps in memory before it goes to files.
pub(crate) const MEMORY_BYTES: usize = 2 << 30;

/// How a process ends that is told to by Ctrl-C, as shells have it.
const INTERRUPTED: i32 = 130;

pub(crate) async fn run(arguments: &Arguments, own: &QueryArguments) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    let sql = match own.sql.as_str() {
        "-" => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).context("cannot read the statement from stdin")?;
            text
        }
        sql => sql.to_owned(),
    };
    #[cfg(feature = "cluster")]
    if let Some(url) = &own.cluster {
        let asked = super::cluster::ask(&app, url, &sql, super::when(&own.when), own.limit).await?;
        write(arguments.format, asked).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let limits = QueryLimits { rows: own.limit, time: None, memory_bytes: MEMORY_BYTES, may_spill: true };
    let answered = async {
        let asked = app.query(&sql, super::when(&own.when), limits).await?;
        write(arguments.format, asked).await
    };
    tokio::select! {
        answered = answered => return answered.map(|()| ExitCode::SUCCESS),
        _ = tokio::signal::ctrl_c() => {}
    }
    // What it had put aside goes; nobody waits for what still works.
    drop(app);
    std::process::exit(INTERRUPTED);
}

/// Writes an answer as its rows come.
pub(crate) async fn write(format: Format, asked: Asked) -> anyhow::Result<()> {
    let Asked { as_of, mut answer } = asked;
    let mut sink = Sink::new(format, as_of, answer.columns())?;
    while let Some(rows) = answer.next_rows().await? {
        for row in rows {
            sink.push(row)?;
        }
    }
    if answer.is_truncated() && format != Format::Json {
        eprintln!("there are more rows than --limit let through");
    }
    sink.finish(answer.is_truncated())
}

enum Sink {
    Json { out: io::BufWriter<io::Stdout>, is_first: bool },
    Csv(Box<csv::Writer<io::Stdout>>),
    Table(Sheet),
}

impl Sink {
    fn new(format: Format, as_of: dearly_domain::Day, columns: &[AnswerColumn]) -> anyhow::Result<Sink> {
        Ok(match format {
            Format::Json => {
                let mut out = io::BufWriter::new(io::stdout());
                let columns: Vec<Value> =
                    columns.iter().map(|own| json!({ "name": own.name, "type": own.kind })).collect();
                write!(
                    out,
                    "{{\n  \"as_of\": \"{as_of}\",\n  \"columns\": {},\n  \"rows\": [",
                    Value::from(columns)
                )?;
                Sink::Json { out, is_first: true }
            }
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(io::stdout());
                writer.write_record(columns.iter().map(|own| own.name.as_str()))?;
                Sink::Csv(Box::new(writer))
            }
            Format::Table => Sink::Table(Sheet::named(columns.iter().map(|own| own.name.clone()).collect())),
        })
    }

    fn push(&mut self, row: JsonRow) -> anyhow::Result<()> {
        match self {
            Sink::Json { out, is_first } => {
                write!(out, "{}\n    {}", if *is_first { "" } else { "," }, Value::from(row))?;
                *is_first = false;
            }
            Sink::Csv(writer) => writer.write_record(row.iter().map(text_of))?,
            Sink::Table(sheet) => sheet.push(row.iter().map(text_of).collect()),
        }
        Ok(())
    }

    fn finish(self, is_truncated: bool) -> anyhow::Result<()> {
        match self {
            Sink::Json { mut out, is_first } => {
                writeln!(
                    out,
                    "{}],\n  \"truncated\": {is_truncated}\n}}",
                    if is_first { "" } else { "\n  " }
                )?;
                out.flush()?;
            }
            Sink::Csv(mut writer) => writer.flush()?,
            Sink::Table(sheet) => sheet.table()?,
        }
        Ok(())
    }
}
