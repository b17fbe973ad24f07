use crate::Error;
use crate::error::{all_finite, same_length, valid_probabilities};
use crate::scoring::squared_error;

/// Rows that isotonic regression gives one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CorpBlock {
    /// The lowest probability of the block.
    pub low: f64,
    /// The highest.
    pub high: f64,
    /// The rate of events: the recalibrated probability.
    pub rate: f64,
    /// Rows.
    pub n: usize,
}

/// A CORP reliability diagram and its split of the Brier score:
/// `brier = miscalibration − discrimination + uncertainty`.
#[derive(Debug, Clone, PartialEq)]
pub struct Corp {
    /// The mean of (y − p)².
    pub brier: f64,
    /// What isotonic recalibration would gain; 0 if no rising function makes the probabilities better.
    pub miscalibration: f64,
    /// What the recalibrated probabilities gain over the base rate; 0 if they order nothing.
    pub discrimination: f64,
    /// The score of the base rate, φ (1 − φ).
    pub uncertainty: f64,
    /// The diagram's steps, ascending. No bins are chosen: the data choose them.
    pub blocks: Vec<CorpBlock>,
    /// The recalibrated probability of each row.
    pub recalibrated: Vec<f64>,
}

/// Consistent, optimally binned, reproducible reliability: isotonic regression of the outcomes on the probabilities by
/// pooling adjacent violators, and the Brier score split by it.
///
/// Rows of one probability are one point, so that row order does not matter.
///
/// # Shapes
/// One probability for each outcome, n ≥ 1. `recalibrated` has one value for each row, in their order.
///
/// # Units
/// Probabilities from 0 to 1, both allowed; scores are squared probabilities, rates in [0, 1].
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for what is no probability.
/// Outcomes of one class are no error: their uncertainty is 0.
///
/// # Source
/// Dimitriadis, Gneiting and Jordan (2021). Checked against `sklearn.isotonic.IsotonicRegression`, see
/// `tests/golden/calibration.json`, and against the max–min formula.
///
/// # Example
/// The two in the middle are the wrong way round and pooled into ½: 0.185 − 0.125 is lost, 0.25 − 0.125 told.
/// ```
/// let found = dearly_stats::calibration::corp(&[false, true, false, true], &[0.1, 0.4, 0.6, 0.9])?;
/// assert_eq!(found.recalibrated, [0.0, 0.5, 0.5, 1.0]);
/// assert!((found.brier - 0.185).abs() < 1e-12 && found.uncertainty == 0.25);
/// assert!((found.miscalibration - 0.06).abs() < 1e-12 && (found.discrimination - 0.125).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn corp(outcomes: &[bool], probabilities: &[f64]) -> Result<Corp, Error> {
    valid_probabilities(outcomes, probabilities)?;
    let n = outcomes.len();
    if n == 0 {
        return Err(Error::Empty { what: "a reliability diagram", needed: 1 });
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    // Rows of one probability are one point, with their mean.
    let (mut means, mut weights, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut from = 0;
    while from < n {
        let value = probabilities[order[from]];
        let tied = order[from..].iter().take_while(|&&row| probabilities[row] == value).count();
        let events = order[from..from + tied].iter().filter(|&&row| outcomes[row]).count();
        values.push(value);
        means.push(events as f64 / tied as f64);
        weights.push(tied as f64);
        from += tied;
    }
    let levels = pool_adjacent_violators(&means, &weights)?;
    let mut blocks: Vec<CorpBlock> = Vec::new();
    let mut recalibrated = vec![0.0; n];
    let mut at = 0;
    for ((&value, &weight), &rate) in values.iter().zip(&weights).zip(&levels) {
        let size = weight as usize;
        match blocks.last_mut() {
            Some(block) if block.rate == rate => {
                block.high = value;
                block.n += size;
            }
            _ => blocks.push(CorpBlock { low: value, high: value, rate, n: size }),
        }
        for &row in &order[at..at + size] {
            recalibrated[row] = rate;
        }
        at += size;
    }
    let score = |probability: &dyn Fn(usize) -> f64| {
        (0..n).map(|row| squared_error(outcomes[row], probability(row))).sum::<f64>() / n as f64
    };
    let brier = score(&|row| probabilities[row]);
    let after = score(&|row| recalibrated[row]);
    let base = outcomes.iter().filter(|&&event| event).count() as f64 / n as f64;
    let uncertainty = base * (1.0 - base);
    Ok(Corp {
        brier,
        miscalibration: brier - after,
        discrimination: uncertainty - after,
        uncertainty,
        blocks,
        recalibrated,
    })
}

/// The rising sequence closest to `values` by weighted least squares: adjacent values that fall are pooled into their
/// mean.
///
/// # Shapes
/// One weight for each value; the answer has as many.
///
/// # Units
/// Values in any unit, the answer in the same; weights above 0.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a weight that is not above 0.
///
/// # Source
/// Ayer et al. (1955), in one pass with a stack. Checked against the max–min formula.
///
/// # Example
/// ```
/// use dearly_stats::calibration::pool_adjacent_violators;
///
/// assert_eq!(pool_adjacent_violators(&[1.0, 3.0, 2.0, 4.0], &[1.0; 4])?, [1.0, 2.5, 2.5, 4.0]);
/// // The 3 counts three times: (3 · 3 + 2) / 4.
/// assert_eq!(pool_adjacent_violators(&[3.0, 2.0], &[3.0, 1.0])?, [2.75, 2.75]);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn pool_adjacent_violators(values: &[f64], weights: &[f64]) -> Result<Vec<f64>, Error> {
    same_length("the weights", values.len(), weights.len())?;
    all_finite("the value", values)?;
    all_finite("the weight", weights)?;
    if let Some(row) = weights.iter().position(|weight| *weight <= 0.0) {
        let what = format!("the weight of row {row}");
        return Err(Error::OutOfRange { what, value: weights[row], expected: "above 0" });
    }
    // Sum, weight and length of each pool.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (&value, &weight) in values.iter().zip(weights) {
        let mut pool = (value * weight, weight, 1);
        while let Some(&(sum, total, length)) = pools.last() {
            if sum / total < pool.0 / pool.1 {
                break;
            }
            pool = (pool.0 + sum, pool.1 + total, pool.2 + length);
            pools.pop();
        }
        pools.push(pool);
    }
    let mut levels = Vec::with_capacity(values.len());
    for (sum, total, length) in pools {
        levels.extend(std::iter::repeat_n(sum / total, length));
    }
    Ok(levels)
}
