use super::FittedCox;
use super::newton::unpacked;
use super::residuals;
use super::rows::Rows;
use crate::distribution::chi_squared_upper;
use crate::survival::{Lifetimes, product_limit};
use crate::{Cholesky, Error};

/// On which scale of time a coefficient is asked to drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeScale {
    /// 1 − the Kaplan–Meier curve just before the time, which outliers in time do not lead. The default, as in R.
    #[default]
    KaplanMeier,
    /// The rank of the time among all rows.
    Rank,
    /// The time itself.
    Identity,
    /// Its logarithm; times must be above 0.
    Log,
}

/// Whether the hazards stay proportional: a small p says that a coefficient changes with time.
#[derive(Debug, Clone, PartialEq)]
pub struct ProportionalHazards {
    /// χ² of each column, with 1 degree of freedom.
    pub statistics: Vec<f64>,
    /// Their p-values.
    pub p_values: Vec<f64>,
    /// χ² of all columns together.
    pub global_statistic: f64,
    /// Its degrees of freedom, the number of columns.
    pub global_degrees: usize,
    /// Its p-value.
    pub global_p_value: f64,
}

impl FittedCox {
    /// Tests for each column, and for all, whether its coefficient drifts with time: the score test of x·g(t) beside x,
    /// which is the test of a trend in the scaled Schoenfeld residuals with their variance at each time, not the
    /// average one. Model variance; it does not know of clusters.
    ///
    /// # Shapes
    /// One statistic and one p-value for each column, in their order.
    ///
    /// # Units
    /// χ² statistics, and p-values in [0, 1].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for [`TimeScale::Log`] with an event at time 0; [`Error::TooFewRows`] with fewer than two
    /// event times, or so few events that a drift cannot be told from the coefficients.
    ///
    /// # Source
    /// Grambsch and Therneau (1994), in the exact form of R `survival::cox.zph` from version 3 on, with which it is
    /// checked (`tests/golden/survival.json`). Frequency weights count in the scale of time too, where R's do not.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit), with x less its mean at the event ¼, ¼, ¼ and −¾ at times 1 to
    /// 4. About the mean time, their trend is −1.5, its variance (1.5² + 0.5² + 0.5² + 1.5²) · ¾ · ¼.
    /// ```
    /// use dearly_stats::cox::{Cox, TimeScale};
    /// use dearly_stats::{Clusters, Design};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let found = fitted.proportional_hazards(TimeScale::Identity)?;
    /// assert!((found.statistics[0] - 1.5f64.powi(2) / (5.0 * 0.75 * 0.25)).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn proportional_hazards(&self, scale: TimeScale) -> Result<ProportionalHazards, Error> {
        let rows = &self.rows;
        let p = rows.columns;
        let times = scaled_times(rows, scale)?;
        let (mut sum, mut count) = (0.0, 0.0);
        rows.sweep(&self.eta, false, |moment| {
            sum += moment.events as f64 * times(moment.time);
            count += moment.events as f64;
        });
        let mean = sum / count;
        let cells = p * (p + 1) / 2;
        let (mut plain, mut once, mut twice) = (vec![0.0; cells], vec![0.0; cells], vec![0.0; cells]);
        let mut drift = vec![0.0; p];
        rows.sweep(&self.eta, true, |moment| {
            let g = times(moment.time) - mean;
            let mut score = moment.event_x.to_vec();
            let mut variance = vec![0.0; cells];
            moment.add_variance(&mut score, &mut variance, 1.0);
            for (sum, value) in drift.iter_mut().zip(&score) {
                *sum += g * value;
            }
            for (cell, value) in variance.iter().enumerate() {
                plain[cell] += value;
                once[cell] += g * value;
                twice[cell] += g * g * value;
            }
        });
        let too_few = Error::TooFewRows { rows: self.n_events, parameters: 2 * p };
        let (plain, once, twice) = (unpacked(&plain, p), unpacked(&once, p), unpacked(&twice, p));
        let factor = Cholesky::new(&plain).map_err(|_| too_few.clone())?;
        // The information on the drift once the coefficients are known: G″ − G′ I⁻¹ G′.
        let mut rest = twice;
        let solved: Vec<Vec<f64>> = (0..p).map(|column| factor.forward(once.row(column))).collect();
        for row in 0..p {
            for column in 0..p {
                rest[(row, column)] -= crate::matrix::dot(&solved[row], &solved[column]);
            }
        }
        let statistics: Vec<f64> =
            (0..p).map(|column| drift[column].powi(2) / rest[(column, column)]).collect();
        let global_statistic = Cholesky::new(&rest)
            .map_err(|_| too_few)?
            .forward(&drift)
            .iter()
            .map(|value| value * value)
            .sum::<f64>();
        Ok(ProportionalHazards {
            p_values: statistics.iter().map(|&statistic| chi_squared_upper(statistic, 1.0)).collect(),
            statistics,
            global_statistic,
            global_degrees: p,
            global_p_value: chi_squared_upper(global_statistic, p as f64),
        })
    }

    /// Schoenfeld's residuals, scaled so that they scatter around the coefficient as it is at their time. What a plot
    /// of the drift is made of.
    ///
    /// # Shapes
    /// One for each row with an event, by stratum, earliest first: its time, its row as they were given, and one value
    /// for each column. A row of frequency weight 2 comes once.
    ///
    /// # Units
    /// Times in the unit of the durations; values are log hazard ratios for one unit of a column.
    ///
    /// # Source
    /// Grambsch and Therneau (1994): β + d·V·r with d events and the model covariance V. Of tied events each is
    /// compared with Efron's mean. Checked against R `survival::cox.zph`, see `tests/golden/survival.json`.
    ///
    /// # Example
    /// The four pairs of [`Cox::fit`](super::Cox::fit), with r of ¼, ¼, ¼ and −¾, d = 4 and V = 4/3.
    /// ```
    /// use dearly_stats::{Clusters, Design, cox::Cox};
    ///
    /// let design = Design::new(vec![("x".to_owned(), [1.0, 0.0].repeat(4))])?;
    /// let pairs = Clusters::from_labels(&[0, 0, 1, 1, 2, 2, 3, 3]);
    /// let times = [1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0, 4.0];
    /// let fitted = Cox::new(&design, &times, &times.map(|time| time < 9.0)).strata(&pairs).fit()?;
    /// let found = fitted.scaled_schoenfeld_residuals();
    /// for ((_, _, values), r) in found.iter().zip([0.25, 0.25, 0.25, -0.75]) {
    ///     assert!((values[0] - (3f64.ln() + 16.0 / 3.0 * r)).abs() < 1e-9);
    /// }
    /// assert_eq!((found.len(), found[3].0, found[3].1), (4, 4.0, 7));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn scaled_schoenfeld_residuals(&self) -> Vec<(f64, usize, Vec<f64>)> {
        let events = self.n_events as f64;
        residuals::schoenfeld(&self.rows, &self.eta)
            .into_iter()
            .map(|(time, place, residual)| {
                let scaled = self.model_covariance.matrix.times_vector(&residual);
                let at = self.coefficients.iter().zip(scaled).map(|(b, value)| b + events * value).collect();
                (time, self.rows.source[place], at)
            })
            .collect()
    }
}

/// The scale as a function of event times.
fn scaled_times(rows: &Rows, scale: TimeScale) -> Result<Box<dyn Fn(f64) -> f64>, Error> {
    Ok(match scale {
        TimeScale::Identity => Box::new(|time| time),
        TimeScale::Log => {
            if let Some(place) = (0..rows.len()).find(|&place| rows.event[place] && rows.time[place] <= 0.0) {
                return Err(Error::OutOfRange {
                    what: format!("duration in row {}", rows.source[place]),
                    value: rows.time[place],
                    expected: "above 0 for the logarithm of time; use another scale",
                });
            }
            Box::new(f64::ln)
        }
        TimeScale::Rank => {
            let mut times: Vec<(f64, f64)> =
                rows.time.iter().copied().zip(rows.weight.iter().copied()).collect();
            times.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut ranks: Vec<(f64, f64)> = Vec::new();
            let (mut before, mut at) = (0.0, 0);
            while at < times.len() {
                let tied: f64 =
                    times[at..].iter().take_while(|row| row.0 == times[at].0).map(|row| row.1).sum();
                ranks.push((times[at].0, before + (tied + 1.0) / 2.0));
                before += tied;
                let time = times[at].0;
                at += times[at..].partition_point(|row| row.0 == time);
            }
            Box::new(move |time| ranks[ranks.partition_point(|rank| rank.0 < time)].1)
        }
        TimeScale::KaplanMeier => {
            let truncated = rows.entry.iter().any(|entry| entry.is_finite());
            let lifetimes = Lifetimes {
                durations: &rows.time,
                event_observed: &rows.event,
                entry: truncated.then_some(&rows.entry[..]),
            };
            let mut survival = 1.0;
            let mut before: Vec<(f64, f64)> = Vec::new();
            for (time, at_risk, events) in product_limit(lifetimes, Some(&rows.weight)) {
                before.push((time, 1.0 - survival));
                survival *= (at_risk - events) / at_risk;
            }
            Box::new(move |time| before[before.partition_point(|step| step.0 < time)].1)
        }
    })
}
