use std::f64::consts::PI;

use crate::error::all_finite;
use crate::{Error, Interval};

/// How many of n independent events happen, each with a probability of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct PoissonBinomial {
    mass: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl PoissonBinomial {
    /// Exact, by convolving one event after the other: each mass has its digits, in the tails, too. O(n²).
    ///
    /// # Shapes
    /// n ≥ 0 probabilities; the distribution has n + 1 counts.
    ///
    /// # Units
    /// Probabilities in [0, 1].
    ///
    /// # Errors
    /// [`Error::NotFinite`]; [`Error::OutOfRange`] for what is no probability, with its row.
    ///
    /// # Source
    /// Barlow and Heidtmann (1984). Checked against `scipy.stats.poisson_binom`, see `tests/golden/forecast.json`,
    /// and against the sum over all subsets.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::PoissonBinomial;
    ///
    /// let kept = PoissonBinomial::exact(&[0.5, 0.8])?;
    /// assert!((kept.mass()[2] - 0.4).abs() < 1e-15);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn exact(probabilities: &[f64]) -> Result<PoissonBinomial, Error> {
        checked(probabilities)?;
        let n = probabilities.len();
        let mut mass = vec![0.0; n + 1];
        mass[0] = 1.0;
        // Two events at once halve the passes over memory.
        let mut done = 0;
        for pair in probabilities.chunks(2) {
            let (p, q) = (pair[0], *pair.get(1).unwrap_or(&0.0));
            let (none, one, both) = ((1.0 - p) * (1.0 - q), p * (1.0 - q) + q * (1.0 - p), p * q);
            let top = (done + pair.len()).min(n);
            for count in (2..=top).rev() {
                mass[count] = mass[count] * none + mass[count - 1] * one + mass[count - 2] * both;
            }
            if n >= 1 {
                mass[1] = mass[1] * none + mass[0] * one;
            }
            mass[0] *= none;
            done += pair.len();
        }
        Ok(PoissonBinomial::with_moments(mass, probabilities))
    }

    /// By the discrete Fourier transform of the characteristic function: the same to about 1e-15 absolutely, so that
    /// masses far in the tails have no digits. O(n²) and slower than [`PoissonBinomial::exact`]; it is here as the
    /// other way to the same numbers.
    ///
    /// # Shapes
    /// As [`PoissonBinomial::exact`].
    ///
    /// # Units
    /// As [`PoissonBinomial::exact`].
    ///
    /// # Errors
    /// As [`PoissonBinomial::exact`].
    ///
    /// # Source
    /// Hong (2013), *On computing the distribution function for the Poisson binomial distribution*. The transform is
    /// taken at a power of two of points, which any number above n allows. Checked as [`PoissonBinomial::exact`], and
    /// against it.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::PoissonBinomial;
    ///
    /// let kept = PoissonBinomial::by_dft(&[0.5, 0.8])?;
    /// for (mass, expected) in kept.mass().iter().zip([0.1, 0.5, 0.4]) {
    ///     assert!((mass - expected).abs() < 1e-14);
    /// }
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn by_dft(probabilities: &[f64]) -> Result<PoissonBinomial, Error> {
        checked(probabilities)?;
        let n = probabilities.len();
        let points = (n + 1).next_power_of_two();
        let mut real = vec![0.0; points];
        let mut imaginary = vec![0.0; points];
        for index in 0..=points / 2 {
            let (sine, cosine) = (2.0 * PI * index as f64 / points as f64).sin_cos();
            let (mut re, mut im) = (1.0, 0.0);
            for &p in probabilities {
                let (factor_re, factor_im) = (1.0 - p + p * cosine, p * sine);
                (re, im) = (re * factor_re - im * factor_im, re * factor_im + im * factor_re);
            }
            (real[index], imaginary[index]) = (re, im);
            // The mass is real, so that the other half mirrors this one.
            let mirror = (points - index) % points;
            if mirror != index {
                (real[mirror], imaginary[mirror]) = (re, -im);
            }
        }
        transform(&mut real, &mut imaginary);
        let mass = real[..=n].iter().map(|value| (value / points as f64).max(0.0)).collect();
        Ok(PoissonBinomial::with_moments(mass, probabilities))
    }

    fn with_moments(mass: Vec<f64>, probabilities: &[f64]) -> PoissonBinomial {
        let mean = probabilities.iter().sum();
        let variance = probabilities.iter().map(|p| p * (1.0 - p)).sum();
        PoissonBinomial { mass, mean, variance }
    }

    /// The probability of each count, from 0 to n: n + 1 values.
    pub fn mass(&self) -> &[f64] {
        &self.mass
    }

    /// The mean count Σ pᵢ.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The variance of the count, Σ pᵢ (1 − pᵢ): not above the binomial one of the mean probability.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::PoissonBinomial;
    ///
    /// // ½ · ½ + 0.8 · 0.2.
    /// assert!((PoissonBinomial::exact(&[0.5, 0.8])?.variance() - 0.41).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// The probability of this count or fewer; 1 from n on.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::PoissonBinomial;
    ///
    /// // Not both of them: 1 − ½ · 0.8.
    /// assert!((PoissonBinomial::exact(&[0.5, 0.8])?.cdf(1) - 0.6).abs() < 1e-12);
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
    /// use dearly_stats::forecast::PoissonBinomial;
    ///
    /// // None with probability 0.1, one or none with 0.6.
    /// assert_eq!(PoissonBinomial::exact(&[0.5, 0.8])?.quantile(0.5), 1);
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
    /// use dearly_stats::forecast::PoissonBinomial;
    ///
    /// // None with probability 0.1, one with 0.5, both with 0.4.
    /// let interval = PoissonBinomial::exact(&[0.5, 0.8])?.interval(0.6)?;
    /// assert_eq!((interval.low, interval.high), (1.0, 2.0));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn interval(&self, level: f64) -> Result<Interval, Error> {
        super::count_interval(&self.mass, level)
    }
}

/// The discrete Fourier transform Σ xⱼ exp(−2πi jk/N) in place, N a power of two (Cooley and Tukey).
fn transform(real: &mut [f64], imaginary: &mut [f64]) {
    let n = real.len();
    if n < 2 {
        return;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for index in 0..n {
        let reversed = index.reverse_bits() >> shift;
        if reversed > index {
            real.swap(index, reversed);
            imaginary.swap(index, reversed);
        }
    }
    let turns: Vec<(f64, f64)> = (0..n / 2).map(|k| (-2.0 * PI * k as f64 / n as f64).sin_cos()).collect();
    let mut size = 2;
    while size <= n {
        let (half, stride) = (size / 2, n / size);
        for start in (0..n).step_by(size) {
            for k in 0..half {
                let (sine, cosine) = turns[k * stride];
                let (even, odd) = (start + k, start + k + half);
                let re = real[odd] * cosine - imaginary[odd] * sine;
                let im = real[odd] * sine + imaginary[odd] * cosine;
                (real[odd], imaginary[odd]) = (real[even] - re, imaginary[even] - im);
                (real[even], imaginary[even]) = (real[even] + re, imaginary[even] + im);
            }
        }
        size *= 2;
    }
}

fn checked(probabilities: &[f64]) -> Result<(), Error> {
    all_finite("probability", probabilities)?;
    match probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        None => Ok(()),
        Some(row) => Err(Error::OutOfRange {
            what: format!("the probability in row {row}"),
            value: probabilities[row],
            expected: "between 0 and 1",
        }),
    }
}
