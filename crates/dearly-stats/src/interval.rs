/// An interval of confidence, or of prediction, with its level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// Between 0 and 1, as 0.95.
    pub level: f64,
}

impl Interval {
    /// The interval of a transformed quantity, as an odds ratio by the exponential; `transform` must be increasing.
    pub fn map(self, transform: impl Fn(f64) -> f64) -> Interval {
        Interval { low: transform(self.low), high: transform(self.high), ..self }
    }

    /// Whether a value lies inside, the bounds included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether any of `[low, high]` lies inside.
    pub fn overlaps(&self, low: f64, high: f64) -> bool {
        self.low <= high && low <= self.high
    }

    /// The distance between the bounds.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// The interval of the estimate ± z standard errors.
    pub(crate) fn normal(estimate: f64, standard_error: f64, level: f64) -> Interval {
        let reach = crate::distribution::normal_critical(level) * standard_error;
        Interval { low: estimate - reach, high: estimate + reach, level }
    }

    /// The percentiles of draws: the (n + 1) p-th smallest of n, interpolated where that is no whole number. So each
    /// bound errs as often as its tail says, whatever n; between the n points themselves (type 7) 200 draws would make
    /// 94.1 % of 95. Sorts `draws`.
    ///
    /// Source: Davison and Hinkley, *Bootstrap Methods and their Application* (1997), 5.2.1; type 6 of Hyndman and Fan (1996).
    pub(crate) fn percentile(draws: &mut [f64], level: f64) -> Interval {
        draws.sort_unstable_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - level);
        let bound = |p: f64| at_position(draws, p * (draws.len() + 1) as f64 - 1.0);
        Interval { low: bound(tail), high: bound(1.0 - tail), level }
    }
}

/// The type 7 quantile (R's and numpy's default) of ascending values, of which there is at least one.
pub(crate) fn quantile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    at_position(sorted, p * (sorted.len() - 1) as f64)
}

/// The value at a position, counted from 0, interpolated linearly; the ends where it lies beyond them.
fn at_position(sorted: &[f64], position: f64) -> f64 {
    let position = position.clamp(0.0, (sorted.len() - 1) as f64);
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

/// An estimate with its standard error and interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its interval.
    pub interval: Interval,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_few_draws_are_as_wide_as_their_level() {
        // The k-th of n uniform draws lies at k / (n + 1) on average, so the bounds of 1, …, n should lie where a share of
        // 2.5 % of n + 1 is; n = 199 and 999 need no interpolation.
        for (n, low, high) in [(199, 5.0, 195.0), (999, 25.0, 975.0), (200, 5.025, 195.975), (10, 1.0, 10.0)]
        {
            let mut draws: Vec<f64> = (1..=n).rev().map(f64::from).collect();
            let interval = Interval::percentile(&mut draws, 0.95);
            assert!((interval.low - low).abs() < 1e-9, "{n}: {interval:?}");
            assert!((interval.high - high).abs() < 1e-9, "{n}: {interval:?}");
        }
        assert_eq!(Interval::percentile(&mut [7.0], 0.9), Interval { low: 7.0, high: 7.0, level: 0.9 });
    }
}
