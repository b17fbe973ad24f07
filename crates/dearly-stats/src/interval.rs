use crate::distribution::{normal_cdf, normal_critical, normal_quantile};

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
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Interval;
    ///
    /// let log_odds = Interval { low: 0.0, high: 2f64.ln(), level: 0.95 };
    /// assert!((log_odds.map(f64::exp).high - 2.0).abs() < 1e-15);
    /// ```
    pub fn map(self, transform: impl Fn(f64) -> f64) -> Interval {
        Interval { low: transform(self.low), high: transform(self.high), ..self }
    }

    /// Whether a value lies inside, the bounds included; NaN does not.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether any of `[low, high]` lies inside, the bounds included.
    pub fn overlaps(&self, low: f64, high: f64) -> bool {
        self.low <= high && low <= self.high
    }

    /// The distance between the bounds.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// The interval of the estimate ± z standard errors.
    pub(crate) fn normal(estimate: f64, standard_error: f64, level: f64) -> Interval {
        let reach = normal_critical(level) * standard_error;
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
        Interval { low: percentile(draws, tail), high: percentile(draws, 1.0 - tail), level }
    }

    /// The percentiles of draws, moved by how far the estimate is from their median, on the scale of a normal: where
    /// replicates lie to one side of what they repeat, so does the estimate of the truth. Sorts `draws`.
    ///
    /// Source: Efron (1981), *Nonparametric standard errors and confidence intervals*; for products of coefficients MacKinnon,
    /// Lockwood and Williams (2004), *Confidence limits for the indirect effect*.
    pub(crate) fn bias_corrected(draws: &mut [f64], estimate: f64, level: f64) -> Interval {
        draws.sort_unstable_by(f64::total_cmp);
        // Draws equal to the estimate lie to both sides of it; half a draw beyond the ends keeps both bounds within.
        let (below, not_above) =
            (draws.partition_point(|draw| *draw < estimate), draws.partition_point(|draw| *draw <= estimate));
        let share = (below + not_above) as f64 / (2 * draws.len()) as f64;
        let least = 0.5 / draws.len() as f64;
        let bias = normal_quantile(share.clamp(least, 1.0 - least));
        let reach = normal_critical(level);
        let bound = |z: f64| percentile(draws, normal_cdf(2.0 * bias + z));
        Interval { low: bound(-reach), high: bound(reach), level }
    }
}

/// The (n + 1) p-th smallest of n ascending draws.
fn percentile(draws: &[f64], p: f64) -> f64 {
    at_position(draws, p * (draws.len() + 1) as f64 - 1.0)
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

    #[test]
    fn draws_to_one_side_move_their_bounds_to_the_other() {
        let mut draws: Vec<f64> = (1..=999).map(f64::from).collect();
        let plain = Interval::percentile(&mut draws, 0.95);
        // R: 1000 * pnorm(2 * qnorm(599 / 999) + qnorm(c(.025, .975)))
        for (estimate, low, high) in [
            (500.0, 25.0, 975.0),
            (599.5, 72.787_263_5, 993.141_412),
            (400.5, 6.858_588, 927.212_736_5),
            (0.0, 1.0, 1.0),
            (1e9, 999.0, 999.0),
        ] {
            let interval = Interval::bias_corrected(&mut draws, estimate, 0.95);
            let near = |a: f64, b: f64| (a - b).abs() < 1e-5;
            assert!(near(interval.low, low) && near(interval.high, high), "{estimate}: {interval:?}");
        }
        assert!((Interval::bias_corrected(&mut draws, 500.0, 0.95).low - plain.low).abs() < 1e-9);
        // The same of what is turned around.
        let mut turned: Vec<f64> = draws.iter().map(|draw| -draw).collect();
        let (own, other) = (
            Interval::bias_corrected(&mut draws, 700.0, 0.9),
            Interval::bias_corrected(&mut turned, -700.0, 0.9),
        );
        assert!((own.low + other.high).abs() < 1e-6 && (own.high + other.low).abs() < 1e-6);
        assert_eq!(Interval::bias_corrected(&mut [7.0, 7.0], 7.0, 0.9).width(), 0.0);
    }
}
