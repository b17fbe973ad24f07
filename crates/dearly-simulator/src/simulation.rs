//! A whole book: slots, each with exactly one customer on the last day.

use std::sync::atomic::{AtomicUsize, Ordering};

use dearly_workbook::Workbook;
use rayon::prelude::*;

use crate::life::{SimulatedAccount, live};
use crate::random::{Purpose, Random};
use crate::settings::Settings;
use crate::truth::RenewalTruth;
use crate::world::World;

/// A simulated book with its truth.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// What it was made by.
    pub settings: Settings,
    /// The shock of each calendar year, on the logit scale.
    pub year_shocks: Vec<(i32, f64)>,
    /// The accounts, by slot and within a slot by time.
    pub accounts: Vec<SimulatedAccount>,
}

impl Simulation {
    /// Every renewal that was drawn, by account and time.
    pub fn renewals(&self) -> impl Iterator<Item = &RenewalTruth> {
        self.accounts.iter().flat_map(|account| &account.renewals)
    }
}

/// Makes a book. Renewals are drawn from the scores under the workbook, which should be that of
/// [`workbook_documents`](crate::workbook_documents).
///
/// `progress` is told how many of the slots are done, from any thread.
pub fn simulate(
    settings: &Settings,
    workbook: &Workbook,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Simulation {
    let world = World::new(settings, workbook);
    let done = AtomicUsize::new(0);
    let slots: Vec<Vec<SimulatedAccount>> = (0..settings.n_accounts)
        .into_par_iter()
        .map(|slot| {
            let accounts = fill(&world, slot);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, settings.n_accounts);
            accounts
        })
        .collect();
    Simulation {
        settings: settings.clone(),
        year_shocks: world.year_shocks.iter().map(|(year, shock)| (*year, *shock)).collect(),
        accounts: slots.into_iter().flatten().collect(),
    }
}

/// The accounts of a slot: whoever churns is followed within a week.
fn fill(world: &World<'_>, slot: usize) -> Vec<SimulatedAccount> {
    let mut accounts = Vec::new();
    let mut starts_on = None;
    loop {
        let life = accounts.len();
        let (account, churned_on) = live(world, slot, life, starts_on);
        accounts.push(account);
        let Some(churned_on) = churned_on else {
            return accounts;
        };
        let gap = Random::of(world.settings.seed, slot, life, Purpose::Year).whole(0, 6);
        starts_on = Some(churned_on.plus_days(gap).min(world.settings.until));
    }
}
