//! The tables of the book that SQL reads, as of any day.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dearly_domain::account::Account;
use dearly_domain::initiative::Initiative;
use dearly_domain::invoice::Invoice;
use dearly_domain::money::Rates;
use dearly_domain::objective::Objective;
use dearly_domain::plan::Plan;
use dearly_domain::renewal::{Term, end_of, renewals};
use dearly_domain::subscription::Subscription;
use dearly_domain::{Calendar, Cell, Day, File, Instant, Record, Row, Version, history};
use dearly_events::Lake;
use dearly_query::{
    Check, Limits, Moment, Origin, SegmentFile, Session, Source, SourceError, Table, Telemetry,
};
use dearly_store::{Segment, View};

use crate::account::outcome_id;
use crate::app::InForce;
use crate::book::segment;
use crate::error::Result;
use crate::remote_files::Place;

/// Compares each file with its checksums before a question reads it, once in the life of this process. Object stores do that
/// by themselves.
fn whole(lake: &Lake, segments: &[Segment]) -> Check {
    let by_path = |own: &Segment| (own.path.clone(), segment(own.clone()));
    let segments: HashMap<String, dearly_events::Segment> = segments.iter().map(by_path).collect();
    let lake = lake.clone();
    Arc::new(move |path| match segments.get(path) {
        Some(own) => lake.verify(own).map_err(Into::into),
        None => Ok(()),
    })
}

/// One state of the book, of which the tables that a question names were read.
pub(crate) struct BookTables {
    /// The versions of each row, by file.
    versions: HashMap<&'static str, Vec<Vec<Version>>>,
    /// Rows that were made for one day, by table.
    made: HashMap<&'static str, Vec<Row>>,
    telemetry: Telemetry,
    calendar: Calendar,
    time_zone: Option<String>,
    rates: Rates,
    grace_days: i32,
    known_by: Option<Instant>,
}

impl BookTables {
    /// Reads the tables, and what they are reckoned from; tables of scores are left for [`BookTables::put`].
    pub(crate) async fn read(
        view: &mut View,
        place: &Place,
        lake: &Lake,
        in_force: &InForce,
        known_by: Option<Instant>,
        named: &[&'static Table],
    ) -> Result<BookTables> {
        let mut files: Vec<&'static File> = Vec::new();
        let mut segments = Vec::new();
        for table in named {
            match table.origin {
                Origin::Records(file) => files.extend(needed(file)),
                Origin::Reckoned => files.extend([Account::FILE, Subscription::FILE]),
                Origin::Telemetry | Origin::Stored if segments.is_empty() => {
                    segments = view.segments().await?;
                }
                Origin::Telemetry | Origin::Stored | Origin::Scores => {}
            }
        }
        let mut versions: HashMap<&'static str, Vec<Vec<Version>>> = HashMap::new();
        for file in files {
            if versions.contains_key(file.name) {
                continue;
            }
            let stored = view.versions(file, None).await?;
            let rows = stored.chunk_by(|a, b| a.key == b.key);
            let rows = rows.map(|same| same.iter().map(|stored| stored.version.clone()).collect());
            versions.insert(file.name, rows.collect());
        }
        let files = segments
            .iter()
            .map(|own| SegmentFile {
                path: own.path.clone(),
                bytes: own.bytes as u64,
                first_at: own.min_at,
                last_at: own.max_at,
            })
            .collect();
        let telemetry = match place {
            Place::Folder(folder) => Telemetry::in_folder(folder, files)?.checked_by(whole(lake, &segments)),
            Place::Store(store) => Telemetry::in_store(Arc::clone(store), files),
        };
        let stored = segments.iter().map(|own| {
            vec![
                text(&own.path),
                Cell::Integer(own.rows),
                Cell::Integer(own.bytes),
                Cell::Instant(own.min_at),
                Cell::Instant(own.max_at),
            ]
        });
        let made = HashMap::from([("segments", stored.map(row).collect())]);
        let organisation = &in_force.workbook.organisation;
        Ok(BookTables {
            versions,
            made,
            telemetry,
            calendar: in_force.calendar.clone(),
            time_zone: organisation.time_zone.clone(),
            rates: in_force.workbook.rates(),
            grace_days: organisation.grace_days,
            known_by,
        })
    }

    /// Rows of a table that were made for the day that is asked about.
    pub(crate) fn put(&mut self, table: &'static str, rows: Vec<Row>) {
        self.made.insert(table, rows);
    }

    /// The end of the day, and what may be known.
    pub(crate) fn moment(&self, day: Day) -> Moment {
        Moment {
            as_of: day,
            ends_at: self.calendar.end_of(day),
            known_by: self.known_by,
            time_zone: self.time_zone.clone(),
        }
    }

    /// The addresses of the live files of telemetry, where a table that was read needs them.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.telemetry.addresses()
    }

    /// A session as of a day.
    pub(crate) fn session(self: &Arc<Self>, day: Day, limits: Limits) -> Result<Session> {
        let moment = self.moment(day);
        let source = AsOfDay { book: Arc::clone(self), day };
        Ok(Session::new(&moment, Arc::new(source), &self.telemetry, limits)?)
    }

    /// The rows of a file as of the day.
    fn rows(&self, file: &'static File, day: Day) -> impl Iterator<Item = Row> {
        let versions = self.versions.get(file.name).map_or(&[][..], Vec::as_slice);
        versions
            .iter()
            .filter_map(move |versions| history::as_of(file, versions, self.known_by, &self.calendar, day))
    }

    fn nouns<T: Record>(&self, day: Day) -> impl Iterator<Item = T> {
        self.rows(T::FILE, day).map(|row| T::from_row(&row))
    }

    /// The rows of a table as of the day.
    pub(crate) fn table(&self, table: &'static Table, day: Day) -> Vec<Row> {
        if let Some(made) = self.made.get(table.name) {
            return made.clone();
        }
        match table.origin {
            Origin::Records(file) => self.records(file, day),
            Origin::Reckoned => self.renewals(day),
            Origin::Scores | Origin::Telemetry | Origin::Stored => Vec::new(),
        }
    }

    fn records(&self, file: &'static File, day: Day) -> Vec<Row> {
        let rows = self.rows(file, day);
        match file.name {
            "subscriptions" => {
                let left = self.left(day);
                rows.map(|mut own| {
                    let term = Subscription::from_row(&own);
                    let end = end_of(&term, left.get(term.account.as_str()).copied());
                    own.cells.push(self.converted(term.annual_cents(), term.currency.as_deref()));
                    own.cells.push(Cell::Boolean(end.is_none_or(|end| day < end)));
                    own
                })
                .collect()
            }
            "invoices" => rows
                .map(|mut own| {
                    let invoice = Invoice::from_row(&own);
                    own.cells.push(self.converted(invoice.amount_cents, invoice.currency.as_deref()));
                    own
                })
                .collect(),
            // What belongs to a plan is there once the plan is.
            "objectives" => {
                let plans = self.plans(day);
                rows.filter(|own| plans.contains(&Objective::from_row(own).plan.0)).collect()
            }
            "initiatives" => {
                let plans = self.plans(day);
                let objectives: HashSet<String> = self
                    .nouns::<Objective>(day)
                    .filter(|own| plans.contains(&own.plan.0))
                    .map(|own| own.external_id.0)
                    .collect();
                rows.filter(|own| objectives.contains(&Initiative::from_row(own).objective.0)).collect()
            }
            _ => rows.collect(),
        }
    }

    fn renewals(&self, day: Day) -> Vec<Row> {
        let left = self.left(day);
        let mut terms: HashMap<String, Vec<Term>> = HashMap::new();
        for mut term in self.nouns::<Subscription>(day) {
            let cents = self.rates.convert(term.annual_cents(), term.currency.as_deref());
            // Without a rate nobody can say whether it was renewed for less.
            let Some(cents) = cents else { continue };
            (term.arr_cents, term.mrr_cents, term.currency) = (Some(cents), None, None);
            let churned_on = left.get(term.account.as_str()).copied();
            terms.entry(term.account.0.clone()).or_default().push(Term::of(&term, churned_on));
        }
        let mut accounts: Vec<_> = terms.into_iter().collect();
        accounts.sort_by(|a, b| a.0.cmp(&b.0));
        let of_account = |(account, terms): (String, Vec<Term>)| {
            let own = renewals(&terms, self.grace_days, day).into_iter();
            own.map(move |renewal| {
                row(vec![
                    text(&account),
                    text(&renewal.product),
                    Cell::Day(renewal.due_on),
                    Cell::Integer(renewal.due_arr_cents),
                    Cell::Integer(renewal.successor_arr_cents),
                    text(outcome_id(renewal.outcome)),
                ])
            })
            .collect::<Vec<_>>()
        };
        accounts.into_iter().flat_map(of_account).collect()
    }

    /// The accounts that have left by the day, and when.
    fn left(&self, day: Day) -> HashMap<String, Day> {
        self.nouns::<Account>(day).filter_map(|own| Some((own.external_id.0, own.churned_on?))).collect()
    }

    fn plans(&self, day: Day) -> HashSet<String> {
        let began = |plan: &Plan| plan.created_on.or(plan.accepted_on).is_none_or(|on| on <= day);
        self.nouns::<Plan>(day).filter(began).map(|plan| plan.external_id.0).collect()
    }

    fn converted(&self, cents: i64, currency: Option<&str>) -> Cell {
        self.rates.convert(cents, currency).map_or(Cell::Empty, Cell::Integer)
    }
}

/// The files that a table of records is read from: its own, and those that say which of its rows are there.
fn needed(file: &'static File) -> Vec<&'static File> {
    match file.name {
        "subscriptions" => vec![file, Account::FILE],
        "objectives" => vec![file, Plan::FILE],
        "initiatives" => vec![file, Objective::FILE, Plan::FILE],
        _ => vec![file],
    }
}

/// A row without custom attributes.
pub(crate) fn row(cells: Vec<Cell>) -> Row {
    Row { cells, ..Row::default() }
}

/// A cell of text.
pub(crate) fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// The tables as of one day.
struct AsOfDay {
    book: Arc<BookTables>,
    day: Day,
}

#[async_trait::async_trait]
impl Source for AsOfDay {
    async fn rows(&self, table: &'static Table) -> Result<Vec<Row>, SourceError> {
        Ok(self.book.table(table, self.day))
    }
}
