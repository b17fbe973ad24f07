use crate::distribution::logit;
use crate::error::{all_finite, both_classes, same_length, valid_probabilities};
use crate::scoring::{never_surprised, squared_error, surprise};
use crate::{Design, Error, Family, Glm};

/// A measure of predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The area under the ROC curve; more is better.
    Auc,
    /// The Brier score; less is better.
    Brier,
    /// The scaled Brier score; more is better.
    ScaledBrier,
    /// The log-loss; less is better.
    LogLoss,
    /// Events over the sum of probabilities; 1 is best.
    ObservedOverExpected,
    /// Calibration in the large; 0 is best.
    CalibrationInTheLarge,
    /// The calibration slope; 1 is best.
    CalibrationSlope,
}

impl Metric {
    /// The measure, each row counting by its weight.
    ///
    /// # Shapes
    /// One prediction and one weight, 0 or more, for each outcome.
    ///
    /// # Units
    /// Predictions are probabilities in [0, 1], for [`Metric::LogLoss`] not 0 for what happened, for both calibration
    /// measures strictly inside; for [`Metric::Auc`] scores in any unit, ties counting half. The log-loss is in nats,
    /// calibration in the large in logits.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for a negative weight
    /// or what is no probability where one is needed, [`Error::Refused`] when every weight is 0, or for O/E where all
    /// rows that count were given 0, [`Error::OneClass`] when all outcomes are the same, for the area, the scaled Brier
    /// score and the calibration measures also of those rows that count; and for the calibration measures those of
    /// [`crate::calibration::calibration`], of all rows alike.
    ///
    /// # Source
    /// Each measure's own: [`crate::discrimination::auc`], [`crate::scoring`] and [`crate::calibration::calibration`].
    ///
    /// # Example
    /// A squared error of 0.01 counts three times, one of 0.16 once.
    /// ```
    /// use dearly_stats::compare::Metric;
    ///
    /// let found = Metric::Brier.weighted(&[true, false], &[0.9, 0.4], &[3.0, 1.0])?;
    /// assert!((found - 0.19 / 4.0).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn weighted(self, outcomes: &[bool], predictions: &[f64], weights: &[f64]) -> Result<f64, Error> {
        same_length("weights", outcomes.len(), weights.len())?;
        all_finite("weight", weights)?;
        if let Some(row) = weights.iter().position(|&weight| weight < 0.0) {
            let what = format!("the weight of row {row}");
            return Err(Error::OutOfRange { what, value: weights[row], expected: "0 or more" });
        }
        if weights.iter().all(|&weight| weight == 0.0) {
            let words = "every weight is 0, so that no row counts: give weights above 0";
            return Err(Error::Refused(words.to_owned()));
        }
        Prepared::new(self, outcomes, predictions)?.value(weights)
    }
}

/// Predictions made ready to be measured under many weights.
pub(crate) struct Prepared {
    metric: Metric,
    outcomes: Vec<f64>,
    /// Loss of each row, or its probability, or its logit: what the measure sums.
    values: Vec<f64>,
    /// For the area: rows by score, and where each run of ties ends.
    order: Vec<u32>,
    ends: Vec<u32>,
    design: Option<Design>,
}

impl Prepared {
    pub(crate) fn new(metric: Metric, outcomes: &[bool], predictions: &[f64]) -> Result<Prepared, Error> {
        both_classes(outcomes)?;
        if metric == Metric::Auc {
            same_length("scores", outcomes.len(), predictions.len())?;
            all_finite("score", predictions)?;
        } else {
            valid_probabilities(outcomes, predictions)?;
        }
        let each = |value: fn(bool, f64) -> f64| {
            outcomes.iter().zip(predictions).map(|(&outcome, &p)| value(outcome, p)).collect::<Vec<f64>>()
        };
        let mut prepared = Prepared {
            metric,
            outcomes: each(|outcome, _| f64::from(u8::from(outcome))),
            values: Vec::new(),
            order: Vec::new(),
            ends: Vec::new(),
            design: None,
        };
        match metric {
            Metric::Auc => prepared.sort(predictions),
            Metric::Brier | Metric::ScaledBrier => prepared.values = each(squared_error),
            Metric::LogLoss => {
                never_surprised(outcomes, predictions)?;
                prepared.values = each(surprise);
            }
            Metric::ObservedOverExpected => prepared.values = predictions.to_vec(),
            Metric::CalibrationInTheLarge | Metric::CalibrationSlope => {
                // The same refusals as of the measure on its own.
                crate::calibration::calibration(outcomes, predictions, 0.95)?;
                prepared.values = each(|_, p| logit(p));
                let column = ("predicted logit".to_owned(), prepared.values.clone());
                let columns = if metric == Metric::CalibrationSlope { vec![column] } else { Vec::new() };
                prepared.design = Some(Design::with_intercept(outcomes.len(), columns)?);
            }
        }
        Ok(prepared)
    }

    fn sort(&mut self, scores: &[f64]) {
        self.order = (0..u32::try_from(scores.len()).expect("fewer rows than 2³²")).collect();
        self.order
            .sort_by(|&a, &b| scores[a as usize].partial_cmp(&scores[b as usize]).expect("finite scores"));
        for at in 1..=self.order.len() {
            let ends = at == self.order.len()
                || scores[self.order[at] as usize] != scores[self.order[at - 1] as usize];
            if ends {
                self.ends.push(at as u32);
            }
        }
    }

    /// The measure with these weights of the rows.
    pub(crate) fn value(&self, weights: &[f64]) -> Result<f64, Error> {
        let total: f64 = weights.iter().sum();
        let events: f64 = weights.iter().zip(&self.outcomes).map(|(weight, y)| weight * y).sum();
        let one_class =
            || Error::OneClass { n: total as usize, value: if events == 0.0 { 0.0 } else { 1.0 } };
        let sum = || weights.iter().zip(&self.values).map(|(weight, value)| weight * value).sum::<f64>();
        match self.metric {
            Metric::Auc => {
                if events <= 0.0 || events >= total {
                    return Err(one_class());
                }
                Ok(self.pairs_in_order(weights) / (events * (total - events)))
            }
            Metric::Brier | Metric::LogLoss => Ok(sum() / total),
            Metric::ScaledBrier => {
                if events <= 0.0 || events >= total {
                    return Err(one_class());
                }
                let rate = events / total;
                Ok(1.0 - sum() / total / (rate * (1.0 - rate)))
            }
            Metric::ObservedOverExpected => match sum() {
                expected if expected > 0.0 => Ok(events / expected),
                _ => Err(Error::Refused(
                    "nothing was expected of the rows that count: O/E has no value".to_owned(),
                )),
            },
            Metric::CalibrationInTheLarge | Metric::CalibrationSlope => {
                let design = self.design.as_ref().expect("made for these measures");
                let glm = Glm::new(Family::Logit).frequency_weights(weights);
                if self.metric == Metric::CalibrationSlope {
                    Ok(glm.start(&[0.0, 1.0]).fit(design, &self.outcomes)?.coefficients[1])
                } else {
                    Ok(glm.offset(&self.values).start(&[0.0]).fit(design, &self.outcomes)?.coefficients[0])
                }
            }
        }
    }

    /// The weight of pairs in which the event has the higher score, ties half.
    fn pairs_in_order(&self, weights: &[f64]) -> f64 {
        let (mut pairs, mut others_before, mut from) = (0.0, 0.0, 0);
        for &end in &self.ends {
            let (mut events, mut others) = (0.0, 0.0);
            for &row in &self.order[from..end as usize] {
                let (weight, y) = (weights[row as usize], self.outcomes[row as usize]);
                events += weight * y;
                others += weight * (1.0 - y);
            }
            pairs += events * (others_before + 0.5 * others);
            others_before += others;
            from = end as usize;
        }
        pairs
    }
}
