//! A simulated book, as the drivers see it.

use std::collections::HashMap;

use dearly_domain::{AccountId, Day};
use dearly_health::Engine;
use dearly_health::facts::BookFacts;
use dearly_insight::panel::{Decision, Panel, PanelRow, Window, decisions, seen};
use dearly_simulator::{Settings, SimulatedAccount, simulate};
use dearly_workbook::Workbook;
use rayon::prelude::*;

/// Days between the as-of day and the due day, as the law has them.
const LEAD_DAYS: i32 = 90;

/// A book, of which only its panel is kept.
pub(crate) struct Book {
    pub(crate) seed: u64,
    pub(crate) panel: Panel,
    /// The mean of the year shocks of its rows.
    pub(crate) shock: f64,
    /// The logit with which each renewal was drawn, by account, due day and product.
    pub(crate) drawn: HashMap<(AccountId, Day, String), f64>,
}

/// A year of renewals and what was known before them, the last day being that of the book.
pub(crate) fn book(workbook: &Workbook, seed: u64, n_accounts: usize) -> Book {
    let settings = Settings { n_accounts, seed, years: 1, ..Settings::default() };
    let simulation = simulate(&settings, workbook, &|_, _| {});
    let to = settings.until.plus_days(1);
    let window =
        Window { from: to.plus_months(-12), to, lead_days: LEAD_DAYS, known_until: to.plus_days(-1) };
    let plans = simulation.accounts.iter().flat_map(|account| &account.facts.plans);
    let facts = BookFacts { plans_since: plans.filter_map(|plan| plan.value.created_on).min() };
    let engine = Engine::new(workbook);
    let grace_days = workbook.organisation.grace_days;
    let built: Vec<(Vec<PanelRow>, Vec<PanelRow>)> = simulation
        .accounts
        .par_iter()
        .map(|account| rows(account, &engine, &facts, workbook, &window, grace_days))
        .collect();
    let (rows, open): (Vec<Vec<PanelRow>>, Vec<Vec<PanelRow>>) = built.into_iter().unzip();
    let (rows, open) = (rows.concat(), open.concat());
    let shock = |due_on: Day| {
        let year = i32::from(due_on.date().year());
        simulation.year_shocks.iter().find(|own| own.0 == year).expect("every due day has its year").1
    };
    let drawn = simulation
        .renewals()
        .map(|own| ((own.account.clone(), own.due_on, own.product.to_owned()), own.linear_predictor));
    Book {
        seed,
        drawn: drawn.collect(),
        shock: rows.iter().map(|row| shock(row.decision.due_on)).sum::<f64>() / rows.len().max(1) as f64,
        // No other leads and no history: they serve checks and the rolling origin, and are in no coefficient.
        panel: Panel {
            window,
            leads: Vec::new(),
            rows,
            history: Vec::new(),
            open,
            grace_days,
            replayed: (0, 0),
        },
    }
}

/// The rows of an account, decided and open, with the scores computed again from its facts.
fn rows(
    account: &SimulatedAccount,
    engine: &Engine<'_>,
    book: &BookFacts,
    workbook: &Workbook,
    window: &Window,
    grace_days: i32,
) -> (Vec<PanelRow>, Vec<PanelRow>) {
    let mut facts = account.facts.clone();
    account.hold(&mut facts, &workbook.calendar());
    let own = decisions(&facts, window.from, window, grace_days);
    let row = |decision: Decision| {
        let as_of = decision.due_on.plus_days(-window.lead_days).min(window.last());
        let seen = seen(&facts, &decision, engine, book, as_of);
        PanelRow { decision, seen, at_leads: Vec::new() }
    };
    (own.decided.into_iter().map(&row).collect(), own.open.into_iter().map(&row).collect())
}
