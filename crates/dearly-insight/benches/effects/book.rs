//! Simulated books with what was known before a play, the play, and what came of it; and what each play truly does.

use std::collections::BTreeMap;

use dearly_domain::{AccountId, Day};
use dearly_health::Engine;
use dearly_health::facts::BookFacts;
use dearly_insight::panel::{Decision, Window, decisions, seen};
use dearly_simulator::{
    Experiment, PlayTruth, RenewalTruth, Settings, SimulatedAccount, Simulation, simulate,
};
use dearly_workbook::Workbook;
use rayon::prelude::*;

/// The plays of the simulator: four that lift health where it is low, and one that does nothing where it is high.
pub(crate) const PLAYS: [&str; 5] =
    ["deployment_rescue", "executive_alignment", "adoption_sprint", "value_review", "newsletter"];
/// What is asked of: each play, and whether there was one of the four.
pub(crate) const TREATMENTS: [&str; 6] = [
    "deployment_rescue",
    "executive_alignment",
    "adoption_sprint",
    "value_review",
    "newsletter",
    "any of the four",
];
/// The place of the last.
pub(crate) const ANY: usize = 5;
/// Days before the due day on which the law looks at the scores.
const LEAD_DAYS: i32 = 90;
/// A day of the four weeks whose plays are looked at.
const PLAY_DAYS_BEFORE_DUE: i32 = 160;
/// What the law takes for a component that is unknown.
const NEUTRAL: f64 = 60.0;

/// The renewal of an account's main product.
pub(crate) struct Renewal {
    /// The components on the day before the four weeks.
    pub(crate) before: [f64; 4],
    /// The components on which the law drew.
    pub(crate) scores: [f64; 4],
    pub(crate) log_arr: f64,
    pub(crate) is_smb: bool,
    pub(crate) is_enterprise: bool,
    pub(crate) tenure_years: f64,
    /// By play: the health that its manager perceived.
    pub(crate) perceived: [f64; 5],
    /// By treatment: whether it was given.
    pub(crate) treated: [bool; 6],
    pub(crate) renewed: bool,
}

/// Two years, so that all scores are there when the plays of the second are run.
fn settings(seed: u64, n_accounts: usize) -> Settings {
    Settings { n_accounts, seed, years: 2, ..Settings::default() }
}

fn window(settings: &Settings) -> Window {
    let to = settings.until.plus_days(1);
    Window { from: to.plus_months(-12), to, lead_days: LEAD_DAYS, known_until: settings.until }
}

/// The renewals of the book's last twelve months.
pub(crate) fn book(workbook: &Workbook, seed: u64, n_accounts: usize) -> Vec<Renewal> {
    let settings = settings(seed, n_accounts);
    let simulation = simulate(&settings, workbook, &|_, _| {});
    let plans = simulation.accounts.iter().flat_map(|account| &account.facts.plans);
    let facts = BookFacts { plans_since: plans.filter_map(|plan| plan.value.created_on).min() };
    let (engine, window) = (Engine::new(workbook), window(&settings));
    let of = |account: &SimulatedAccount| renewals(account, &engine, &facts, workbook, &window);
    simulation.accounts.par_iter().flat_map_iter(of).collect()
}

fn renewals(
    account: &SimulatedAccount,
    engine: &Engine<'_>,
    book: &BookFacts,
    workbook: &Workbook,
    window: &Window,
) -> Vec<Renewal> {
    let mut facts = account.facts.clone();
    account.hold(&mut facts, &workbook.calendar());
    let own = decisions(&facts, window.from, window, workbook.organisation.grace_days);
    let plan = own.decided.into_iter().filter(|decision| decision.product == "plan");
    let renewal = |decision: Decision| {
        let decision = &decision;
        let plays = plays(account, decision.due_on.plus_days(-PLAY_DAYS_BEFORE_DUE))?;
        let seen = |day| seen(&facts, decision, engine, book, day);
        let before = seen(plays[0].period_start.plus_days(-1));
        let known = |components: [Option<f64>; 4]| components.map(|score| score.unwrap_or(NEUTRAL));
        (before.is_customer && before.arr_cents > 0).then(|| Renewal {
            before: known(before.components),
            scores: known(seen(decision.due_on.plus_days(-LEAD_DAYS)).components),
            log_arr: (before.arr_cents as f64 / 100.0).ln(),
            is_smb: before.segment.as_deref() == Some("smb"),
            is_enterprise: before.segment.as_deref() == Some("enterprise"),
            tenure_years: f64::from(before.tenure_days.unwrap_or(0)) / 365.25,
            perceived: plays.map(|play| play.perceived_health),
            treated: std::array::from_fn(|at| match at {
                ANY => plays[..4].iter().any(|play| play.is_run),
                one => plays[one].is_run,
            }),
            renewed: decision.is_renewed(),
        })
    };
    plan.filter_map(renewal).collect()
}

/// The plays of the four weeks that hold the day.
fn plays(account: &SimulatedAccount, day: Day) -> Option<[&PlayTruth; 5]> {
    let begins_on = account.plays.iter().map(|play| play.period_start).filter(|start| *start <= day).max()?;
    let of = |name| account.plays.iter().find(|own| own.period_start == begins_on && own.playbook == name);
    let mut found = PLAYS.iter().map(|name| of(*name));
    Some([found.next()??, found.next()??, found.next()??, found.next()??, found.next()??])
}

/// What a treatment does to the probability of renewal: on all, on those who are given it, and on those who might as well be
/// as not.
#[derive(Clone, Copy, Default)]
pub(crate) struct Truth {
    pub(crate) on_all: f64,
    pub(crate) on_treated: f64,
    pub(crate) on_overlap: f64,
    /// The standard error of the first.
    pub(crate) error: f64,
}

/// The truths: the same books once with the treatment for all and once for none.
pub(crate) fn truth(workbook: &Workbook, n_books: u64, n_accounts: usize) -> [Truth; 6] {
    let mut lifts: [Vec<Lift>; 6] = Default::default();
    // Other books than those that are asked.
    for seed in 1_000_001..=1_000_000 + n_books {
        for (treatment, lifts) in lifts.iter_mut().enumerate() {
            let [without, with] =
                [false, true].map(|is_run| drawn(workbook, seed, n_accounts, treatment, is_run));
            let both = without
                .into_iter()
                .filter_map(|(key, (without, chance))| Some((with.get(&key)?.0 - without, chance)));
            lifts.extend(both.map(|(lift, chance)| Lift { lift, chance }));
        }
        eprintln!("truth of {} books", seed - 1_000_000);
    }
    lifts.map(|own| {
        let weighted = |weight: &dyn Fn(&Lift) -> f64| {
            own.iter().map(|own| weight(own) * own.lift).sum::<f64>() / own.iter().map(weight).sum::<f64>()
        };
        let (n, on_all) = (own.len() as f64, weighted(&|_| 1.0));
        let variance = own.iter().map(|own| (own.lift - on_all).powi(2)).sum::<f64>() / (n - 1.0);
        Truth {
            on_all,
            on_treated: weighted(&|own| own.chance),
            on_overlap: weighted(&|own| own.chance * (1.0 - own.chance)),
            error: (variance / n).sqrt(),
        }
    })
}

/// What a treatment adds to the probability of a renewal, and the chance with which it is given.
struct Lift {
    lift: f64,
    chance: f64,
}

/// Of each main product's renewal the probability with which it was drawn, and the chance of the treatment.
fn drawn(
    workbook: &Workbook,
    seed: u64,
    n_accounts: usize,
    treatment: usize,
    is_run: bool,
) -> BTreeMap<(AccountId, Day), (f64, f64)> {
    let mut settings = settings(seed, n_accounts);
    let window = window(&settings);
    settings.experiment = Some(Experiment {
        playbook: PLAYS.get(treatment).copied(),
        is_run,
        days_before_due: PLAY_DAYS_BEFORE_DUE,
        due_from: window.from,
    });
    let simulation: Simulation = simulate(&settings, workbook, &|_, _| {});
    let of = |account: &SimulatedAccount| {
        let main = |own: &&RenewalTruth| !own.add_on && own.due_on >= window.from && own.due_on < window.to;
        let renewal = account.renewals.iter().find(main)?;
        let plays = plays(account, renewal.due_on.plus_days(-PLAY_DAYS_BEFORE_DUE))?;
        let chance = match treatment {
            ANY => 1.0 - plays[..4].iter().map(|play| 1.0 - play.chance).product::<f64>(),
            one => plays[one].chance,
        };
        Some(((renewal.account.clone(), renewal.due_on), (renewal.probability, chance)))
    };
    simulation.accounts.iter().filter_map(of).collect()
}
