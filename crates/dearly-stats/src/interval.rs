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

    /// The percentiles of draws, by linear interpolation between order statistics (type 7). Sorts `draws`.
    pub(crate) fn percentile(draws: &mut [f64], level: f64) -> Interval {
        draws.sort_unstable_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - level);
        Interval { low: quantile_of_sorted(draws, tail), high: quantile_of_sorted(draws, 1.0 - tail), level }
    }
}

/// The type 7 quantile (R's and numpy's default) of ascending values, of which there is at least one.
pub(crate) fn quantile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    let position = p * (sorted.len() - 1) as f64;
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
