//! Streams of random numbers: one per slot, life and purpose, so that a thread's turn or a draw elsewhere changes
//! nothing here.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream is for. Drawing more for one purpose moves no other.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(crate) enum Purpose {
    Profile,
    Health,
    People,
    Contracts,
    Licences,
    Usage,
    Touchpoints,
    Value,
    Support,
    Billing,
    Outcome,
    Year,
    Experiment,
}

/// A stream.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream of a life (the `life`-th account of the slot) for a purpose.
    pub(crate) fn of(seed: u64, slot: usize, life: usize, purpose: Purpose) -> Random {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(((slot as u64) << 16) | ((life as u64 & 0xfff) << 4) | purpose as u64);
        Random(generator)
    }

    /// Uniform on [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform on [low, high).
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn whole(&mut self, low: i32, high: i32) -> i32 {
        low + (self.uniform() * f64::from(high - low + 1)) as i32
    }

    /// Whether something of this probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        f64::from(self.0.next_u32()) < probability * 4_294_967_296.0
    }

    /// A standard normal.
    pub(crate) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// One of them, all alike.
    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[(self.uniform() * among.len() as f64) as usize]
    }

    /// The place of one of them, by weight.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut rest = self.uniform() * weights.iter().sum::<f64>();
        for (place, weight) in weights.iter().enumerate() {
            rest -= weight;
            if rest < 0.0 {
                return place;
            }
        }
        weights.len() - 1
    }

    /// A Poisson count of a small mean.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        let floor = (-mean).exp();
        let (mut count, mut product) = (0, self.uniform());
        while product > floor {
            count += 1;
            product *= self.uniform();
        }
        count
    }
}

/// The logistic function.
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
