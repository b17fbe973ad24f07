//! Random numbers that depend on nothing but the seed: a ChaCha stream of its own for each replicate, so that the number
//! of threads changes nothing. Integers are drawn here and not by `rand`, whose ways of drawing them may change.

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::Clusters;

/// The stream of a replicate.
pub(crate) fn stream(seed: u64, replicate: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(replicate);
    rng
}

/// A number from 0 to `bound` − 1, by multiplication; its bias is below bound / 2⁶⁴.
pub(crate) fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    ((u128::from(rng.next_u64()) * bound as u128) >> 64) as usize
}

/// A number in (0, 1).
pub(crate) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
}

/// Shuffles in place (Fisher and Yates).
pub(crate) fn shuffle<T>(rng: &mut ChaCha8Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(rng, last + 1));
    }
}

/// How often each row counts when as many clusters are drawn with replacement as there are.
pub(crate) fn bootstrap_weights(clusters: &Clusters, seed: u64, replicate: u64) -> Vec<f64> {
    let (mut times, mut weights) = (Vec::new(), Vec::new());
    fill_bootstrap_weights(clusters, seed, replicate, &mut times, &mut weights);
    weights
}

/// As [`bootstrap_weights`], into memory that is used again.
pub(crate) fn fill_bootstrap_weights(
    clusters: &Clusters,
    seed: u64,
    replicate: u64,
    times: &mut Vec<f64>,
    weights: &mut Vec<f64>,
) {
    let mut rng = stream(seed, replicate);
    times.clear();
    times.resize(clusters.count(), 0.0);
    for _ in 0..clusters.count() {
        times[below(&mut rng, clusters.count())] += 1.0;
    }
    weights.clear();
    weights.extend((0..clusters.rows()).map(|row| times[clusters.of(row)]));
}

/// Two independent standard normal numbers (Box and Muller): two uniform numbers each time, whatever they are.
pub(crate) fn normal_pair(rng: &mut ChaCha8Rng) -> (f64, f64) {
    let radius = (-2.0 * uniform(rng).ln()).sqrt();
    let (sine, cosine) = (std::f64::consts::TAU * uniform(rng)).sin_cos();
    (radius * cosine, radius * sine)
}

/// Fills with independent standard normal numbers.
pub(crate) fn fill_normal(rng: &mut ChaCha8Rng, values: &mut [f64]) {
    for pair in values.chunks_mut(2) {
        let (first, second) = normal_pair(rng);
        pair[0] = first;
        if let Some(value) = pair.get_mut(1) {
            *value = second;
        }
    }
}
