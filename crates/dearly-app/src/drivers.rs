//! Which components go with renewal: the panel from the book, the report of it, and every run kept.

use std::sync::Arc;
use std::time::Duration;

use dearly_domain::renewal::RenewalOutcome;
use dearly_domain::{Calendar, Day, Instant};
use dearly_health::Engine;
use dearly_health::facts::BookFacts;
use dearly_insight::drivers::{Drivers, Role, check_signed_off, drivers};
use dearly_insight::panel::{self, Decision, Early, LEADS, Panel, PanelRow, Seen, Window};
use dearly_store::Analysis;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::{App, InForce, When};
use crate::book::Recorded;
use crate::error::{Error, Result};
use crate::score::colour;
use crate::versions::Reading;
use crate::view::{AnalysisRun, DriversRun, RenewalRow};

/// How kept runs are named.
const KIND: &str = "drivers";
/// How many years before the window train in the rolling origin.
const HISTORY_YEARS: i32 = 2;
/// The lead, where none is asked for.
const LEAD_DAYS: i32 = 90;
/// The longest lead: no score further back tells of a renewal.
const LONGEST_LEAD_DAYS: i32 = 730;
/// How long a run waits for whoever writes, as a large import, before it is lost.
const KEEP_WITHIN: Duration = Duration::from_secs(30 * 60);
/// How many kept runs are listed.
const LISTED: i64 = 100;

/// Which renewals, under which rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriversRequest {
    /// The first due day; the default is twelve months before `to`.
    pub from: Option<Day>,
    /// The day after the last due day; the default is the day after the one that counts.
    pub to: Option<Day>,
    /// Days between as-of day and due day; 90 by default.
    pub lead_days: Option<i32>,
    /// The workbook's version; the default is the one in force.
    pub workbook: Option<i64>,
    /// Columns of the model, or `model` for all of it, that are too good to be true and that somebody has looked at.
    pub signed_off: Vec<String>,
}

/// A request with its defaults filled in, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    from: Day,
    to: Day,
    lead_days: i32,
    /// The last day with a fact, or today: of later ones nothing is known, so that nobody churned on them.
    known_until: Day,
    /// In order, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signed_off: Vec<String>,
}

impl Asked {
    fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("days and numbers are JSON")
    }
}

impl App {
    /// Which components go with renewal. A run of the same facts, rules and program is not made again; every run is kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a window or lead that makes no sense. Data that are too few are no error: the report says so.
    pub async fn drivers(
        &self,
        request: DriversRequest,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<DriversRun> {
        let (in_force, asked) = self.asked(request).await?;
        if let Some(kept) = self.kept(&in_force, &asked).await? {
            return Ok(kept);
        }
        let (panel, revision) = self.panel(&in_force, &asked, progress).await?;
        let found = drivers(&panel, &asked.signed_off).map_err(|error| Error::Invalid(error.to_string()))?;
        let rows = renewal_rows(&panel, &found);
        let made_at = Instant::now();
        let own = Analysis {
            id: format!("{KIND}-{:016x}-{revision}", made_at.micros()),
            kind: KIND.to_owned(),
            made_at,
            revision,
            workbook_version: in_force.version,
            workbook_hash: in_force.content_hash.clone(),
            code_version: code_version(),
            request: asked.to_json(),
            result: serde_json::to_value(&found.report).expect("the report is JSON"),
        };
        let mut write = self.store.write_within("keep an analysis", KEEP_WITHIN).await?;
        write.insert_analysis(&own, pack(&rows)).await?;
        write.commit().await?;
        run_of(own, &in_force)
    }

    /// The kept run of the same facts, rules and program, if there is one.
    ///
    /// # Errors
    /// As [`App::drivers`].
    pub async fn kept_drivers(&self, request: DriversRequest) -> Result<Option<DriversRun>> {
        let (in_force, asked) = self.asked(request).await?;
        self.kept(&in_force, &asked).await
    }

    async fn kept(&self, in_force: &InForce, asked: &Asked) -> Result<Option<DriversRun>> {
        let (request, revision) = (asked.to_json(), self.store.revision().await?);
        let is_same = |own: &Analysis| {
            own.revision == revision
                && own.workbook_hash == in_force.content_hash
                && own.code_version == code_version()
                && own.request == request
        };
        let Some(known) = self.store.analyses(KIND, LISTED).await?.into_iter().find(is_same) else {
            return Ok(None);
        };
        // One that this program cannot read is made anew.
        Ok(self.store.analysis(&known.id).await?.and_then(|kept| run_of(kept, in_force).ok()))
    }

    /// The renewals behind the numbers of [`App::drivers`], with what was known before them.
    ///
    /// # Errors
    /// Those of the run.
    pub async fn driver_rows(
        &self,
        request: DriversRequest,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Vec<RenewalRow>> {
        let run = self.drivers(request, progress).await?;
        self.analysis_rows(&run.id).await
    }

    /// The renewals behind the numbers of a kept run, as they were known to it.
    ///
    /// # Errors
    /// [`Error::NotFound`], also where another version of the program kept none, or in another form.
    pub async fn analysis_rows(&self, id: &str) -> Result<Vec<RenewalRow>> {
        let packed = self.store.analysis_rows(id).await?;
        packed.as_deref().and_then(unpack).ok_or_else(|| Error::NotFound {
            what: "kept renewals of an analysis",
            id: id.to_owned(),
            hint: Some("dearly drivers --runs lists the analyses; a new run keeps its renewals".to_owned()),
        })
    }

    /// The kept runs, the newest first.
    pub async fn analyses(&self) -> Result<Vec<AnalysisRun>> {
        Ok(self.store.analyses(KIND, LISTED).await?.into_iter().map(analysis_run).collect())
    }

    /// A kept run as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn analysis(&self, id: &str) -> Result<DriversRun> {
        let Some(kept) = self.store.analysis(id).await? else {
            let hint = Some("dearly drivers --runs lists them".to_owned());
            return Err(Error::NotFound { what: "analysis", id: id.to_owned(), hint });
        };
        let in_force = self.workbook_version(Some(kept.workbook_version)).await?;
        run_of(kept, &in_force)
    }

    async fn asked(&self, request: DriversRequest) -> Result<(Arc<InForce>, Asked)> {
        let in_force = self.workbook_version(request.workbook).await?;
        let known_until = self.day(When::default(), &in_force.calendar).await?;
        let to = request.to.unwrap_or(known_until.plus_days(1));
        let from = request.from.unwrap_or_else(|| to.plus_months(-12));
        if from >= to {
            return Err(Error::Invalid(format!(
                "from {from} is not before to {to}; to is the day after the last"
            )));
        }
        let lead_days = request.lead_days.unwrap_or(LEAD_DAYS);
        if !(1..=LONGEST_LEAD_DAYS).contains(&lead_days) {
            return Err(Error::Invalid(format!(
                "a lead of {lead_days} days is not between 1 and {LONGEST_LEAD_DAYS}"
            )));
        }
        let mut signed_off = request.signed_off;
        signed_off.sort();
        signed_off.dedup();
        check_signed_off(&signed_off).map_err(|error| Error::Invalid(error.to_string()))?;
        Ok((in_force, Asked { from, to, lead_days, known_until, signed_off }))
    }

    /// The panel, and the revision of the facts that it is of.
    async fn panel(
        &self,
        in_force: &InForce,
        asked: &Asked,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<(Panel, i64)> {
        let Asked { from, to, lead_days, known_until, .. } = *asked;
        let window = Window { from, to, lead_days, known_until };
        let mut reader = self.reader(in_force, None).await?;
        let history_from = window.from.plus_months(-12 * HISTORY_YEARS);
        if !in_force.workbook.statements().is_empty() {
            // Any day of these may be an as-of day.
            let longest = LEADS.iter().copied().max().unwrap_or(0).max(window.lead_days);
            let days = crate::score::Every::Day.days(history_from.plus_days(-longest), window.last())?;
            reader.read_statements_of(self, in_force, &in_force.workbook, &days).await?;
        }
        let ids = reader.accounts().await?;
        let (book, revision, total) = (reader.facts, reader.revision, ids.len());
        let rates = in_force.workbook.rates();
        let calendar = in_force.calendar.clone();
        let of_account = Builder {
            engine: Engine::new(&in_force.workbook),
            book,
            reading: Reading { calendar: &calendar, rates: &rates },
            window,
            history_from,
            grace_days: in_force.workbook.organisation.grace_days,
        };
        let mut panel = Panel {
            window,
            leads: LEADS.to_vec(),
            rows: Vec::new(),
            history: Vec::new(),
            open: Vec::new(),
            grace_days: of_account.grace_days,
            replayed: (0, 0),
        };
        let mut done = 0;
        reader
            .each_recorded(&ids, |accounts| {
                let built: Vec<Built> =
                    accounts.par_iter().map(|account| of_account.build(account)).collect::<Result<_>>()?;
                done += built.len();
                for own in built {
                    panel.rows.extend(own.rows);
                    panel.history.extend(own.history);
                    panel.open.extend(own.open);
                    panel.replayed.0 += own.replayed.0;
                    panel.replayed.1 += own.replayed.1;
                }
                progress(done, total);
                Ok(())
            })
            .await?;
        Ok((panel, revision))
    }
}

/// What one account adds to the panel.
#[derive(Default)]
struct Built {
    rows: Vec<PanelRow>,
    history: Vec<PanelRow>,
    open: Vec<PanelRow>,
    replayed: (usize, usize),
}

struct Builder<'a> {
    engine: Engine<'a>,
    book: BookFacts,
    reading: Reading<'a>,
    window: Window,
    history_from: Day,
    grace_days: i32,
}

impl Builder<'_> {
    fn build(&self, account: &Recorded) -> Result<Built> {
        let facts = account.known_by(end_of(self.reading.calendar, self.window.last()), &self.reading)?;
        let decisions = panel::decisions(&facts, self.history_from, &self.window, self.grace_days);
        let mut built = Built::default();
        for decision in decisions.open {
            // A day that has not come has no score.
            let as_of = decision.due_on.plus_days(-self.window.lead_days).min(self.window.last());
            let seen = self.seen(account, &decision, as_of)?;
            built.open.push(PanelRow { decision, seen, at_leads: Vec::new() });
        }
        for decision in decisions.decided {
            let is_in_window = decision.due_on >= self.window.from;
            let before = |lead_days: i32| decision.due_on.plus_days(-lead_days);
            let seen = self.seen(account, &decision, before(self.window.lead_days))?;
            let mut at_leads = Vec::new();
            if is_in_window {
                for lead_days in LEADS {
                    at_leads.push(self.seen(account, &decision, before(lead_days))?.components);
                }
                let as_of = seen.as_of;
                let facts = account.replayed(end_of(self.reading.calendar, as_of), &self.reading)?;
                let again = panel::seen(&facts, &decision, &self.engine, &self.book, as_of);
                built.replayed.0 += 1;
                built.replayed.1 += usize::from(again != seen);
            }
            let rows = if is_in_window { &mut built.rows } else { &mut built.history };
            rows.push(PanelRow { decision, seen, at_leads });
        }
        Ok(built)
    }

    fn seen(&self, account: &Recorded, decision: &Decision, as_of: Day) -> Result<Seen> {
        let facts = account.known_by(end_of(self.reading.calendar, as_of), &self.reading)?;
        Ok(panel::seen(&facts, decision, &self.engine, &self.book, as_of))
    }
}

/// The last instant of the day.
fn end_of(calendar: &Calendar, day: Day) -> Instant {
    Instant::from_micros(calendar.end_of(day).micros() - 1)
}

/// The program's version, with the numbers of its rules: of the scores and of the analysis.
fn code_version() -> String {
    format!("{}+{}.{}", env!("CARGO_PKG_VERSION"), dearly_health::RULES, dearly_insight::RULES)
}

fn run_of(own: Analysis, in_force: &InForce) -> Result<DriversRun> {
    let report = serde_json::from_value(own.result).map_err(|error| {
        Error::Invalid(format!(
            "{} was kept by version {} in another form: {error}",
            own.id, own.code_version
        ))
    })?;
    Ok(DriversRun {
        id: own.id,
        made_at: own.made_at,
        revision: own.revision,
        workbook_version: own.workbook_version,
        workbook_hash: own.workbook_hash,
        code_version: own.code_version,
        currency: in_force.workbook.organisation.currency.clone(),
        report,
    })
}

fn pack(rows: &[RenewalRow]) -> Vec<u8> {
    let bytes = serde_json::to_vec(rows).expect("rows are JSON");
    zstd::bulk::compress(&bytes, 3).expect("memory takes everything")
}

/// `None` where the bytes are not what [`pack`] gives.
fn unpack(packed: &[u8]) -> Option<Vec<RenewalRow>> {
    serde_json::from_reader(zstd::Decoder::new(packed).ok()?).ok()
}

fn analysis_run(own: Analysis) -> AnalysisRun {
    AnalysisRun {
        id: own.id,
        kind: own.kind,
        made_at: own.made_at,
        revision: own.revision,
        workbook_version: own.workbook_version,
        workbook_hash: own.workbook_hash,
        code_version: own.code_version,
        request: own.request,
    }
}

/// The rows that the report is of, by account, due day and product; then open ones, then earlier ones.
fn renewal_rows(panel: &Panel, found: &Drivers) -> Vec<RenewalRow> {
    let decided =
        panel.rows.iter().zip(&found.rows).map(|(row, role)| renewal_row(row, role, left_out(&row.seen)));
    let none = Role::default();
    let open = panel.open.iter().map(|row| RenewalRow {
        decided_on: None,
        known_on: None,
        ..renewal_row(row, &none, Some("open at the end of the window"))
    });
    let earlier = panel.history.iter().zip(&found.history);
    let earlier = earlier.map(|(row, role)| renewal_row(row, role, Some("due before the window")));
    decided.chain(open).chain(earlier).collect()
}

/// Why a decision of the window is in no comparison.
fn left_out(seen: &Seen) -> Option<&'static str> {
    match (seen.early, seen.is_customer) {
        (Some(Early::Signed), _) => Some("signed before the as-of day"),
        (Some(Early::Notice), _) => Some("under notice on the as-of day"),
        (None, false) => Some("no customer on the as-of day"),
        (None, true) => None,
    }
}

fn renewal_row(row: &PanelRow, role: &Role, left_out: Option<&str>) -> RenewalRow {
    let PanelRow { decision, seen, .. } = row;
    let [deployment, engagement, adoption, roi] = seen.components;
    RenewalRow {
        account: decision.account.0.clone(),
        name: seen.name.clone(),
        product: decision.product.clone(),
        due_on: decision.due_on,
        decided_on: Some(decision.decided_on),
        known_on: Some(decision.known_on),
        outcome: outcome(decision.outcome).to_owned(),
        due_arr_cents: decision.due_arr_cents,
        successor_arr_cents: decision.successor_arr_cents,
        as_of: seen.as_of,
        left_out: left_out.map(str::to_owned),
        colour: colour(seen.colour),
        score: seen.score,
        experience: seen.experience,
        deployment,
        engagement,
        adoption,
        roi,
        arr_cents: seen.arr_cents,
        segment: seen.segment.clone(),
        tenure_days: seen.tenure_days,
        is_used: role.is_used,
        held_out_probability: role.held_out_probability,
        at_leads: role.at_leads.clone(),
    }
}

fn outcome(outcome: RenewalOutcome) -> &'static str {
    match outcome {
        RenewalOutcome::RenewedFlat => "flat",
        RenewalOutcome::Contraction => "contraction",
        RenewalOutcome::Expansion => "expansion",
        RenewalOutcome::Churned => "churned",
        RenewalOutcome::Open => "open",
    }
}
