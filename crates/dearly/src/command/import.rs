//! `dearly import`.

use std::process::ExitCode;

use dearly_app::import::{ImportRequest, Imported, Mode};
use dearly_app::lake::Eagerness;

use crate::arguments::{Arguments, Format, ImportArguments, ModeArgument};
use crate::output::{self, Sheet};
use crate::progress;

pub(crate) async fn run(arguments: &Arguments, own: &ImportArguments) -> anyhow::Result<ExitCode> {
    let app = super::open(arguments).await?;
    let request = ImportRequest {
        path: own.path.clone(),
        source: None,
        mapping: own.mapping.clone(),
        mode: match own.mode {
            ModeArgument::Upsert => Mode::Upsert,
            ModeArgument::Update => Mode::Update,
            ModeArgument::Insert => Mode::Insert,
        },
        dry_run: own.dry_run,
        strict: own.strict,
    };
    let imported = app.import(&request, Some(progress::files(arguments))).await?;
    show(arguments, &imported)?;
    // An import of years leaves many small segments. It is kept whatever becomes of this.
    if imported.kept
        && let Err(error) = super::lake::compact(arguments, &app, Eagerness::WhenDue).await
    {
        eprintln!(
            "note: the import is kept, but merging its segments failed: {error}; dearly lake compact tries again"
        );
    }
    let is_stopped = own.strict && !imported.report.is_clean();
    let is_broken = imported.report.files.iter().any(|file| file.error.is_some());
    Ok(ExitCode::from(u8::from(is_stopped || is_broken)))
}

/// Shows the report: the counts on stdout, notes and the first rejects on stderr.
pub(crate) fn show(arguments: &Arguments, imported: &Imported) -> anyhow::Result<()> {
    let report = &imported.report;
    output::write(arguments.format, &imported.row, |_| {
        let mut sheet = Sheet::new(&["file", "read", "added", "changed", "unchanged", "rejected"]);
        for file in report.files.iter().chain([&report.total()]) {
            let counts = [file.read, file.added, file.changed, file.unchanged, file.rejected];
            sheet.push(
                std::iter::once(file.file.clone()).chain(counts.map(|count| count.to_string())).collect(),
            );
        }
        sheet
    })?;
    if arguments.format != Format::Table {
        return Ok(());
    }
    for note in &report.notes {
        eprintln!("note: {note}");
    }
    for file in &report.files {
        for note in &file.notes {
            eprintln!("note: {}: {note}", file.file);
        }
    }
    const SHOWN: usize = 5;
    for file in &report.files {
        if let Some(error) = &file.error {
            eprintln!("error: {}: {error}", file.file);
        }
        for reject in file.samples.iter().take(SHOWN) {
            let column =
                reject.column.as_deref().map_or(String::new(), |column| format!(", column {column}"));
            eprintln!("rejected: {} line {}{column}: {}", reject.source, reject.line, reject.reason);
        }
        if file.rejected > SHOWN as u64 {
            eprintln!("rejected: {}: {} more", file.file, file.rejected - SHOWN as u64);
        }
        if let Some(path) = &file.rejects {
            eprintln!("rejected rows of {}: {}", file.file, arguments.data.join(path).display());
        }
    }
    if report.dry_run {
        eprintln!("dry run: nothing was kept");
    } else if !imported.kept {
        eprintln!("strict: nothing was kept, because not every row could be taken");
    }
    Ok(())
}
