use crate::distribution::ln_beta;
use crate::{Error, Interval};

/// How many of n events happen when their common probability is itself Beta(a, b): the forecast of a base rate that
/// is known only from earlier rows.
#[derive(Debug, Clone, PartialEq)]
pub struct BetaBinomial {
    a: f64,
    b: f64,
    mass: Vec<f64>,
}

impl BetaBinomial {
    /// The distribution of the count out of `n`: P(k) = (n over k) B(k + a, n − k + b) / B(a, b).
    ///
    /// # Units
    /// `a` and `b` finite, above 0: successes and failures seen, with those of the prior.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless both parameters are above 0.
    ///
    /// # Source
    /// Skellam (1948). Checked against `scipy.stats.betabinom`, see `tests/golden/forecast.json`.
    ///
    /// # Example
    /// Beta(1, 1) knows nothing of the probability: each count is as likely as the others.
    /// ```
    /// use dearly_stats::forecast::BetaBinomial;
    ///
    /// let count = BetaBinomial::new(1.0, 1.0, 9)?;
    /// assert!(count.mass().iter().all(|mass| (mass - 0.1).abs() < 1e-12));
    /// assert!((count.mean() - 4.5).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn new(a: f64, b: f64, n: u64) -> Result<BetaBinomial, Error> {
        for value in [a, b] {
            if !(value > 0.0 && value.is_finite()) {
                let what = "a parameter of the beta distribution".to_owned();
                return Err(Error::OutOfRange { what, value, expected: "above 0" });
            }
        }
        let base = ln_beta(a, b);
        let mass = (0..=n)
            .map(|count| {
                let (k, rest) = (count as f64, (n - count) as f64);
                // ln of n over k is −ln(n + 1) − ln B(k + 1, n − k + 1).
                (ln_beta(k + a, rest + b) - base - (n as f64 + 1.0).ln() - ln_beta(k + 1.0, rest + 1.0)).exp()
            })
            .collect();
        Ok(BetaBinomial { a, b, mass })
    }

    /// The forecast for `upcoming` rows from the `successes` out of `n` seen, with Jeffreys' prior Beta(½, ½): the
    /// interval of a segment's base rate, which has both the chance of what comes and how little was seen.
    ///
    /// # Units
    /// Rows, all three; `n` = 0 leaves the prior alone.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more successes than rows.
    ///
    /// # Source
    /// Gelman et al., *Bayesian Data Analysis* (2013), 2.4.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::BetaBinomial;
    ///
    /// // 36 of 40 renewed last year; 30 are due.
    /// let due = BetaBinomial::predictive(36, 40, 30)?;
    /// let interval = due.interval(0.9)?;
    /// assert_eq!((interval.low, interval.high), (23.0, 30.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn predictive(successes: u64, n: u64, upcoming: u64) -> Result<BetaBinomial, Error> {
        if successes > n {
            return Err(Error::OutOfRange {
                what: format!("the number of successes out of {n}"),
                value: successes as f64,
                expected: "not more than the rows",
            });
        }
        BetaBinomial::new(successes as f64 + 0.5, (n - successes) as f64 + 0.5, upcoming)
    }

    /// The probability of each count, from 0 to n: n + 1 values.
    pub fn mass(&self) -> &[f64] {
        &self.mass
    }

    /// The mean count n a / (a + b), in rows.
    pub fn mean(&self) -> f64 {
        (self.mass.len() - 1) as f64 * self.a / (self.a + self.b)
    }

    /// The variance of the count, n a b (a + b + n) / ((a + b)² (a + b + 1)): above the binomial one, as the
    /// probability is not known.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::BetaBinomial;
    ///
    /// // n = 9, a = b = 1: 9 · 11 / (4 · 3).
    /// assert!((BetaBinomial::new(1.0, 1.0, 9)?.variance() - 8.25).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn variance(&self) -> f64 {
        let (n, sum) = ((self.mass.len() - 1) as f64, self.a + self.b);
        n * self.a * self.b * (sum + n) / (sum * sum * (sum + 1.0))
    }

    /// The probability of this count or fewer; 1 from n on.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::BetaBinomial;
    ///
    /// // Counts 0 to 9, each with probability 0.1.
    /// assert!((BetaBinomial::new(1.0, 1.0, 9)?.cdf(4) - 0.5).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn cdf(&self, count: u64) -> f64 {
        let end = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1).min(self.mass.len());
        self.mass[..end].iter().sum::<f64>().min(1.0)
    }

    /// The smallest count whose distribution function reaches `p`, in [0, 1]; n for more or NaN.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::BetaBinomial;
    ///
    /// // Counts 0 to 9, each with probability 0.1: five of them reach one half.
    /// assert_eq!(BetaBinomial::new(1.0, 1.0, 9)?.quantile(0.5), 4);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn quantile(&self, p: f64) -> u64 {
        super::count_quantile(&self.mass, p)
    }

    /// The central interval: at most (1 − level) / 2 lies on either side of it.
    ///
    /// # Units
    /// Counts, whole; `level` in (0, 1).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::BetaBinomial;
    ///
    /// // Counts 0 to 9, each with probability 0.1: only the 9 lies above, as 0 lies on the bound.
    /// let interval = BetaBinomial::new(1.0, 1.0, 9)?.interval(0.8)?;
    /// assert_eq!((interval.low, interval.high), (0.0, 8.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn interval(&self, level: f64) -> Result<Interval, Error> {
        super::count_interval(&self.mass, level)
    }
}
