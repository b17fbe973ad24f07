//! `dearly workbook …`.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use dearly_app::When;
use dearly_app::view::WorkbookPlan;
use dearly_app::workbook::{self, Document};

use crate::arguments::{Arguments, Format, WhenArguments, WorkbookArguments, WorkbookCommand};
use crate::output::{self, Sheet};

pub(crate) async fn run(arguments: &Arguments, own: &WorkbookArguments) -> anyhow::Result<ExitCode> {
    match &own.command {
        WorkbookCommand::Init { folder, from_data } => init(arguments, folder, *from_data).await,
        WorkbookCommand::Validate { folder } => validate(arguments, folder),
        WorkbookCommand::Plan { folder, exit_code, when } => plan(arguments, folder, *exit_code, when).await,
        WorkbookCommand::Apply { folder } => apply(arguments, folder).await,
        WorkbookCommand::Export { folder } => export(arguments, folder).await,
        WorkbookCommand::Schema { folder } => {
            workbook::write_schema(folder).with_context(|| format!("cannot write {}", folder.display()))?;
            eprintln!("wrote the schemas to {}", folder.display());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn init(arguments: &Arguments, folder: &Path, from_data: bool) -> anyhow::Result<ExitCode> {
    let documents = match from_data {
        true => super::open_existing(arguments).await?.propose_workbook(When::default()).await?,
        false => workbook::defaults(),
    };
    write_new(folder, &documents)?;
    workbook::write_schema(folder).context("cannot write the schemas")?;
    eprintln!(
        "wrote {} files to {}; edit them, then: dearly workbook plan {}",
        documents.len(),
        folder.display(),
        folder.display()
    );
    Ok(ExitCode::SUCCESS)
}

fn validate(arguments: &Arguments, folder: &Path) -> anyhow::Result<ExitCode> {
    let (errors, warnings) =
        match workbook::read_workbook(folder).and_then(|documents| workbook::checked(&documents)) {
            Ok((_, warnings)) => (Vec::new(), warnings),
            Err(dearly_app::Error::Workbook(errors)) => (errors, Vec::new()),
            Err(other) => return Err(other.into()),
        };
    let problems: Vec<_> = errors.iter().chain(&warnings).collect();
    match arguments.format {
        Format::Json => output::json(&problems)?,
        Format::Csv => {
            let mut sheet = Sheet::new(&["path", "line", "column", "message", "help"]);
            for own in &problems {
                let help = own.help.clone().unwrap_or_default();
                sheet.push(vec![
                    own.path.clone(),
                    own.line.to_string(),
                    own.column.to_string(),
                    own.message.clone(),
                    help,
                ]);
            }
            sheet.csv()?;
        }
        Format::Table => {
            let mut out = std::io::stdout().lock();
            for own in &problems {
                writeln!(out, "{own}")?;
            }
            let (n_errors, n_warnings) = (errors.len(), warnings.len());
            let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
            eprintln!("{}: {}, {}", folder.display(), count(n_errors, "error"), count(n_warnings, "warning"));
        }
    }
    Ok(ExitCode::from(u8::from(!errors.is_empty())))
}

async fn plan(
    arguments: &Arguments,
    folder: &Path,
    exit_code: bool,
    when: &WhenArguments,
) -> anyhow::Result<ExitCode> {
    let documents = workbook::read_workbook(folder)?;
    let app = super::open(arguments).await?;
    let plan = app.plan_workbook(super::when(when), &documents).await?;
    match arguments.format {
        Format::Json => output::json(&plan)?,
        Format::Csv => colours(&plan).csv()?,
        Format::Table => show(&plan)?,
    }
    Ok(ExitCode::from(if exit_code && plan.has_changes { 3 } else { 0 }))
}

fn show(plan: &WorkbookPlan) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if !plan.has_changes {
        writeln!(out, "no changes against {}", version(plan.version))?;
        return Ok(());
    }
    writeln!(out, "{}", plan.text)?;
    writeln!(out, "Against {}:", version(plan.version))?;
    for change in &plan.changes {
        writeln!(out, "  {change}")?;
    }
    for warning in &plan.warnings {
        writeln!(out, "  {warning}")?;
    }
    let (before, after) = (&plan.before, &plan.after);
    writeln!(
        out,
        "\nCustomers as of {}: ● {} → {}, ▲ {} → {}, ■ {} → {}, ○ {} → {}",
        plan.as_of,
        before.green,
        after.green,
        before.yellow,
        after.yellow,
        before.red,
        after.red,
        before.unknown,
        after.unknown
    )?;
    drop(out);
    if plan.colour_changes.is_empty() {
        writeln!(std::io::stdout().lock(), "no account changes colour")?;
        return Ok(());
    }
    Ok(colours(plan).table()?)
}

fn colours(plan: &WorkbookPlan) -> Sheet {
    let mut sheet = Sheet::new(&["account", "name", "score", "before", "after"]);
    for own in &plan.colour_changes {
        sheet.push(vec![
            own.account.clone(),
            own.name.clone(),
            own.score_kind.clone(),
            output::score(&own.before),
            output::score(&own.after),
        ]);
    }
    sheet
}

async fn apply(arguments: &Arguments, folder: &Path) -> anyhow::Result<ExitCode> {
    let documents = workbook::read_workbook(folder)?;
    let (_, warnings) = workbook::checked(&documents)?;
    for warning in &warnings {
        eprintln!("{warning}");
    }
    let app = super::open(arguments).await?;
    let by = std::env::var("USER").unwrap_or_else(|_| "command line".to_owned());
    let (view, changed) = app.apply_workbook(&documents, &by).await?;
    match arguments.format {
        Format::Json => output::json(&view)?,
        _ if changed => eprintln!("{} is in force", version(view.version)),
        _ => eprintln!("{} was in force already", version(view.version)),
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(arguments: &Arguments, folder: &Path) -> anyhow::Result<ExitCode> {
    let app = super::open_existing(arguments).await?;
    let view = app.workbook().await?;
    let documents: Vec<Document> =
        view.documents.into_iter().map(|own| Document { path: own.path, text: own.text }).collect();
    write_new(folder, &documents)?;
    eprintln!("wrote {} to {}", version(view.version), folder.display());
    Ok(ExitCode::SUCCESS)
}

/// Writes the documents, unless that would overwrite or mix with somebody's other files.
fn write_new(folder: &Path, documents: &[Document]) -> anyhow::Result<()> {
    let present = workbook::read_workbook(folder).unwrap_or_default();
    let differs = |own: &&Document| !documents.iter().any(|new| new.path == own.path && new.text == own.text);
    if let Some(other) = present.iter().find(differs) {
        anyhow::bail!(
            "{} already holds {}, which would be overwritten or left beside; name an empty folder",
            folder.display(),
            other.path
        );
    }
    workbook::write(folder, documents).map_err(|problem| anyhow::anyhow!("{problem}"))
}

fn version(version: i64) -> String {
    match version {
        0 => "the built-in default".to_owned(),
        version => format!("version {version}"),
    }
}
