//! Importing a book: files to rows, rows to records and telemetry, all of it or nothing.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dearly_domain::event::Event;
use dearly_domain::money::Rates;
use dearly_domain::{AccountId, Calendar, Cell, File, Instant, Record, Row};
use dearly_events::{EventKey, EventRow, KnownKeys, Stager};
use dearly_import::{
    Book, BookFile, Change, Checks, Entry, FileReport, ImportReport, Mapping, ParsedRow, Prepared, Reading,
    Reject, RejectWriter,
};
use dearly_store::{Counts, Incoming, NewImport, Outcome, Write};

use crate::app::{App, CURRENCY};
use crate::book::segment;
use crate::error::{Error, Result};
use crate::view::ImportRow;

pub use dearly_import::{Mode, Progress};

/// How many rows go to the records at a time.
const BATCH: usize = 2_000;

/// What to import, and how.
#[derive(Clone, Debug, Default)]
pub struct ImportRequest {
    /// A folder, or a single file named as one of the book's.
    pub path: PathBuf,
    /// How the source is named in the list of imports; the path, where empty.
    pub source: Option<String>,
    /// A mapping file, where the layout is not the book's.
    pub mapping: Option<PathBuf>,
    /// What rows may do.
    pub mode: Mode,
    /// Whether to say what would happen, and keep nothing.
    pub dry_run: bool,
    /// Whether one row that is not taken stops everything.
    pub strict: bool,
}

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// As it stands in the list of imports.
    pub row: ImportRow,
    /// The report.
    pub report: ImportReport,
    /// Whether it was kept: neither a dry run nor stopped by `strict`.
    pub kept: bool,
}

impl App {
    /// Imports a book. All rows that can be taken are kept together at the end; interrupted before, nothing is kept.
    pub async fn import(
        &self,
        request: &ImportRequest,
        progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
    ) -> Result<Imported> {
        let mapping = request.mapping.as_deref().map(Mapping::load).transpose()?;
        let book = Book::open(&request.path, mapping.as_ref())?;
        let started_at = Instant::now();
        let in_force = self.in_force().await?;
        let source = request.source.clone().unwrap_or_else(|| request.path.display().to_string());
        let mut write = self.store.write(&format!("import {source}")).await?;
        let import_id = import_id(started_at);
        let mode = store_mode(request.mode);
        let new = NewImport { id: import_id.clone(), started_at, source, mode };
        write.insert_import(&new).await?;

        let mut rates = in_force.workbook.rates();
        if rates.currency.is_none() {
            rates.currency = dearly_import::dominant_currency(&book);
            write.set_setting(CURRENCY, rates.currency.as_deref()).await?;
        }
        let mut importing = Importing {
            app: self,
            request,
            write,
            import_id: import_id.clone(),
            imported_at: started_at,
            known: Known { sets: HashMap::new(), rates, mode: request.mode },
            segments: Vec::new(),
        };
        let mut report = ImportReport {
            import_id: import_id.clone(),
            mode: request.mode,
            dry_run: request.dry_run,
            files: Vec::new(),
            notes: book.notes().to_vec(),
        };
        let reading = Reading { progress };
        for file in book.files() {
            match importing.file(file, &reading).await {
                Ok(own) => report.files.push(own),
                Err(error) => {
                    self.lake.discard(&importing.segments)?;
                    return Err(error);
                }
            }
        }
        let kept = !request.dry_run && (report.is_clean() || !request.strict);
        let finished_at = Instant::now();
        let json = serde_json::to_value(&report).expect("a report is JSON");
        let Importing { mut write, segments, .. } = importing;
        if kept {
            let written = async {
                for own in &segments {
                    write.insert_segment(&stored(own, Some(&import_id))).await?;
                }
                write.finish_import(&import_id, finished_at, counts(&report), &json).await
            };
            if let Err(error) = written.await {
                self.lake.discard(&segments)?;
                return Err(error.into());
            }
            self.commit(write, &segments).await?;
        } else {
            self.lake.discard(&segments)?;
            write.roll_back().await?;
        }
        let row = ImportRow {
            import: import_id,
            started_at,
            finished_at: Some(finished_at),
            source: new.source,
            mode: mode.as_str().to_owned(),
            kept,
            report: json,
        };
        Ok(Imported { row, report, kept })
    }

    /// All imports, newest first.
    pub async fn imports(&self) -> Result<Vec<ImportRow>> {
        let imports = self.store.imports().await?.into_iter();
        // What telemetry brings stands under one import, which nobody ran.
        let imports = imports.filter(|import| import.id != crate::ingest::TELEMETRY);
        let mut imports: Vec<ImportRow> = imports.map(import_row).collect();
        imports.sort_by(|a, b| b.import.cmp(&a.import));
        Ok(imports)
    }

    /// One import.
    pub async fn import_report(&self, id: &str) -> Result<ImportRow> {
        let import = self.store.import(id).await?;
        import.map(import_row).ok_or_else(|| Error::NotFound {
            what: "import",
            id: id.to_owned(),
            hint: None,
        })
    }

    /// The file of rejected rows of an import.
    pub async fn rejects(&self, id: &str, file: &str) -> Result<PathBuf> {
        let import = self.import_report(id).await?;
        let missing = || Error::NotFound { what: "rejects file", id: format!("{id}/{file}"), hint: None };
        // Both names come from our own tables, so that no request can name another file.
        let file = File::named(file).ok_or_else(missing)?;
        let path = self.folder.join("rejects").join(import.import).join(format!("{}.csv", file.name));
        if path.is_file() { Ok(path) } else { Err(missing()) }
    }
}

struct Importing<'a> {
    app: &'a App,
    request: &'a ImportRequest,
    write: Write,
    import_id: String,
    imported_at: Instant,
    known: Known,
    segments: Vec<dearly_events::Segment>,
}

impl Importing<'_> {
    async fn file(&mut self, file: &BookFile, reading: &Reading) -> Result<FileReport> {
        let mut report = FileReport::new(file);
        let prepared = match file.prepare(reading) {
            Ok(prepared) => prepared,
            Err(error) => {
                report.fail(&error);
                return Ok(report);
            }
        };
        report.notes = prepared.notes().to_vec();
        let noun = prepared.file();
        self.learn(noun).await?;
        let mut rejects = Rejects {
            writer: (!self.request.dry_run)
                .then(|| RejectWriter::new(&self.app.folder, &self.import_id, &prepared)),
        };
        let taken = if noun.name == Event::FILE.name {
            self.events(&prepared, &mut report, &mut rejects).await?;
            Vec::new()
        } else {
            self.records(&prepared, &mut report, &mut rejects).await?
        };
        self.known.sets.entry(noun.name).or_default().extend(taken);
        report.rejects = rejects.finish(&self.app.folder)?;
        Ok(report)
    }

    /// Loads the keys that rows of the file may refer to.
    async fn learn(&mut self, noun: &'static File) -> Result<()> {
        let mut wanted: Vec<&'static str> =
            noun.columns.iter().filter_map(|column| column.refers_to).collect();
        if self.request.mode != Mode::Upsert && noun.name != Event::FILE.name {
            wanted.push(noun.name);
        }
        for name in wanted {
            if !self.known.sets.contains_key(name) {
                let file = File::named(name).expect("columns refer to files of the book");
                let keys = self.write.view().keys(file).await?;
                self.known.sets.insert(file.name, keys);
            }
        }
        Ok(())
    }

    /// Puts the rows of a file of records; the keys that were taken.
    async fn records(
        &mut self,
        prepared: &Prepared,
        report: &mut FileReport,
        rejects: &mut Rejects,
    ) -> Result<Vec<String>> {
        let noun = prepared.file();
        let is_referred_to = dearly_domain::book::FILES
            .iter()
            .any(|file| file.columns.iter().any(|column| column.refers_to == Some(noun.name)));
        let mut taken = Vec::new();
        let mut rows = match prepared.rows(&self.known) {
            Ok(rows) => rows,
            Err(error) => {
                report.fail(&error);
                return Ok(taken);
            }
        };
        let mut batch: Vec<ParsedRow> = Vec::with_capacity(BATCH);
        loop {
            let next = rows.next();
            let is_last = next.is_none();
            match next {
                Some(Ok(Entry::Row(row))) => batch.push(row),
                Some(Ok(Entry::Repeat { .. })) => report.count(Change::Unchanged),
                Some(Ok(Entry::Reject(reject))) => rejects.take(report, &reject)?,
                Some(Err(error)) => report.fail(&error),
                None => {}
            }
            if batch.len() < BATCH && !is_last {
                continue;
            }
            let lines: Vec<(u64, Vec<Option<Cell>>)> = batch
                .iter()
                .map(|row| (row.line, if rejects.is_on() { row.cells.clone() } else { Vec::new() }))
                .collect();
            if is_referred_to {
                taken.extend(batch.iter().map(|row| row.key.clone()));
            }
            let present = prepared.attribute_kinds().keys();
            let incoming = batch.drain(..).map(|row| Incoming {
                key: row.key,
                recorded_at: row.recorded_at,
                cells: row.cells,
                cleared_attributes: present
                    .clone()
                    .filter(|name| !row.attributes.contains_key(*name))
                    .cloned()
                    .collect(),
                attributes: row.attributes,
                keep_attributes: true,
            });
            let mode = store_mode(self.request.mode);
            let outcomes =
                self.write.put(noun, incoming.collect(), mode, self.imported_at, &self.import_id).await?;
            for (outcome, (line, cells)) in outcomes.into_iter().zip(lines) {
                match outcome {
                    Outcome::Added => report.count(Change::Added),
                    Outcome::Changed => report.count(Change::Changed),
                    Outcome::Unchanged => report.count(Change::Unchanged),
                    Outcome::Rejected(violation) => {
                        let reject = Reject {
                            source: report.sources.first().cloned().unwrap_or_default(),
                            line,
                            column: Some(violation.column.to_owned()),
                            reason: violation.reason,
                            raw: raw(prepared, noun, &cells),
                        };
                        rejects.take(report, &reject)?;
                    }
                }
            }
            if is_last {
                return Ok(taken);
            }
        }
    }

    /// Stages the rows of an events file.
    async fn events(
        &mut self,
        prepared: &Prepared,
        report: &mut FileReport,
        rejects: &mut Rejects,
    ) -> Result<()> {
        let live: Vec<dearly_events::Segment> =
            self.write.view().segments().await?.into_iter().map(segment).collect();
        if !self.request.dry_run {
            // What no segment names was left behind by an import that never ended.
            crate::lake::sweep(&self.app.lake, &mut self.write, crate::lake::grace_ends()).await?;
        }
        let mut known: KnownKeys = self.app.lake.known_keys(&live)?;
        let mut stager: Option<Stager> = (!self.request.dry_run).then(|| self.app.lake.stage());
        let rows = match prepared.rows(&self.known) {
            Ok(rows) => rows,
            Err(error) => {
                report.fail(&error);
                return Ok(());
            }
        };
        for entry in rows {
            let row = match entry {
                Ok(Entry::Row(row)) => row,
                Ok(Entry::Repeat { .. }) => {
                    report.count(Change::Unchanged);
                    continue;
                }
                Ok(Entry::Reject(reject)) => {
                    rejects.take(report, &reject)?;
                    continue;
                }
                Err(error) => {
                    report.fail(&error);
                    break;
                }
            };
            let key = EventKey::of_message(&row.key);
            let refusal = match (self.request.mode, known.contains(key)) {
                (Mode::Insert, true) => Some("the event is known already, and --mode insert changes none"),
                (Mode::Update, false) => Some("the event is not known, and --mode update adds none"),
                _ => None,
            };
            if let Some(reason) = refusal {
                let reject = Reject {
                    source: report.sources.first().cloned().unwrap_or_default(),
                    line: row.line,
                    column: None,
                    reason: reason.to_owned(),
                    raw: raw(prepared, prepared.file(), &row.cells),
                };
                rejects.take(report, &reject)?;
                continue;
            }
            if !known.insert(key) {
                report.count(Change::Unchanged);
                continue;
            }
            if let Some(stager) = &mut stager {
                let event = event_row(row);
                // A day before, since the organisation's day may begin before UTC's.
                let from = Calendar::utc().day_of(event.at).plus_days(-1);
                if let Some(account) = &event.account {
                    self.write.note_change(account.as_str(), from);
                }
                stager.push(&event, key)?;
            }
            report.count(Change::Added);
        }
        if let Some(stager) = stager {
            self.segments.extend(stager.finish()?);
        }
        Ok(())
    }
}

/// What exists already, and which currencies have a rate.
struct Known {
    sets: HashMap<&'static str, HashSet<String>>,
    rates: Rates,
    mode: Mode,
}

impl Checks for Known {
    fn knows(&self, file: &str, key: &str) -> bool {
        self.sets.get(file).is_some_and(|keys| keys.contains(key))
    }

    fn convertible(&self, currency: &str) -> Result<(), String> {
        if self.rates.convert(0, Some(currency)).is_some() {
            return Ok(());
        }
        let own = self.rates.currency.as_deref().unwrap_or_default();
        Err(format!(
            "there is no rate from {currency} to {own}; add it under rates in organisation.yaml and apply"
        ))
    }

    fn admits(&self, file: &str, key: &str) -> Result<(), String> {
        match self.mode {
            Mode::Upsert => Ok(()),
            _ if file == Event::FILE.name => Ok(()),
            Mode::Update if self.knows(file, key) => Ok(()),
            Mode::Update => Err("its key is not known, and --mode update adds none".to_owned()),
            Mode::Insert if !self.knows(file, key) => Ok(()),
            Mode::Insert => Err("its key is known already, and --mode insert changes none".to_owned()),
        }
    }
}

struct Rejects {
    writer: Option<RejectWriter>,
}

impl Rejects {
    fn is_on(&self) -> bool {
        self.writer.is_some()
    }

    fn take(&mut self, report: &mut FileReport, reject: &Reject) -> Result<()> {
        report.reject(reject);
        match &mut self.writer {
            Some(writer) => writer.write(reject).map_err(Error::io("write the rejected rows")),
            None => Ok(()),
        }
    }

    /// The path within the data folder, where there was any reject.
    fn finish(self, folder: &Path) -> Result<Option<PathBuf>> {
        let Some(writer) = self.writer else {
            return Ok(None);
        };
        let path = writer.finish().map_err(Error::io("write the rejected rows"))?;
        Ok(path.map(|path| path.strip_prefix(folder).map_or(path.clone(), Path::to_owned)))
    }
}

/// The cells of a row that the records refused, by the columns of the rejects file.
fn raw(prepared: &Prepared, noun: &File, cells: &[Option<Cell>]) -> Vec<String> {
    let cell = |name: &String| {
        let cell = noun.position(name).and_then(|position| cells.get(position)).and_then(Option::as_ref);
        cell.map(Cell::to_string).unwrap_or_default()
    };
    prepared.reject_columns().iter().map(cell).collect()
}

fn event_row(row: ParsedRow) -> EventRow {
    let cells = row.cells.into_iter().map(Option::unwrap_or_default).collect();
    let event = Event::from_row(&Row { cells, attributes: row.attributes });
    let attributes = (!event.attributes.is_empty())
        .then(|| serde_json::to_string(&event.attributes).expect("attributes are JSON"));
    EventRow {
        user: event.user,
        product: event.product,
        count: u32::try_from(event.count.unwrap_or(1)).unwrap_or(u32::MAX),
        value: event.value,
        message_id: event.message_id,
        recorded_at: row.recorded_at,
        attributes,
        ..EventRow::new(Some(event.account), event.at, event.event)
    }
}

/// Sorts by time; the tail tells apart imports of one second.
fn import_id(at: Instant) -> String {
    let digits: String = at.to_string().chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{digits}-{:05x}", at.micros() % 1_000_000)
}

fn store_mode(mode: Mode) -> dearly_store::Mode {
    match mode {
        Mode::Upsert => dearly_store::Mode::Upsert,
        Mode::Update => dearly_store::Mode::Update,
        Mode::Insert => dearly_store::Mode::Insert,
    }
}

fn counts(report: &ImportReport) -> Counts {
    let total = report.total();
    Counts {
        read: total.read as i64,
        added: total.added as i64,
        changed: total.changed as i64,
        unchanged: total.unchanged as i64,
        rejected: total.rejected as i64,
    }
}

/// A segment as the records know it.
pub(crate) fn stored(own: &dearly_events::Segment, import_id: Option<&str>) -> dearly_store::Segment {
    let id = |account: &Option<AccountId>| account.as_ref().map(|account| account.0.clone());
    dearly_store::Segment {
        path: own.path.clone(),
        import_id: import_id.map(str::to_owned),
        rows: own.rows as i64,
        bytes: own.bytes as i64,
        min_at: own.min_at,
        max_at: own.max_at,
        n_unattributed: own.n_unattributed as i64,
        min_account: id(&own.min_account),
        max_account: id(&own.max_account),
    }
}

fn import_row(import: dearly_store::Import) -> ImportRow {
    ImportRow {
        import: import.id,
        started_at: import.started_at,
        finished_at: import.finished_at,
        source: import.source,
        mode: import.mode.as_str().to_owned(),
        kept: true,
        report: import.report.unwrap_or_default(),
    }
}
