use crate::Error;
use crate::distribution::normal_critical;
use crate::error::valid_level;
use crate::survival::Lifetimes;

/// The estimated share that has not had the event, by time.
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalCurve {
    /// One point for each distinct event time, ascending.
    pub points: Vec<SurvivalPoint>,
    /// Rows.
    pub n: usize,
    /// Rows with an event.
    pub n_events: usize,
    /// The level of the intervals.
    pub level: f64,
}

/// The curve from one event time to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalPoint {
    /// The event time.
    pub time: f64,
    /// Rows at risk just before it.
    pub n_at_risk: usize,
    /// Events at it.
    pub n_events: usize,
    /// The survival function from this time on.
    pub survival: f64,
    /// Greenwood's standard error of the survival function; 0 once it is 0.
    pub standard_error: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl SurvivalCurve {
    /// The survival function at a time, in [0, 1]: 1 before the first event, after the last one what it left; from an
    /// event's own time on that event counts.
    pub fn survival_at(&self, time: f64) -> f64 {
        match self.points.partition_point(|point| point.time <= time) {
            0 => 1.0,
            after => self.points[after - 1].survival,
        }
    }

    /// The first time by which no more than this share is left; `None` while more is. `quantile(0.5)` is the median.
    ///
    /// A curve that rests exactly on the share is taken at the first such time.
    ///
    /// # Units
    /// `share_left` in [0, 1]; the time in the unit of the durations.
    ///
    /// # Source
    /// As [`kaplan_meier`].
    ///
    /// # Example
    /// ```
    /// let curve = dearly_stats::survival::kaplan_meier(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false], 0.95)?;
    /// assert_eq!(curve.quantile(0.75), Some(1.0));
    /// assert_eq!(curve.quantile(0.25), None);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn quantile(&self, share_left: f64) -> Option<f64> {
        // A product of fractions that is ½ on paper is not always ½ in binary.
        self.points.iter().find(|point| point.survival <= share_left + 1e-12).map(|point| point.time)
    }

    /// The median time, as [`SurvivalCurve::quantile`] of one half; `None` while more than half are left.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }
}

/// Kaplan–Meier estimate of the survival function under right censoring.
///
/// S(t) = ∏ (1 − dᵢ / nᵢ) over event times tᵢ ≤ t, with dᵢ events among nᵢ at risk. A row censored at an event time
/// is at risk at it. Greenwood's variance, and the interval on the log(−log) scale, which stays inside 0 and 1.
///
/// # Shapes
/// `durations` and `event_observed` have the same length n ≥ 1. One point for each distinct event time, ascending.
///
/// # Units
/// `durations` in any one unit, as days; finite, ≥ 0. Survival and its bounds are in [0, 1]; `level` is in (0, 1).
/// Where the curve is 0 the scale has no interval: `low` is 0 and `high` that of the time before, above which a falling
/// curve cannot be.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for a negative duration or
/// the level. No event at all is not an error: the curve stays at 1.
///
/// # Source
/// Kaplan and Meier (1958); Greenwood's variance on the log(−log) scale. Checked against R
/// `survival::survfit(conf.type = "log-log")`, see `tests/golden/survival.json`.
///
/// # Example
/// Of four accounts one leaves after 1 month, one is last seen at 2, one leaves at 3, one stays until 4:
/// S(1) = 3/4, S(3) = 3/4 · 1/2.
/// ```
/// let curve = dearly_stats::survival::kaplan_meier(&[1.0, 2.0, 3.0, 4.0], &[true, false, true, false], 0.95)?;
/// assert_eq!(curve.survival_at(2.9), 0.75);
/// assert_eq!(curve.survival_at(3.0), 0.375);
/// assert_eq!(curve.median(), Some(3.0));
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn kaplan_meier(durations: &[f64], event_observed: &[bool], level: f64) -> Result<SurvivalCurve, Error> {
    curve(Lifetimes::new(durations, event_observed, None, "a survival curve")?, level)
}

/// As [`kaplan_meier`], for rows that came under watch late: `entry` is the time from which a row could have been seen
/// to have the event, as the age of an account on the day the data begin. A row is at risk after its entry.
///
/// Few rows at risk early on make a curve that falls fast for good; look at `n_at_risk`.
///
/// # Shapes
/// `entry` has one value for each row, before its duration.
///
/// # Units
/// As [`kaplan_meier`]; `entry` in the same unit, finite.
///
/// # Errors
/// Those of [`kaplan_meier`]; [`Error::OutOfRange`] for an entry that is not before the duration.
///
/// # Source
/// As [`kaplan_meier`]; left truncation as in R `survival::survfit(Surv(entry, time, event))`, see
/// `tests/golden/survival.json`.
///
/// # Example
/// The third account came under watch at 2, so that at 1 two were at risk, not three; at 3 it is one of two.
/// ```
/// use dearly_stats::survival::kaplan_meier_truncated;
///
/// let (durations, churned, entry) = ([1.0, 3.0, 4.0], [true, true, false], [0.0, 0.0, 2.0]);
/// let curve = kaplan_meier_truncated(&durations, &churned, &entry, 0.95)?;
/// assert_eq!((curve.survival_at(1.0), curve.survival_at(3.0)), (0.5, 0.25));
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn kaplan_meier_truncated(
    durations: &[f64],
    event_observed: &[bool],
    entry: &[f64],
    level: f64,
) -> Result<SurvivalCurve, Error> {
    curve(Lifetimes::new(durations, event_observed, Some(entry), "a survival curve")?, level)
}

/// What a curve is made of: a distinct event time, the weight at risk and the weight of its events.
pub(crate) fn product_limit(lifetimes: Lifetimes<'_>, weights: Option<&[f64]>) -> Vec<(f64, f64, f64)> {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let mut by_time: Vec<usize> = (0..lifetimes.durations.len()).collect();
    by_time.sort_by(|&a, &b| lifetimes.durations[b].total_cmp(&lifetimes.durations[a]));
    let mut by_entry: Vec<usize> = Vec::new();
    if let Some(entry) = lifetimes.entry {
        by_entry.extend(0..entry.len());
        by_entry.sort_by(|&a, &b| entry[b].total_cmp(&entry[a]));
    }
    let mut steps = Vec::new();
    let (mut at_risk, mut next, mut gone) = (0.0, 0, 0);
    while next < by_time.len() {
        let time = lifetimes.durations[by_time[next]];
        let mut events = 0.0;
        while next < by_time.len() && lifetimes.durations[by_time[next]] == time {
            at_risk += weight(by_time[next]);
            if lifetimes.event_observed[by_time[next]] {
                events += weight(by_time[next]);
            }
            next += 1;
        }
        while let (Some(entry), Some(&row)) = (lifetimes.entry, by_entry.get(gone)) {
            if entry[row] < time {
                break;
            }
            at_risk -= weight(row);
            gone += 1;
        }
        if events > 0.0 {
            steps.push((time, at_risk, events));
        }
    }
    steps.reverse();
    steps
}

fn curve(lifetimes: Lifetimes<'_>, level: f64) -> Result<SurvivalCurve, Error> {
    valid_level(level)?;
    let z = normal_critical(level);
    let mut points: Vec<SurvivalPoint> = Vec::new();
    let (mut survival, mut greenwood, mut high_before) = (1.0f64, 0.0f64, 1.0f64);
    for (time, at_risk, events) in product_limit(lifetimes, None) {
        survival *= (at_risk - events) / at_risk;
        greenwood += events / (at_risk * (at_risk - events));
        let (standard_error, low, high) = if survival > 0.0 {
            let log = survival.ln();
            let reach = (z * greenwood.sqrt() / log.abs()).exp();
            (survival * greenwood.sqrt(), (log * reach).exp(), (log / reach).exp())
        } else {
            (0.0, 0.0, high_before)
        };
        high_before = high;
        points.push(SurvivalPoint {
            time,
            n_at_risk: at_risk as usize,
            n_events: events as usize,
            survival,
            standard_error,
            low,
            high,
        });
    }
    let n_events = lifetimes.event_observed.iter().filter(|&&event| event).count();
    Ok(SurvivalCurve { points, n: lifetimes.durations.len(), n_events, level })
}
