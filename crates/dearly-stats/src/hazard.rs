//! Discrete-time hazards: churn that happens at renewals, so that the clock is the number of the renewal.
//!
//! Each account becomes one row for each period it was at risk in; whether it left in that period is the outcome of a
//! regression with a dummy for each period. With [`Family::ComplementaryLogLog`] exp(β) is a ratio of hazards, the one
//! Cox's model would have with durations grouped into periods; with [`Family::Logit`] it is a ratio of odds.

use crate::error::{all_finite, same_length};
use crate::{ClusterErrors, Clusters, Covariance, Design, Error, Family, FittedGlm, Glm};

/// Rows by account and period, made by [`person_periods`].
#[derive(Debug, Clone, PartialEq)]
pub struct PersonPeriods {
    /// The row of the account.
    pub source: Vec<usize>,
    /// The period, from 1.
    pub period: Vec<u32>,
    /// Whether the event came in it.
    pub event: Vec<bool>,
}

/// One row for each period that each account was at risk in.
///
/// An account with `entry` e and `durations` d was at risk in periods e + 1, …, d, and had its event, if it had one, in
/// period d. One that was never at risk (d = e) has no row.
///
/// # Shapes
/// All inputs have one value for each account. As many rows as Σ (d − e), accounts in the order given, periods
/// ascending.
///
/// # Units
/// Whole periods: renewals, or months.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`]; [`Error::OutOfRange`] for an entry after the duration, or an event
/// without a period at risk.
///
/// # Source
/// Prentice and Gloeckler (1978); Singer and Willett (1993).
///
/// # Example
/// The first account leaves at its second renewal; the second came under watch after one and has seen two.
/// ```
/// let rows = dearly_stats::hazard::person_periods(&[2, 3], &[true, false], Some(&[0, 1]))?;
/// assert_eq!(rows.source, [0, 0, 1, 1]);
/// assert_eq!(rows.period, [1, 2, 2, 3]);
/// assert_eq!(rows.event, [false, true, false, false]);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn person_periods(
    durations: &[u32],
    event_observed: &[bool],
    entry: Option<&[u32]>,
) -> Result<PersonPeriods, Error> {
    let n = durations.len();
    if n == 0 {
        return Err(Error::Empty { what: "a discrete-time hazard", needed: 1 });
    }
    same_length("event_observed", n, event_observed.len())?;
    if let Some(entry) = entry {
        same_length("entry", n, entry.len())?;
    }
    let mut rows = PersonPeriods { source: Vec::new(), period: Vec::new(), event: Vec::new() };
    for row in 0..n {
        let from = entry.map_or(0, |entry| entry[row]);
        if from > durations[row] || (event_observed[row] && from == durations[row]) {
            return Err(Error::OutOfRange {
                what: format!("entry in row {row}"),
                value: f64::from(from),
                expected: "no more than the row's duration, and less where there is an event",
            });
        }
        for period in from + 1..=durations[row] {
            rows.source.push(row);
            rows.period.push(period);
            rows.event.push(event_observed[row] && period == durations[row]);
        }
    }
    Ok(rows)
}

impl PersonPeriods {
    /// Rows: one for each period that an account was at risk in.
    pub fn rows(&self) -> usize {
        self.source.len()
    }

    /// A column of the accounts, one value for each, repeated for each of their periods. What changes from one period
    /// to the next is put together by [`PersonPeriods::source`] and [`PersonPeriods::period`] instead.
    ///
    /// # Example
    /// ```
    /// // The first account is seen for two renewals, the second for one.
    /// let rows = dearly_stats::hazard::person_periods(&[2, 1], &[false, true], None)?;
    /// assert_eq!(rows.spread(&[7.0, 8.0]), [7.0, 7.0, 8.0]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn spread(&self, column: &[f64]) -> Vec<f64> {
        self.source.iter().map(|&row| column[row]).collect()
    }

    /// The clusters of the accounts, one for each, spread over the rows: with [`Clusters::singletons`] each account
    /// is one.
    pub fn clusters(&self, accounts: &Clusters) -> Clusters {
        accounts.rows_of(&self.source)
    }

    /// Fits the hazard on the columns given, one value for each person-period, beside a dummy for each period.
    ///
    /// Every period needs an event and a row without one, for its dummy to be finite; those after `last_period` share
    /// one dummy, as the few accounts that are old must.
    ///
    /// # Shapes
    /// Each column has one value for each person-period, `clusters` one cluster; the coefficients are those of the
    /// periods, then those of the columns.
    ///
    /// # Units
    /// Coefficients are logarithms of hazards and their ratios with [`Family::ComplementaryLogLog`], log-odds with
    /// [`Family::Logit`]. `last_period` is a number of periods, from 1.
    ///
    /// # Errors
    /// [`Error::Refused`] for a family that has no hazard, or a period in which all or none had the event, with its
    /// number; [`Error::LengthMismatch`] and [`Error::NotFinite`] for the columns; those of [`Glm::fit`] and, with
    /// clusters, of [`FittedGlm::cluster_covariance`].
    ///
    /// # Source
    /// Prentice and Gloeckler (1978) for the complementary log-log. Checked against R `glm` on rows expanded there, see
    /// `tests/golden/hazard.json`.
    ///
    /// # Example
    /// Of four accounts one leaves at its first renewal and one is seen no longer; one of the other two leaves at its
    /// second.
    /// ```
    /// use dearly_stats::{Family, hazard::person_periods};
    ///
    /// let rows = person_periods(&[1, 1, 2, 2], &[true, false, true, false], None)?;
    /// let fitted = rows.fit(Family::ComplementaryLogLog, vec![], None, None)?;
    /// let hazards = fitted.hazards(&[vec![], vec![]])?;
    /// assert!((hazards[0] - 1.0 / 4.0).abs() < 1e-9 && (hazards[1] - 1.0 / 2.0).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn fit(
        &self,
        family: Family,
        columns: Vec<(String, Vec<f64>)>,
        last_period: Option<u32>,
        clusters: Option<&Clusters>,
    ) -> Result<FittedHazard, Error> {
        if !matches!(family, Family::ComplementaryLogLog | Family::Logit) {
            return Err(Error::Refused(
                "a hazard is fitted with cloglog, whose coefficients are ratios of hazards, or with logit"
                    .to_owned(),
            ));
        }
        for (name, values) in &columns {
            same_length(name, self.rows(), values.len())?;
            all_finite(name, values)?;
        }
        let group = |period: u32| last_period.map_or(period, |last| period.min(last));
        let mut periods: Vec<u32> = self.period.iter().map(|&period| group(period)).collect();
        periods.sort_unstable();
        periods.dedup();
        for &period in &periods {
            let of_period = || (0..self.rows()).filter(|&row| group(self.period[row]) == period);
            let (rows, events) = (of_period().count(), of_period().filter(|&row| self.event[row]).count());
            if events == 0 || events == rows {
                return Err(Error::Refused(format!(
                    "in period {period} {} of {rows} accounts had the event, so that its hazard has no bound: \
                     merge it with others by a smaller last period",
                    if events == 0 { "none".to_owned() } else { "all".to_owned() }
                )));
            }
        }
        let mut all: Vec<(String, Vec<f64>)> = periods
            .iter()
            .map(|&period| {
                let dummy = self.period.iter().map(|&of_row| f64::from(u8::from(group(of_row) == period)));
                (format!("period {period}"), dummy.collect())
            })
            .collect();
        all.extend(columns);
        let design = Design::new(all)?;
        let outcome: Vec<f64> = self.event.iter().map(|&event| f64::from(u8::from(event))).collect();
        let glm = Glm::new(family).fit(&design, &outcome)?;
        let covariance = match clusters {
            Some(clusters) => glm.cluster_covariance(&design, clusters, ClusterErrors::Cv3)?,
            None => glm.model_covariance(),
        };
        Ok(FittedHazard { glm, covariance, periods, design })
    }
}

/// A fitted discrete-time hazard.
#[derive(Debug, Clone)]
pub struct FittedHazard {
    /// The regression: a coefficient `period k` for each period, then the columns.
    pub glm: FittedGlm,
    /// By cluster (CV3) where clusters were given, else the model's.
    pub covariance: Covariance,
    /// The periods with a dummy of their own, ascending; the last one stands for all later ones.
    pub periods: Vec<u32>,
    /// The design of the fit, for other errors by cluster.
    pub design: Design,
}

impl FittedHazard {
    /// The probability of the event in each period, 1 and on, of an account with these columns that is still there at
    /// its start: one row of columns for each period.
    ///
    /// # Shapes
    /// As many rows as periods asked for, each with the columns of the fit in their order; one hazard for each.
    ///
    /// # Units
    /// Probabilities, in [0, 1]. A period after the last one seen has the hazard of the last.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] for a period that was not seen and is not
    /// after the last.
    ///
    /// # Source
    /// As [`PersonPeriods::fit`].
    ///
    /// # Example
    /// Half of the accounts leave at each renewal; what comes after the last one seen is taken to go on so.
    /// ```
    /// use dearly_stats::{Family, hazard::person_periods};
    ///
    /// let rows = person_periods(&[1, 1, 2, 2], &[true, true, true, false], None)?;
    /// let hazards = rows.fit(Family::Logit, vec![], None, None)?.hazards(&[vec![], vec![], vec![]])?;
    /// assert!(hazards.iter().all(|hazard| (hazard - 0.5).abs() < 1e-9));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn hazards(&self, columns_by_period: &[Vec<f64>]) -> Result<Vec<f64>, Error> {
        let dummies = self.periods.len();
        let slopes = &self.glm.coefficients[dummies..];
        columns_by_period
            .iter()
            .zip(1u32..)
            .map(|(columns, period)| {
                same_length("the row", slopes.len(), columns.len())?;
                all_finite("the row", columns)?;
                let at = match self.periods.binary_search(&period) {
                    Ok(at) => at,
                    Err(at) if at == dummies => dummies - 1,
                    Err(_) => {
                        return Err(Error::OutOfRange {
                            what: "the period".to_owned(),
                            value: f64::from(period),
                            expected: "one that was seen in the data",
                        });
                    }
                };
                let eta = self.glm.coefficients[at] + crate::matrix::dot(columns, slopes);
                Ok(self.glm.family.mean(eta))
            })
            .collect()
    }

    /// The probability of still being there after each period: the product of one less the hazards.
    ///
    /// # Shapes
    /// As [`FittedHazard::hazards`].
    ///
    /// # Units
    /// Probabilities, in [0, 1], not rising.
    ///
    /// # Errors
    /// Those of [`FittedHazard::hazards`].
    ///
    /// # Source
    /// As [`person_periods`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Family, hazard::person_periods};
    ///
    /// let rows = person_periods(&[1, 1, 2, 2], &[true, false, true, false], None)?;
    /// let left = rows.fit(Family::Logit, vec![], None, None)?.survival(&[vec![], vec![]])?;
    /// // 1 − ¼, and half of it.
    /// assert!((left[0] - 0.75).abs() < 1e-9 && (left[1] - 0.375).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn survival(&self, columns_by_period: &[Vec<f64>]) -> Result<Vec<f64>, Error> {
        let mut left = 1.0;
        Ok(self
            .hazards(columns_by_period)?
            .into_iter()
            .map(|hazard| {
                left *= 1.0 - hazard;
                left
            })
            .collect())
    }
}
