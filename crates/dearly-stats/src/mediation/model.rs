use super::Mediation;
use crate::glm::family::expit;
use crate::glm::newton::NEARLY;
use crate::glm::newton::{Problem, Workspace};
use crate::matrix::dot;
use crate::quadrature::gauss_hermite;
use crate::{Cholesky, Design, Error, Family, Glm, Matrix};

/// Points of the quadrature.
const POINTS: usize = 40;

/// The data of a chain, laid out for many fits.
pub(super) struct Panel<'a> {
    mediation: &'a Mediation<'a>,
    /// What mediators are explained by: confounders, the treatment's products with `moderators`, and last the treatment.
    before: Design,
    /// Confounders, treatment and mediators.
    after: Design,
    /// What moves the treatment's effect on mediators, as deviations from the mean; no column where nothing does.
    moderators: Matrix,
    /// Mediators row by row.
    mediators: Matrix,
    nodes: Vec<f64>,
    weights: Vec<f64>,
}

/// The models of both links.
pub(super) struct Links {
    /// A row for each mediator: its coefficients on `before`.
    slopes: Matrix,
    residual_covariance: Matrix,
    /// On `after`.
    pub(super) outcome: Vec<f64>,
}

/// The effects that the links imply.
pub(super) struct Effects {
    pub(super) on_mediators: Vec<f64>,
    pub(super) on_outcome: Vec<f64>,
    pub(super) total: f64,
    pub(super) indirect: f64,
    pub(super) indirect_complement_ratio: f64,
    pub(super) indirect_amount: f64,
}

impl<'a> Panel<'a> {
    pub(super) fn new(mediation: &'a Mediation<'a>) -> Result<Panel<'a>, Error> {
        let confounders = mediation.confounders;
        let named = |design: &Design| -> Vec<(String, Vec<f64>)> {
            (0..design.columns()).map(|at| (design.names()[at].clone(), design.column(at))).collect()
        };
        let treatment = mediation.treatment.iter().map(|&treated| f64::from(u8::from(treated))).collect();
        let treatment: (String, Vec<f64>) = ("treatment".to_owned(), treatment);
        let deviations: Vec<(String, Vec<f64>)> = match mediation.is_moderated {
            true => deviations(confounders),
            false => Vec::new(),
        };
        let mut moderators = Matrix::zeros(confounders.rows(), deviations.len());
        let mut columns = named(confounders);
        for (at, (name, values)) in deviations.into_iter().enumerate() {
            for (row, value) in values.iter().enumerate() {
                moderators[(row, at)] = *value;
            }
            let products = values.iter().zip(&treatment.1).map(|(value, treated)| value * treated);
            columns.push((format!("treatment:{name}"), products.collect()));
        }
        columns.push(treatment.clone());
        let before = Design::new(columns)?;
        let mut columns = named(confounders);
        columns.push(treatment);
        columns.extend(mediation.mediators.iter().cloned());
        let after = Design::new(columns)?;
        let count = mediation.mediators.len();
        let mut mediators = Matrix::zeros(confounders.rows(), count);
        for (column, (_, values)) in mediation.mediators.iter().enumerate() {
            for (row, &value) in values.iter().enumerate() {
                mediators[(row, column)] = value;
            }
        }
        let (mut nodes, mut weights) = gauss_hermite(POINTS)?;
        // From exp(−x²) to a standard normal; what weighs nothing at double precision is not summed.
        nodes.iter_mut().for_each(|node| *node *= std::f64::consts::SQRT_2);
        weights.iter_mut().for_each(|weight| *weight /= std::f64::consts::PI.sqrt());
        let kept: Vec<usize> = (0..POINTS).filter(|&at| weights[at] > 1e-17).collect();
        let nodes = kept.iter().map(|&at| nodes[at]).collect();
        let weights = kept.iter().map(|&at| weights[at]).collect();
        Ok(Panel { mediation, before, after, moderators, mediators, nodes, weights })
    }

    /// Fits both links to all rows.
    pub(super) fn fit(&self) -> Result<Links, Error> {
        let rows: Vec<u32> = (0..self.mediators.rows as u32).collect();
        let outcome = Glm::new(Family::Logit).fit(&self.after, self.mediation.outcome)?.coefficients;
        self.with_mediators(&vec![1.0; rows.len()], &rows, outcome)
    }

    /// What the outcome's fits to replicates begin with.
    pub(super) fn workspace(&self) -> Workspace {
        Workspace::new(&self.problem())
    }

    fn problem(&self) -> Problem<'_> {
        Problem { remains: NEARLY, ..Glm::new(Family::Logit).problem(&self.after, self.mediation.outcome) }
    }

    /// Fits both links to the rows that were drawn, by how often; `None` where they have no fit.
    pub(super) fn refit(
        &self,
        weights: &[f64],
        active: &[u32],
        whole: &Links,
        workspace: &mut Workspace,
    ) -> Option<Links> {
        let drawn = Problem { weights: Some(weights), active: Some(active), ..self.problem() };
        let outcome = drawn.solve(&whole.outcome, None, workspace).ok()?.coefficients;
        self.with_mediators(weights, active, outcome).ok()
    }

    /// Adds the mediators' regressions to the outcome's.
    fn with_mediators(&self, weights: &[f64], active: &[u32], outcome: Vec<f64>) -> Result<Links, Error> {
        let (p, count) = (self.before.columns(), self.mediators.columns);
        let mut information = Matrix::zeros(p, p);
        let mut right = Matrix::zeros(count, p);
        for (row, weight) in active.iter().map(|&row| (row as usize, weights[row as usize])) {
            let x = self.before.row(row);
            information.add_outer_lower(x, weight);
            for mediator in 0..count {
                let scaled = weight * self.mediators[(row, mediator)];
                for (sum, value) in right.values[mediator * p..(mediator + 1) * p].iter_mut().zip(x) {
                    *sum += scaled * value;
                }
            }
        }
        let factor = Cholesky::named(&information, self.before.names())?;
        let mut slopes = Matrix::zeros(count, p);
        for mediator in 0..count {
            let solved = factor.solve(right.row(mediator));
            slopes.values[mediator * p..(mediator + 1) * p].copy_from_slice(&solved);
        }
        let mut residual_covariance = Matrix::zeros(count, count);
        let mut rest = vec![0.0; count];
        let mut n = 0.0;
        for (row, weight) in active.iter().map(|&row| (row as usize, weights[row as usize])) {
            for (mediator, rest) in rest.iter_mut().enumerate() {
                *rest = self.mediators[(row, mediator)] - dot(slopes.row(mediator), self.before.row(row));
            }
            residual_covariance.add_outer_lower(&rest, weight);
            n += weight;
        }
        if n <= p as f64 {
            return Err(Error::TooFewRows { rows: n as usize, parameters: p });
        }
        residual_covariance.mirror_lower();
        residual_covariance.values.iter_mut().for_each(|value| *value /= n - p as f64);
        Ok(Links { slopes, residual_covariance, outcome })
    }

    /// The effects, averaged over rows by their weights.
    pub(super) fn effects(&self, links: &Links, weights: &[f64]) -> Effects {
        let (confounders, count) = (self.mediation.confounders.columns(), self.moderators.columns);
        let on_outcome = links.outcome[confounders + 1..].to_vec();
        let spread = links.residual_covariance.quadratic(&on_outcome).max(0.0).sqrt();
        // What a column of `before` says of the linear predictor by way of the mediators.
        let by_mediators = |column: usize| -> f64 {
            on_outcome.iter().enumerate().map(|(at, slope)| slope * links.slopes[(at, column)]).sum()
        };
        // What a row's confounders say of it, the mediators' part by their means included.
        let by_confounder: Vec<f64> =
            (0..confounders).map(|column| links.outcome[column] + by_mediators(column)).collect();
        let direct = links.outcome[confounders];
        let through = by_mediators(confounders + count);
        let by_moderator: Vec<f64> = (0..count).map(|at| by_mediators(confounders + at)).collect();
        let away: Vec<f64> = self.nodes.iter().map(|node| spread * node).collect();
        let mean = |eta: f64| -> f64 {
            away.iter().zip(&self.weights).map(|(away, weight)| weight * expit(eta + away)).sum()
        };
        let mut effects = Effects {
            on_mediators: self.on_mediators(links, weights),
            on_outcome: on_outcome.clone(),
            total: 0.0,
            indirect: 0.0,
            indirect_complement_ratio: 0.0,
            indirect_amount: 0.0,
        };
        let (mut fails, mut fails_without) = (0.0, 0.0);
        let total_weight: f64 = weights.iter().sum();
        for (row, &weight) in weights.iter().enumerate().filter(|&(_, &weight)| weight > 0.0) {
            let base = dot(&self.before.row(row)[..confounders], &by_confounder);
            let through = through + dot(self.moderators.row(row), &by_moderator);
            let (neither, both) = (mean(base), mean(base + direct + through));
            let moved_directly = mean(base + direct);
            let indirect = both - moved_directly;
            fails += weight * (1.0 - both);
            fails_without += weight * (1.0 - moved_directly);
            effects.total += weight / total_weight * (both - neither);
            effects.indirect += weight / total_weight * indirect;
            effects.indirect_amount +=
                self.mediation.amounts.map_or(0.0, |amounts| weight * amounts[row] * indirect);
        }
        effects.indirect_complement_ratio = fails / fails_without;
        effects
    }

    /// What the treatment moves each mediator by, on average over rows by their weights.
    fn on_mediators(&self, links: &Links, weights: &[f64]) -> Vec<f64> {
        let confounders = self.mediation.confounders.columns();
        let (count, total) = (self.moderators.columns, weights.iter().sum::<f64>());
        let mut means = vec![0.0; count];
        for (row, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            for (mean, value) in means.iter_mut().zip(self.moderators.row(row)) {
                *mean += weight / total * value;
            }
        }
        let of = |mediator: usize| {
            let slopes = &links.slopes.row(mediator)[confounders..];
            slopes[count] + dot(&slopes[..count], &means)
        };
        (0..self.mediators.columns).map(of).collect()
    }
}

/// The confounders that vary, less their means.
fn deviations(confounders: &Design) -> Vec<(String, Vec<f64>)> {
    let varying =
        (0..confounders.columns()).map(|at| (confounders.names()[at].clone(), confounders.column(at)));
    varying
        .filter(|(_, values)| values.iter().any(|value| *value != values[0]))
        .map(|(name, values)| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (name, values.into_iter().map(|value| value - mean).collect())
        })
        .collect()
}
