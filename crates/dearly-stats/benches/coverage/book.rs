//! A small book of renewals with a known law: latent health moves scores, plays move health, scores move renewal.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What can be turned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knobs {
    pub(crate) accounts: usize,
    pub(crate) years: usize,
    /// The standard deviation of what is an account's own on the log odds.
    pub(crate) sd_account: f64,
    /// How strongly an unseen fit moves plays and health: 0 is a book whose plays can be ignored given the scores.
    pub(crate) hidden: f64,
}

/// The plays: one that works through adoption, one that does nothing and goes to the healthy, one that works directly and
/// goes to the sick, which makes it rare.
pub(crate) const PLAYS: [&str; 3] = ["enablement", "newsletter", "discount"];
/// What 10 points of deployment, engagement, adoption and ROI add to the log odds.
const SLOPES: [f64; 4] = [0.15, 0.18, 0.40, 0.30];
const DISCOUNT: f64 = 0.55;

/// One renewal.
#[derive(Debug, Clone)]
pub(crate) struct Renewal {
    pub(crate) account: u32,
    pub(crate) baseline: [f64; 4],
    pub(crate) scores: [f64; 4],
    pub(crate) log_arr: f64,
    pub(crate) segment: usize,
    pub(crate) tenure: f64,
    pub(crate) plays: [bool; 3],
    pub(crate) renewed: bool,
    /// The true probability of renewal with and without each play, the others as they were.
    pub(crate) with: [f64; 3],
    pub(crate) without: [f64; 3],
    /// The true probability if adoption stood at 75.
    pub(crate) at_75: f64,
    pub(crate) probability: f64,
}

struct Account {
    id: u32,
    health: [f64; 4],
    log_arr: f64,
    segment: usize,
    tenure: f64,
    own: f64,
    fit: f64,
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn score(health: f64, noise: f64) -> f64 {
    (60.0 + 18.0 * health + noise).clamp(0.0, 100.0)
}

impl Account {
    fn new(id: u32, knobs: &Knobs, rng: &mut ChaCha8Rng) -> Account {
        let segment = match rng.random::<f64>() {
            u if u < 0.5 => 0,
            u if u < 0.8 => 1,
            _ => 2,
        };
        let (common, fit) = (normal(rng), normal(rng));
        // Two scores of one account correlate by about 0.3.
        let health = std::array::from_fn(|_| {
            0.3f64.sqrt() * common + 0.7f64.sqrt() * normal(rng) + 0.3 * knobs.hidden * fit
        });
        Account {
            id,
            health,
            log_arr: [9.2, 10.3, 11.5][segment] + 0.6 * normal(rng),
            segment,
            tenure: 1.0 + (rng.random::<f64>() * 4.0).floor(),
            own: knobs.sd_account * normal(rng),
            fit,
        }
    }
}

/// The rows of a book.
pub(crate) fn book(knobs: &Knobs, seed: u64) -> Vec<Renewal> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rng = &mut rng;
    let mut next_id = 0;
    let mut newcomer = |rng: &mut ChaCha8Rng| {
        next_id += 1;
        Account::new(next_id, knobs, rng)
    };
    let mut accounts: Vec<Account> = (0..knobs.accounts).map(|_| newcomer(rng)).collect();
    let mut rows = Vec::with_capacity(knobs.accounts * knobs.years);
    for _ in 0..knobs.years {
        for account in &mut accounts {
            let row = renew(account, knobs, rng);
            if row.renewed {
                account.tenure += 1.0;
            } else {
                *account = newcomer(rng);
            }
            rows.push(row);
        }
    }
    rows
}

fn renew(account: &mut Account, knobs: &Knobs, rng: &mut ChaCha8Rng) -> Renewal {
    let baseline: [f64; 4] = std::array::from_fn(|at| score(account.health[at], 4.0 * normal(rng)));
    let mean = (baseline.iter().sum::<f64>() / 4.0 - 60.0) / 10.0;
    let hidden = knobs.hidden * account.fit;
    // Customer-success managers act on what is red.
    let chances = [
        expit(-0.5 - 0.6 * (baseline[2] - 60.0) / 10.0 + 0.4 * account.segment as f64 + 0.6 * hidden),
        expit(-0.4 + 0.7 * mean + 0.6 * hidden),
        expit(-1.6 - 0.9 * mean + 0.6 * hidden),
    ];
    let plays = chances.map(|chance| rng.random::<f64>() < chance);
    let drift: [f64; 4] = std::array::from_fn(|_| 0.45 * normal(rng));
    let noise: [f64; 4] = std::array::from_fn(|_| 3.0 * normal(rng));
    let before = account.health;
    let after = |plays: [bool; 3]| -> [f64; 4] {
        let mut health: [f64; 4] = std::array::from_fn(|at| 0.8 * before[at] + drift[at]);
        if plays[0] {
            health[1] += 0.15;
            health[2] += 0.45;
        }
        health[2] += 0.15 * before[0];
        health[3] += 0.15 * before[2] + 0.10 * before[1] + if plays[0] { 0.15 } else { 0.0 };
        health
    };
    let scored = |health: [f64; 4]| -> [f64; 4] { std::array::from_fn(|at| score(health[at], noise[at])) };
    let chance = |scores: [f64; 4], discount: bool| {
        let by_scores: f64 =
            SLOPES.iter().zip(scores).map(|(slope, score)| slope * (score - 60.0) / 10.0).sum();
        expit(
            2.15 + by_scores
                + 0.10 * (account.log_arr - 10.0)
                + [0.0, 0.1, 0.2][account.segment]
                + 0.05 * (account.tenure - 3.0)
                + if discount { DISCOUNT } else { 0.0 }
                + account.own
                + 0.5 * hidden,
        )
    };
    let of = |plays: [bool; 3]| chance(scored(after(plays)), plays[2]);
    let turned = |play: usize, on: bool| {
        let mut plays = plays;
        plays[play] = on;
        of(plays)
    };
    let scores = scored(after(plays));
    let probability = of(plays);
    let row = Renewal {
        account: account.id,
        baseline,
        scores,
        log_arr: account.log_arr,
        segment: account.segment,
        tenure: account.tenure,
        plays,
        renewed: rng.random::<f64>() < probability,
        with: std::array::from_fn(|play| turned(play, true)),
        without: std::array::from_fn(|play| turned(play, false)),
        at_75: chance([scores[0], scores[1], 75.0, scores[3]], plays[2]),
        probability,
    };
    let health = after(plays);
    account.health = std::array::from_fn(|at| 0.85 * health[at] + 0.5 * normal(rng));
    row
}
