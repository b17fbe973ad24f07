use crate::distribution::{normal_cdf, normal_critical, normal_quantile};
use crate::error::{all_finite, same_length, valid_level};
use crate::{Clusters, Error};

/// How sure an experiment shall be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Requirement {
    /// The chance to find the effect if it is there, as 0.8.
    pub power: f64,
    /// The level of the two-sided interval that must exclude 0, as 0.95.
    pub level: f64,
    /// Units in the treated arm for each one in the holdout; 1 for equal arms, 4 for a holdout of a fifth.
    pub treated_per_control: f64,
}

impl Default for Requirement {
    /// 80 % power at level 0.95 with equal arms.
    fn default() -> Requirement {
        Requirement { power: 0.8, level: 0.95, treated_per_control: 1.0 }
    }
}

impl Requirement {
    fn checked(&self) -> Result<(f64, f64, f64), Error> {
        valid_level(self.level)?;
        let Requirement { power, level, treated_per_control: ratio } = *self;
        if !(power > 0.0 && power < 1.0) {
            return refuse("the power", power, "between 0 and 1, as 0.8");
        }
        if !(ratio > 0.0 && ratio.is_finite()) {
            return refuse("the ratio of arms", ratio, "above 0");
        }
        Ok((normal_critical(level), normal_quantile(power), ratio))
    }
}

/// Units in the holdout arm to tell two rates apart; the treated arm has `treated_per_control` times as many.
///
/// n = [z_a √((1 + 1/r) p̄ q̄) + z_b √(p₀q₀ + p₁q₁/r)]² / (p₁ − p₀)², with p̄ = (p₀ + r p₁)/(1 + r), rounded up. Equal
/// arms at 80 %: 0.80 to 0.85 takes 906 in each, 0.80 to 0.90 takes 199, 0.88 to 0.92 takes 882.
///
/// # Units
/// Rates in (0, 1), which differ; whole units, 1 or more. They are taken as independent: multiply by [`design_effect`]
/// where whole clusters are assigned.
///
/// # Errors
/// [`Error::OutOfRange`].
///
/// # Source
/// Fleiss, Levin and Paik (2003), 4.3 without continuity correction. Checked against R `power.prop.test`, see
/// `tests/golden/experiment.json`.
///
/// # Example
/// With p̄ = ½: (1.96 · √0.5 + 0.8416 · √(0.24 + 0.24))² / 0.2² = 96.9.
/// ```
/// use dearly_stats::experiment::{Requirement, sample_size_of_rates};
///
/// assert_eq!(sample_size_of_rates(0.4, 0.6, Requirement::default())?, 97);
/// assert_eq!(sample_size_of_rates(0.80, 0.85, Requirement::default())?, 906);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn sample_size_of_rates(
    control_rate: f64,
    treated_rate: f64,
    requirement: Requirement,
) -> Result<u64, Error> {
    let (z_level, z_power, ratio) = requirement.checked()?;
    valid_rate(control_rate)?;
    valid_rate(treated_rate)?;
    if control_rate == treated_rate {
        return refuse("the treated's rate", treated_rate, "another one than the holdout's");
    }
    let (under_null, under_effect) = spreads(control_rate, treated_rate, ratio);
    let n = ((z_level * under_null + z_power * under_effect) / (treated_rate - control_rate)).powi(2);
    Ok((n - 1e-9).ceil().max(1.0) as u64)
}

/// The power to tell two rates apart with `n_control` units in the holdout.
///
/// Φ((|p₁ − p₀| √n − z_a √((1 + 1/r) p̄ q̄)) / √(p₀q₀ + p₁q₁/r)), as in [`sample_size_of_rates`].
///
/// # Units
/// Rates in (0, 1), which may be the same; units 1 or more. Power is a chance, in (0, 1).
///
/// # Errors
/// [`Error::OutOfRange`], also for the requirement's own power, which is not used.
///
/// # Source
/// As [`sample_size_of_rates`]; the far tail is left out, as R does.
///
/// # Example
/// The size for 80 % has it. Of two equal rates one tail of 2.5 % is found.
/// ```
/// use dearly_stats::experiment::{Requirement, power_of_rates};
///
/// let power = power_of_rates(0.80, 0.85, 906, Requirement::default())?;
/// assert!((0.8..0.801).contains(&power));
/// let none = power_of_rates(0.8, 0.8, 906, Requirement::default())?;
/// assert!((none - 0.025).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn power_of_rates(
    control_rate: f64,
    treated_rate: f64,
    n_control: u64,
    requirement: Requirement,
) -> Result<f64, Error> {
    let (z_level, _, ratio) = requirement.checked()?;
    valid_rate(control_rate)?;
    valid_rate(treated_rate)?;
    valid_units(n_control)?;
    let (under_null, under_effect) = spreads(control_rate, treated_rate, ratio);
    let distance = (treated_rate - control_rate).abs() * (n_control as f64).sqrt();
    Ok(normal_cdf((distance - z_level * under_null) / under_effect))
}

/// The smallest rate above the holdout's that `n_control` units in the holdout would find with the required power;
/// `None` if even certainty would not be found: the units are too few to learn from.
///
/// # Units
/// Rates in (0, 1), units 1 or more.
///
/// # Errors
/// [`Error::OutOfRange`].
///
/// # Source
/// The inverse of [`power_of_rates`], by halving. Checked against R `power.prop.test`, see
/// `tests/golden/experiment.json`.
///
/// # Example
/// 906 units in each arm find 0.85 against 0.80, eight nothing.
/// ```
/// use dearly_stats::experiment::{Requirement, detectable_rate};
///
/// let rate = detectable_rate(0.8, 906, Requirement::default())?.expect("enough units");
/// assert!((rate - 0.85).abs() < 1e-4 && rate <= 0.85);
/// assert_eq!(detectable_rate(0.9, 8, Requirement::default())?, None);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn detectable_rate(
    control_rate: f64,
    n_control: u64,
    requirement: Requirement,
) -> Result<Option<f64>, Error> {
    requirement.checked()?;
    valid_rate(control_rate)?;
    valid_units(n_control)?;
    let power = |rate: f64| power_of_rates(control_rate, rate, n_control, requirement);
    let (mut low, mut high) = (control_rate, 1.0 - 1e-12);
    if power(high)? < requirement.power {
        return Ok(None);
    }
    while high - low > 1e-13 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if power(middle)? < requirement.power { low = middle } else { high = middle }
    }
    Ok(Some(high))
}

/// Units in the holdout arm to find a difference of means, with a covariate that explains part of the variance.
///
/// n = (1 + 1/r)(z_a + z_b)² σ² (1 − ρ²) / δ², rounded up: 5 points of a score with SD 15 and ρ² 0.5 take 71 in each
/// arm.
///
/// # Units
/// `difference`, of either sign but not 0, and `standard_deviation`, above 0, in one unit; `explained` = ρ² in [0, 1).
/// Whole units, 1 or more.
///
/// # Errors
/// [`Error::OutOfRange`].
///
/// # Source
/// Borm, Fransen and Lemmens (2007) for the factor 1 − ρ².
///
/// # Example
/// 2 · (1.96 + 0.8416)² = 15.7 for one standard deviation; half the variance explained, half the units.
/// ```
/// use dearly_stats::experiment::{Requirement, sample_size_of_means};
///
/// assert_eq!(sample_size_of_means(15.0, 15.0, 0.0, Requirement::default())?, 16);
/// assert_eq!(sample_size_of_means(15.0, 15.0, 0.5, Requirement::default())?, 8);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn sample_size_of_means(
    difference: f64,
    standard_deviation: f64,
    explained: f64,
    requirement: Requirement,
) -> Result<u64, Error> {
    let (z_level, z_power, ratio) = requirement.checked()?;
    valid_spread(standard_deviation, explained)?;
    if difference == 0.0 || !difference.is_finite() {
        return refuse("the difference", difference, "another number than 0");
    }
    let rest = standard_deviation.powi(2) * (1.0 - explained);
    let n = (1.0 + 1.0 / ratio) * (z_level + z_power).powi(2) * rest / difference.powi(2);
    Ok((n - 1e-9).ceil().max(1.0) as u64)
}

/// The smallest difference of means that `n_control` units in the holdout would find with the required power: (z_a +
/// z_b) σ √((1 + 1/r)(1 − ρ²) / n).
///
/// # Units
/// In the unit of the standard deviation, which is above 0; `explained` = ρ² in [0, 1); units 1 or more.
///
/// # Errors
/// [`Error::OutOfRange`].
///
/// # Source
/// The inverse of [`sample_size_of_means`].
///
/// # Example
/// Four times the units find half the difference.
/// ```
/// use dearly_stats::experiment::{Requirement, detectable_difference};
///
/// let found = |units| detectable_difference(15.0, 0.5, units, Requirement::default());
/// assert!((4.9..5.0).contains(&found(71)?));
/// assert!((found(71)? - 2.0 * found(4 * 71)?).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn detectable_difference(
    standard_deviation: f64,
    explained: f64,
    n_control: u64,
    requirement: Requirement,
) -> Result<f64, Error> {
    let (z_level, z_power, ratio) = requirement.checked()?;
    valid_spread(standard_deviation, explained)?;
    valid_units(n_control)?;
    let rest = (1.0 + 1.0 / ratio) * (1.0 - explained) / n_control as f64;
    Ok((z_level + z_power) * standard_deviation * rest.sqrt())
}

/// How many times more units whole clusters take: 1 + ((1 + c²) m − 1) ICC, with mean size m and the sizes' coefficient
/// of variation c (0 for equal clusters, which gives 1 + (m − 1) ICC).
///
/// # Units
/// `mean_size` in units for each cluster, 1 or more; `size_variation`, the sizes' standard deviation over their mean, 0
/// or more; `correlation`, as from [`intracluster_correlation`], in [0, 1]. A factor of 1 or more.
///
/// # Errors
/// [`Error::OutOfRange`] for a size below 1, a negative variation, or a correlation outside of [0, 1].
///
/// # Source
/// Kish (1965); Eldridge, Ashby and Kerry (2006) for unequal sizes.
///
/// # Example
/// Managers of 21 accounts each, with a correlation of 0.05, take twice the accounts: 1 + 20 · 0.05.
/// ```
/// let effect = dearly_stats::experiment::design_effect(21.0, 0.0, 0.05)?;
/// assert!((effect - 2.0).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn design_effect(mean_size: f64, size_variation: f64, correlation: f64) -> Result<f64, Error> {
    if !(mean_size >= 1.0 && mean_size.is_finite()) {
        return refuse("the mean size of a cluster", mean_size, "1 or more");
    }
    if !(size_variation >= 0.0 && size_variation.is_finite()) {
        return refuse("the variation of sizes", size_variation, "0 or more");
    }
    if !(0.0..=1.0).contains(&correlation) {
        return refuse("the correlation within clusters", correlation, "between 0 and 1");
    }
    Ok(1.0 + ((1.0 + size_variation.powi(2)) * mean_size - 1.0) * correlation)
}

/// The correlation within clusters, by analysis of variance: (MSB − MSW) / (MSB + (m₀ − 1) MSW), not below 0.
///
/// With m₀ = (n − Σ m²/n) / (G − 1), the size of clusters where they are equal.
///
/// # Shapes
/// One value for each row of the clusters; at least two clusters and more rows than clusters.
///
/// # Units
/// Values in any unit; the correlation in [0, 1].
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::TooFewClusters`]; [`Error::Refused`] when every row is a
/// cluster of its own, or nothing varies.
///
/// # Source
/// Donner (1986), *A review of inference procedures for the intraclass correlation coefficient*.
///
/// # Example
/// Two clusters of two with means 1 and 5: MSB = 16 and MSW = 2, (16 − 2) / (16 + 2).
/// ```
/// use dearly_stats::{Clusters, experiment::intracluster_correlation};
///
/// let clusters = Clusters::from_labels(&["a", "a", "b", "b"]);
/// let found = intracluster_correlation(&[0.0, 2.0, 4.0, 6.0], &clusters)?;
/// assert!((found - 14.0 / 18.0).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn intracluster_correlation(values: &[f64], clusters: &Clusters) -> Result<f64, Error> {
    same_length("values", clusters.rows(), values.len())?;
    all_finite("value", values)?;
    let (n, groups) = (values.len() as f64, clusters.count() as f64);
    if clusters.count() < 2 {
        return Err(Error::TooFewClusters { found: clusters.count() });
    }
    if clusters.count() == clusters.rows() {
        return Err(Error::Refused(
            "each row is a cluster of its own: nothing is known within clusters".to_owned(),
        ));
    }
    let mean = values.iter().sum::<f64>() / n;
    let (mut between, mut within, mut squares) = (0.0, 0.0, 0.0);
    for members in clusters.members() {
        let size = members.len() as f64;
        let own = members.iter().map(|&row| values[row]).sum::<f64>() / size;
        between += size * (own - mean).powi(2);
        within += members.iter().map(|&row| (values[row] - own).powi(2)).sum::<f64>();
        squares += size * size;
    }
    let (between, within) = (between / (groups - 1.0), within / (n - groups));
    let size = (n - squares / n) / (groups - 1.0);
    let whole = between + (size - 1.0) * within;
    if whole <= 0.0 {
        return Err(Error::Refused("all values are the same: there is no variance to share out".to_owned()));
    }
    Ok(((between - within) / whole).max(0.0))
}

/// √n times the standard deviation of the difference without and with the effect, per unit in the holdout.
fn spreads(control: f64, treated: f64, ratio: f64) -> (f64, f64) {
    let pooled = (control + ratio * treated) / (1.0 + ratio);
    let null = ((1.0 + 1.0 / ratio) * pooled * (1.0 - pooled)).sqrt();
    let effect = (control * (1.0 - control) + treated * (1.0 - treated) / ratio).sqrt();
    (null, effect)
}

fn valid_rate(rate: f64) -> Result<(), Error> {
    if rate > 0.0 && rate < 1.0 { Ok(()) } else { refuse("a rate", rate, "above 0 and below 1") }
}

fn valid_units(n: u64) -> Result<(), Error> {
    if n > 0 { Ok(()) } else { refuse("the number of units", 0.0, "1 or more") }
}

fn valid_spread(standard_deviation: f64, explained: f64) -> Result<(), Error> {
    if !(standard_deviation > 0.0 && standard_deviation.is_finite()) {
        return refuse("the standard deviation", standard_deviation, "above 0");
    }
    if !(0.0..1.0).contains(&explained) {
        return refuse("the share explained", explained, "0 or more, below 1");
    }
    Ok(())
}

fn refuse<T>(what: &str, value: f64, expected: &'static str) -> Result<T, Error> {
    Err(Error::OutOfRange { what: what.to_owned(), value, expected })
}
