//! The application: one data folder, opened.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use dearly_domain::{Calendar, Day, Instant, Record};
use dearly_events::Lake;
use dearly_store::{Store, Target};
use dearly_workbook::Workbook;
use dearly_workbook::model::ScoreKind;

use crate::cache::Cache;
use crate::error::{Error, Result};
use crate::remote_files::Place;
use crate::spill::Spill;
use crate::view::BookSummary;

/// One data folder, opened. Cheap to clone; readers never wait for a writer.
#[derive(Clone)]
pub struct App {
    pub(crate) store: Store,
    pub(crate) lake: Lake,
    /// Where the lake is.
    pub(crate) lake_place: Place,
    pub(crate) folder: PathBuf,
    pub(crate) cache: Arc<Cache>,
    /// Made when first needed; none where nothing can be written.
    pub(crate) spill: Arc<OnceLock<Option<Spill>>>,
}

/// The workbook in force, parsed.
pub(crate) struct InForce {
    pub(crate) version: i64,
    pub(crate) applied_at: Option<Instant>,
    /// The hash of its documents; of the built-in default, its name.
    pub(crate) content_hash: String,
    pub(crate) workbook: Workbook,
    pub(crate) calendar: Calendar,
}

impl InForce {
    /// A version of the workbook, or the built-in default; `currency` is the one that the book decided.
    fn of(
        version: Option<dearly_store::workbook::WorkbookVersion>,
        currency: Option<String>,
    ) -> Result<InForce> {
        let mut workbook = match &version {
            Some(version) => {
                let documents: Vec<_> = version.documents.iter().map(crate::workbook::document).collect();
                let parsed = dearly_workbook::parse(&documents);
                parsed.workbook.ok_or(Error::Workbook(parsed.problems))?
            }
            None => Workbook::default(),
        };
        if workbook.organisation.currency.is_none() {
            workbook.organisation.currency = currency;
        }
        let calendar = workbook.calendar();
        Ok(InForce {
            version: version.as_ref().map_or(0, |version| version.version),
            content_hash: version
                .as_ref()
                .map_or_else(|| "default".to_owned(), |own| own.content_hash.clone()),
            applied_at: version.map(|version| version.applied_at),
            workbook,
            calendar,
        })
    }
}

/// The day that is asked about, and what may be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct When {
    /// The day; the default is the earlier of today and the last day with a fact.
    pub as_of: Option<Day>,
    /// Only facts recorded by this instant.
    pub known_by: Option<Instant>,
}

/// The setting that holds the reporting currency which the book itself decided.
pub(crate) const CURRENCY: &str = "currency";
/// The setting that says that the book is simulated, and how.
pub(crate) const SIMULATED: &str = "simulated";

impl App {
    /// Opens a data folder, which is made if it is not there. Records are in `database_url` if given, else in SQLite
    /// within the folder; telemetry is in the folder, unless it was once put elsewhere.
    pub async fn open(folder: &Path, database_url: Option<&str>) -> Result<App> {
        App::open_with(folder, database_url, None).await
    }

    /// As [`App::open`]; telemetry is at `lake`, as in `s3://bucket/prefix`, if given. The records remember the place:
    /// it need not be given again, and no other can be.
    pub async fn open_with(folder: &Path, database_url: Option<&str>, lake: Option<&str>) -> Result<App> {
        std::fs::create_dir_all(folder)
            .map_err(Error::io(format!("make the data folder {}", folder.display())))?;
        let target = match database_url {
            Some(url) => Target::Url(url.to_owned()),
            None => Target::folder(folder),
        };
        let store = Store::open(&target).await?;
        let (lake, lake_place) = crate::lake::open(&store, folder, lake).await?;
        let cache = Arc::new(Cache::default());
        Ok(App { store, lake, lake_place, folder: folder.to_owned(), cache, spill: Arc::default() })
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the records answer.
    pub async fn is_ready(&self) -> Result<i64> {
        Ok(self.store.revision().await?)
    }

    /// The workbook in force: the one applied last, else the built-in default.
    pub(crate) async fn in_force(&self) -> Result<Arc<InForce>> {
        let current = self.store.current_workbook().await?;
        let version = current.as_ref().map_or(0, |current| current.version);
        // The book's own currency may be decided by a later import, under the same version.
        let decided = self.store.setting(CURRENCY).await?;
        if let Some(cached) = self.cache.workbook(version, decided.as_deref()) {
            return Ok(cached);
        }
        let in_force = Arc::new(InForce::of(current, decided.clone())?);
        self.cache.keep_workbook(decided, Arc::clone(&in_force));
        Ok(in_force)
    }

    /// The workbook of a version, 0 being the built-in default; of none, the one in force.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it was never applied.
    pub(crate) async fn workbook_version(&self, version: Option<i64>) -> Result<Arc<InForce>> {
        let in_force = self.in_force().await?;
        let Some(version) = version.filter(|version| *version != in_force.version) else {
            return Ok(in_force);
        };
        let versions = self.store.workbook_versions().await?;
        let found = versions.into_iter().find(|own| own.version == version);
        if found.is_none() && version != 0 {
            let hint = Some(format!("version {} is in force", in_force.version));
            return Err(Error::NotFound { what: "workbook version", id: version.to_string(), hint });
        }
        Ok(Arc::new(InForce::of(found, self.store.setting(CURRENCY).await?)?))
    }

    /// The day that counts, with the days of the first and the last fact.
    pub(crate) async fn day(&self, when: When, calendar: &Calendar) -> Result<Day> {
        match when.as_of {
            Some(day) => Ok(day),
            None => Ok(self.span(calendar).await?.2),
        }
    }

    /// The first and the last day with a fact, and the day that counts when none is asked for.
    pub(crate) async fn span(&self, calendar: &Calendar) -> Result<(Option<Day>, Option<Day>, Day)> {
        let revision = self.store.revision().await?;
        let (first, last) = match self.cache.span(revision, calendar) {
            Some(span) => span,
            None => {
                let mut days: Vec<(Day, Day)> =
                    self.store.coverage().await?.iter().filter_map(|file| file.days(calendar)).collect();
                let segments = self.store.segments().await?;
                days.extend(
                    segments.iter().map(|own| (calendar.day_of(own.min_at), calendar.day_of(own.max_at))),
                );
                let span = (days.iter().map(|span| span.0).min(), days.iter().map(|span| span.1).max());
                self.cache.keep_span(revision, calendar, span);
                span
            }
        };
        let today = calendar.day_of(Instant::now());
        Ok((first, last, last.map_or(today, |last| last.min(today))))
    }

    /// The book at a glance.
    pub async fn summary(&self) -> Result<BookSummary> {
        let in_force = self.in_force().await?;
        let (first_fact_on, last_fact_on, default_as_of) = self.span(&in_force.calendar).await?;
        let n_accounts = self.store.keys(dearly_domain::account::Account::FILE).await?.len();
        Ok(BookSummary {
            default_as_of,
            first_fact_on,
            last_fact_on,
            today: in_force.calendar.day_of(Instant::now()),
            currency: in_force.workbook.organisation.currency.clone(),
            n_accounts,
            workbook_version: in_force.version,
            workbook_applied_at: in_force.applied_at,
            revision: self.store.revision().await?,
            labels: labels(&in_force.workbook),
            simulated: self.store.setting(SIMULATED).await?,
        })
    }
}

/// Labels of everything that has an id: the organisation's own words, else the workbook's.
fn labels(workbook: &Workbook) -> std::collections::BTreeMap<String, String> {
    let mut labels = std::collections::BTreeMap::new();
    for (kind, label) in
        [(ScoreKind::Outcomes, "Customer outcomes"), (ScoreKind::Experience, "Customer experience")]
    {
        labels.insert(id_of(kind).to_owned(), label.to_owned());
    }
    for card in &workbook.scorecards {
        for component in &card.components {
            if let Some(label) = &component.label {
                labels.entry(component.id.clone()).or_insert_with(|| label.clone());
            }
            for measure in &component.measures {
                if let Some(label) = &measure.label {
                    labels.entry(measure.id.clone()).or_insert_with(|| label.clone());
                }
            }
        }
    }
    labels.extend(workbook.organisation.labels.clone());
    labels
}

/// The id of a score, as in JSON.
pub(crate) fn id_of(kind: ScoreKind) -> &'static str {
    match kind {
        ScoreKind::Outcomes => "outcomes",
        ScoreKind::Experience => "experience",
    }
}
