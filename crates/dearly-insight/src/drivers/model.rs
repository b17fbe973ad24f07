//! The logit of renewal on the components, adjusted for size, segment and tenure.

use std::collections::BTreeMap;

use dearly_stats::compare::Resampling;

use dearly_stats::multiplicity::holm;
use dearly_stats::standardisation::Standardisation;
use dearly_stats::{
    ClusterErrors, Clusters, Component, Covariance, Design, Error as Refusal, Family, FittedFirth, FittedGlm,
    Flic, Glm, Interval, likelihood_ratio_test,
};

use super::report::{Dominance, DriverTerm, JointTest, Model, Range};
use super::{LEVEL, MOST_MISSING, SEED};
use crate::Result;
use crate::panel::{COMPONENTS, PanelRow};

/// Fewer rows than this of one segment are part of `other`.
const FEW_ROWS: usize = 20;

/// Fewer events than this for each parameter call for Firth's method.
const EVENTS_PER_PARAMETER: usize = 10;

/// Replicates behind the intervals of dominance shares.
const REPLICATES: usize = 500;

/// Which columns the model has: decided on the panel, before any outcome is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns {
    /// The components with enough scores.
    pub(super) components: Vec<usize>,
    /// Those without, each with the share that is missing.
    pub(super) left_out: Vec<(usize, f64)>,
    /// Segments with a column of their own; the most frequent one is the base.
    segments: Vec<String>,
    /// The base.
    pub(super) base_segment: Option<String>,
}

impl Columns {
    pub(super) fn choose(rows: &[&PanelRow]) -> Columns {
        let n = rows.len().max(1) as f64;
        let share =
            |place: usize| rows.iter().filter(|row| row.seen.components[place].is_none()).count() as f64 / n;
        let (components, left_out): (Vec<usize>, Vec<usize>) =
            (0..COMPONENTS.len()).partition(|place| share(*place) <= MOST_MISSING);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for segment in rows.iter().filter_map(|row| row.seen.segment.as_deref()) {
            *counts.entry(segment).or_default() += 1;
        }
        let mut large: Vec<(&str, usize)> =
            counts.into_iter().filter(|(_, count)| *count >= FEW_ROWS).collect();
        large.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let mut segments = large.into_iter().map(|(name, _)| name.to_owned());
        let base_segment = segments.next();
        let segments = segments.collect();
        Columns {
            components,
            left_out: left_out.into_iter().map(|place| (place, share(place))).collect(),
            segments,
            base_segment,
        }
    }

    /// Whether the row has every value that the model needs.
    pub(super) fn has_all(&self, row: &PanelRow) -> bool {
        !self.components.is_empty()
            && self.components.iter().all(|place| row.seen.components[*place].is_some())
            && row.seen.arr_cents > 0
            && row.seen.tenure_days.is_some()
    }

    /// Every column but the intercept; components in steps of 10 points around 60.
    pub(super) fn of(&self, rows: &[&PanelRow]) -> Vec<(String, Vec<f64>)> {
        let column = |name: &str, value: &dyn Fn(&PanelRow) -> f64| {
            (name.to_owned(), rows.iter().map(|row| value(row)).collect::<Vec<f64>>())
        };
        let mut columns: Vec<(String, Vec<f64>)> = self
            .components
            .iter()
            .map(|&place| {
                let score = |row: &PanelRow| row.seen.components[place].expect("rows have all");
                column(COMPONENTS[place], &|row| (score(row) - 60.0) / 10.0)
            })
            .collect();
        columns.push(column("log(arr)", &|row| (row.seen.arr_cents as f64 / 100.0).ln()));
        columns.push(column("tenure_years", &|row| {
            f64::from(row.seen.tenure_days.expect("rows have all")) / 365.25
        }));
        if self.base_segment.is_some() {
            let known = |row: &PanelRow| row.seen.segment.clone().unwrap_or_default();
            for segment in &self.segments {
                columns
                    .push(column(&format!("segment[{segment}]"), &|row| f64::from(known(row) == *segment)));
            }
            let is_other = |row: &PanelRow| {
                Some(known(row)) != self.base_segment && !self.segments.contains(&known(row))
            };
            columns.push(column("segment[other]", &|row| f64::from(is_other(row))));
        }
        columns
    }
}

/// A fit of some rows, able to predict others.
pub(super) struct Fit {
    pub(super) design: Design,
    pub(super) outcome: Vec<f64>,
    pub(super) clusters: Clusters,
    pub(super) fitted: FittedGlm,
    firth: Option<(FittedFirth, Flic)>,
}

impl Fit {
    /// Columns beside the intercept.
    pub(super) fn n_parameters(&self) -> usize {
        self.design.columns() - 1
    }

    pub(super) fn is_firth(&self) -> bool {
        self.firth.is_some()
    }

    /// Probabilities of renewal of other rows.
    pub(super) fn predict(&self, columns: Vec<(String, Vec<f64>)>, rows: usize) -> Result<Vec<f64>, Refusal> {
        let own = columns.into_iter().filter(|(name, _)| self.design.position(name).is_some());
        let intercept = (Design::INTERCEPT.to_owned(), vec![1.0; rows]);
        let design = Design::new(std::iter::once(intercept).chain(own).collect())?;
        match &self.firth {
            Some((_, flic)) => flic.predict(&design),
            None => self.fitted.predict(&design, None),
        }
    }
}

pub(super) fn fit(rows: &[&PanelRow], columns: &Columns) -> Result<Fit, Refusal> {
    let outcome: Vec<f64> = rows.iter().map(|row| f64::from(row.decision.is_renewed())).collect();
    let mut columns = columns.of(rows);
    loop {
        let fit = fit_columns(columns.clone(), outcome.clone(), clusters(rows))?;
        // Of a segment that is one account's nothing is known apart from that account: it joins the base.
        match covariance(&fit) {
            Ok(_) => return Ok(fit),
            Err(Refusal::ToldByOneCluster { column: Some(column), .. })
                if !COMPONENTS.contains(&column.as_str())
                    && columns.iter().any(|(name, _)| *name == column) =>
            {
                columns.retain(|(name, _)| *name != column);
            }
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn clusters(rows: &[&PanelRow]) -> Clusters {
    let accounts: Vec<&str> = rows.iter().map(|row| row.decision.account.as_str()).collect();
    Clusters::from_labels(&accounts)
}

/// Fits by maximum likelihood, or by Firth's method where events are few for the columns or separated. Columns that say
/// nothing in these rows are left out.
pub(super) fn fit_columns(
    columns: Vec<(String, Vec<f64>)>,
    outcome: Vec<f64>,
    clusters: Clusters,
) -> Result<Fit, Refusal> {
    let mut columns: Vec<(String, Vec<f64>)> =
        columns.into_iter().filter(|(_, values)| values.iter().any(|value| *value != values[0])).collect();
    let glm = Glm::new(Family::Logit);
    loop {
        let design = Design::with_intercept(outcome.len(), columns.clone())?;
        let n_renewed = outcome.iter().sum::<f64>() as usize;
        let n_rarer = n_renewed.min(outcome.len() - n_renewed);
        let is_sparse = n_rarer < EVENTS_PER_PARAMETER * (design.columns() - 1);
        let fitted = if is_sparse { None } else { Some(glm.fit(&design, &outcome)) };
        let fitted = match fitted {
            Some(Ok(fitted)) => Ok((fitted, None)),
            Some(Err(Refusal::Separated { .. })) | None => {
                glm.fit_firth(&design, &outcome).and_then(|firth| {
                    let flic = glm.flic(&design, &outcome, &firth)?;
                    Ok((firth.fitted.clone(), Some((firth, flic))))
                })
            }
            Some(Err(error)) => Err(error),
        };
        match fitted {
            Ok((fitted, firth)) => return Ok(Fit { design, outcome, clusters, fitted, firth }),
            // A segment that coincides with another column; components stay, whatever else must go.
            Err(Refusal::Collinear { column }) if !COMPONENTS.contains(&column.as_str()) => {
                columns.retain(|(name, _)| *name != column);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The errors behind the intervals: the linearised jackknife by account.
fn covariance(fit: &Fit) -> Result<Covariance, Refusal> {
    fit.fitted.cluster_covariance(&fit.design, &fit.clusters, ClusterErrors::Cv3)
}

pub(super) fn report(rows: &[&PanelRow], columns: &Columns, fit: &Fit, level: u8) -> Result<Model> {
    let covariance = covariance(fit)?;
    let coefficients = &fit.fitted.coefficients;
    let mut intervals = covariance.intervals(coefficients, LEVEL)?;
    let p_values = covariance.p_values(coefficients)?;
    let glm = Glm::new(Family::Logit);
    let errors = covariance.standard_errors();
    if let Some((firth, _)) = &fit.firth {
        // A profile takes rows as independent: its ends are stretched by what the accounts add to the standard error, with
        // which they cover as they should (docs/EVIDENCE.md). The p-values are those by account.
        let model = fit.fitted.model_covariance().standard_errors();
        for column in 0..fit.design.columns() {
            let own = glm.firth_profile_interval(&fit.design, &fit.outcome, firth, column, LEVEL)?;
            let (estimate, stretch) = (coefficients[column], (errors[column] / model[column]).max(1.0));
            intervals[column] = own.map(|end| estimate + stretch * (end - estimate));
        }
    }
    let is_component = |name: &str| COMPONENTS.contains(&name);
    let places: Vec<usize> =
        (0..fit.design.columns()).filter(|place| is_component(&fit.design.names()[*place])).collect();
    let adjusted = holm(&places.iter().map(|place| p_values[*place]).collect::<Vec<f64>>())?;
    let term = |place: usize| DriverTerm {
        term: fit.design.names()[place].clone(),
        log_odds: range(coefficients[place], intervals[place]),
        standard_error: errors[place],
        odds_ratio: range(coefficients[place].exp(), intervals[place].map(f64::exp)),
        marginal_change: None,
        p_value: p_values[place],
        p_holm: None,
        direction: direction(intervals[place]).to_owned(),
    };
    // Firth's intercept leads to probabilities that are too near one half; FLIC's does not.
    let mut predicting = fit.fitted.clone();
    if let Some((_, flic)) = &fit.firth {
        predicting.coefficients.clone_from(&flic.coefficients);
    }
    let standardisation = Standardisation::new(&predicting, &covariance);
    let mut terms = Vec::new();
    for (&place, p_holm) in places.iter().zip(adjusted) {
        let marginal_change = if level >= 2 {
            let higher: Vec<f64> = fit.design.column(place).iter().map(|value| value + 1.0).collect();
            let changed =
                standardisation.compare(&fit.design, &fit.design.with_column(place, &higher)?, LEVEL)?;
            Some(range(changed.estimate, changed.interval))
        } else {
            None
        };
        terms.push(DriverTerm { marginal_change, p_holm: Some(p_holm), ..term(place) });
    }
    let others = (1..fit.design.columns()).filter(|place| !places.contains(place));
    let collinearity = fit.design.collinearity()?;
    let told: Vec<&str> = collinearity.inflated().into_iter().filter(|name| is_component(name)).collect();
    let collinear = match told.as_slice() {
        [] | [_] => None,
        names => Some(format!(
            "{} cannot be told apart in these data: take them together, and rank none above the others",
            names.join(" and ")
        )),
    };
    Ok(Model {
        method: if fit.is_firth() { "firth" } else { "ml" }.to_owned(),
        interval_kind: match (fit.is_firth(), covariance.degrees) {
            (true, _) => "penalised profile, stretched by account".to_owned(),
            (false, Some(degrees)) => format!("{} by account, t({degrees:.0})", covariance.kind.as_str()),
            (false, None) => format!("{} by account", covariance.kind.as_str()),
        },
        terms,
        adjusted_for: others.map(term).collect(),
        joint: joint(rows, columns, fit, &covariance, &places)?,
        dominance: if collinear.is_some() || fit.is_firth() { Vec::new() } else { dominance(fit, &places) },
        variance_inflation: collinearity.variance_inflation,
        condition_number: collinearity.condition_number,
        collinear,
    })
}

fn joint(
    rows: &[&PanelRow],
    columns: &Columns,
    fit: &Fit,
    covariance: &Covariance,
    places: &[usize],
) -> Result<Option<JointTest>> {
    if places.is_empty() {
        return Ok(None);
    }
    let wald = covariance.wald_test(&fit.fitted.coefficients, places)?;
    let without: Vec<(String, Vec<f64>)> = columns
        .of(rows)
        .into_iter()
        .filter(|(name, _)| !COMPONENTS.contains(&name.as_str()) && fit.design.position(name).is_some())
        .collect();
    let reduced = Design::with_intercept(rows.len(), without)
        .and_then(|design| Glm::new(Family::Logit).fit(&design, &fit.outcome));
    let ratio = match reduced {
        Ok(reduced) if !fit.is_firth() => Some(likelihood_ratio_test(&fit.fitted, &reduced)?.statistic),
        _ => None,
    };
    Ok(Some(JointTest {
        statistic: wald.statistic,
        degrees: (wald.degrees, wald.denominator_degrees),
        p_value: wald.p_value,
        likelihood_ratio: ratio,
    }))
}

/// Shares of what the components explain; none where that cannot be bootstrapped.
fn dominance(fit: &Fit, places: &[usize]) -> Vec<Dominance> {
    let components: Vec<Component> = places
        .iter()
        .map(|&place| Component { name: fit.design.names()[place].clone(), columns: vec![place] })
        .collect();
    let resampling = Resampling { replicates: REPLICATES, seed: SEED, level: LEVEL };
    let glm = Glm::new(Family::Logit);
    let Ok(found) = glm.dominance(&fit.design, &fit.outcome, &components, &fit.clusters, resampling) else {
        return Vec::new();
    };
    found
        .components
        .into_iter()
        .map(|own| Dominance { component: own.name, share: range(own.share, own.interval) })
        .collect()
}

pub(super) fn range(estimate: f64, interval: Interval) -> Range {
    Range { estimate, low: interval.low, high: interval.high }
}

fn direction(interval: Interval) -> &'static str {
    match (interval.low > 0.0, interval.high < 0.0) {
        (true, _) => "more renewal",
        (_, true) => "less renewal",
        _ => "not distinguishable from no association",
    }
}
