//! `dearly score`.

use std::io::{self, Write};
use std::process::ExitCode;

use dearly_app::score::ScoreQuery;
use dearly_app::view::ScoreRow;

use crate::arguments::{Arguments, Format, ScoreArguments};
use crate::output::{self, Sheet};
use crate::progress;

const COMPONENTS: [&str; 4] = ["deployment", "engagement", "adoption", "roi"];

pub(crate) async fn run(arguments: &Arguments, own: &ScoreArguments) -> anyhow::Result<ExitCode> {
    let days = match (own.from, own.to) {
        (Some(from), Some(to)) => own.every.days(from, to)?,
        _ => Vec::new(),
    };
    let app = super::open_existing(arguments).await?;
    let query =
        ScoreQuery { days, accounts: own.account.clone(), when: super::when(&own.when), anew: own.anew };
    let bar = progress::counter(arguments, "scoring accounts");
    let count = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let mut sink = Sink::new(arguments.format)?;
    app.scores(&query, &count, |rows| {
        rows.iter().try_for_each(|row| sink.push(row)).map_err(dearly_app::Error::io("write the scores"))
    })
    .await?;
    bar.finish_and_clear();
    sink.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// Writes rows as they come: years of scores need not fit in memory.
enum Sink {
    Json { out: io::BufWriter<io::Stdout>, is_first: bool },
    Csv(Box<csv::Writer<io::Stdout>>),
    Table(Sheet),
}

impl Sink {
    fn new(format: Format) -> anyhow::Result<Sink> {
        Ok(match format {
            Format::Json => {
                let mut out = io::BufWriter::new(io::stdout());
                write!(out, "[")?;
                Sink::Json { out, is_first: true }
            }
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(io::stdout());
                let mut header = vec!["account".to_owned(), "as_of".to_owned(), "status".to_owned()];
                for score in ["outcomes", "experience"].iter().chain(&COMPONENTS) {
                    header.extend([
                        score.to_string(),
                        format!("{score}_colour"),
                        format!("{score}_coverage"),
                    ]);
                }
                header.push("reason".to_owned());
                writer.write_record(header)?;
                Sink::Csv(Box::new(writer))
            }
            Format::Table => Sink::Table(Sheet::new(&[
                "account",
                "as of",
                "outcomes",
                "D",
                "E",
                "A",
                "R",
                "experience",
                "coverage",
            ])),
        })
    }

    fn push(&mut self, row: &ScoreRow) -> io::Result<()> {
        match self {
            Sink::Json { out, is_first } => {
                write!(out, "{}\n  ", if *is_first { "" } else { "," })?;
                *is_first = false;
                serde_json::to_writer(out, row)?;
            }
            Sink::Csv(writer) => {
                let status = serde_json::to_value(row.status)?.as_str().unwrap_or_default().to_owned();
                let mut cells = vec![row.account.clone(), row.as_of.to_string(), status];
                let components = COMPONENTS.iter().map(|id| row.components.get(*id));
                for cell in [Some(&row.outcomes), Some(&row.experience)].into_iter().chain(components) {
                    cells.push(output::optional(cell.and_then(|cell| cell.score)));
                    cells.push(cell.map_or("", |cell| output::colour(cell.colour)).to_owned());
                    cells.push(output::optional(cell.map(|cell| cell.coverage)));
                }
                cells.push(row.outcomes.reason.clone().unwrap_or_default());
                writer.write_record(cells)?;
            }
            Sink::Table(sheet) => {
                let part = |id: &str| row.components.get(id).map(output::score).unwrap_or_default();
                sheet.push(vec![
                    row.account.clone(),
                    row.as_of.to_string(),
                    output::score(&row.outcomes),
                    part("deployment"),
                    part("engagement"),
                    part("adoption"),
                    part("roi"),
                    output::score(&row.experience),
                    format!("{:.0} %", row.outcomes.coverage * 100.0),
                ]);
            }
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Sink::Json { mut out, is_first } => {
                writeln!(out, "{}]", if is_first { "" } else { "\n" })?;
                out.flush()?;
            }
            Sink::Csv(mut writer) => writer.flush()?,
            Sink::Table(sheet) => sheet.table()?,
        }
        Ok(())
    }
}
