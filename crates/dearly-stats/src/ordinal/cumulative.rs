use crate::glm::family::expit;
use crate::{Cholesky, Design, Error, Matrix};

const MAX_ITERATIONS: usize = 200;

/// A model of cumulative log-odds: some columns with one coefficient for all thresholds, some with one for each.
///
/// Parameters stand in this order: thresholds; coefficients of the proportional columns; for each other column its
/// coefficients by threshold. The likelihood is concave in all of them, as log(F(a) − F(b)) is in a and b.
pub(super) struct Cumulative<'a> {
    design: &'a Design,
    levels: &'a [usize],
    weights: Option<&'a [f64]>,
    cut: usize,
    proportional: Vec<usize>,
    free: Vec<usize>,
}

/// Where the iterations ended.
pub(super) struct End {
    pub(super) parameters: Vec<f64>,
    pub(super) log_likelihood: f64,
    pub(super) information: Matrix,
    pub(super) iterations: usize,
}

impl<'a> Cumulative<'a> {
    pub(super) fn new(
        design: &'a Design,
        levels: &'a [usize],
        n_levels: usize,
        weights: Option<&'a [f64]>,
        free: &[usize],
    ) -> Cumulative<'a> {
        let (free, proportional) = (0..design.columns()).partition(|column| free.contains(column));
        Cumulative { design, levels, weights, cut: n_levels - 1, proportional, free }
    }

    pub(super) fn parameters(&self) -> usize {
        self.cut + self.proportional.len() + self.free.len() * self.cut
    }

    /// The same place in this larger model.
    pub(super) fn start_from(&self, thresholds: &[f64], coefficients: &[f64]) -> Vec<f64> {
        let mut parameters = thresholds.to_vec();
        parameters.extend(self.proportional.iter().map(|&column| coefficients[column]));
        for &column in &self.free {
            parameters.extend(std::iter::repeat_n(coefficients[column], self.cut));
        }
        parameters
    }

    /// The column behind a parameter that cannot be told from those before it.
    pub(super) fn collinear(&self, parameter: usize) -> Error {
        let column = if parameter < self.cut {
            0
        } else {
            let after = parameter - self.cut;
            let rest = after.saturating_sub(self.proportional.len()) / self.cut;
            self.proportional.get(after).copied().unwrap_or_else(|| self.free[rest])
        };
        Error::Collinear { column: self.design.names()[column].clone() }
    }

    /// Writes what the boundary above level `at` is made of, and gives its value.
    fn boundary(&self, row: usize, at: usize, parameters: &[f64], parts: &mut Vec<(usize, f64)>) -> f64 {
        let values = self.design.row(row);
        parts.clear();
        parts.push((at, 1.0));
        parts.extend(
            self.proportional.iter().enumerate().map(|(index, &column)| (self.cut + index, -values[column])),
        );
        let begin = self.cut + self.proportional.len();
        parts.extend(
            self.free
                .iter()
                .enumerate()
                .map(|(index, &column)| (begin + index * self.cut + at, -values[column])),
        );
        parts.iter().map(|&(parameter, factor)| parameters[parameter] * factor).sum()
    }

    /// The log-likelihood; gradient and lower triangle of the negative second derivative.
    fn evaluate(&self, parameters: &[f64], gradient: &mut [f64], information: &mut Matrix) -> f64 {
        gradient.fill(0.0);
        information.values.fill(0.0);
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let mut log_likelihood = 0.0;
        for (row, &level) in self.levels.iter().enumerate() {
            let weight = self.weights.map_or(1.0, |weights| weights[row]);
            if weight == 0.0 {
                continue;
            }
            let (mut upper, mut lower) = (f64::INFINITY, f64::NEG_INFINITY);
            above.clear();
            below.clear();
            if level < self.cut {
                upper = self.boundary(row, level, parameters, &mut above);
            }
            if level > 0 {
                lower = self.boundary(row, level - 1, parameters, &mut below);
            }
            if lower >= upper {
                return f64::NEG_INFINITY;
            }
            let probability = between(lower, upper);
            if probability <= 0.0 {
                return f64::NEG_INFINITY;
            }
            log_likelihood += weight * probability.ln();
            let density = |at: f64| expit(at) * expit(-at);
            // Of log(F(a) − F(b)) by a and b; F″ is F′ (1 − 2F).
            let (by_upper, by_lower) = (density(upper) / probability, -density(lower) / probability);
            let upper_upper = by_upper * by_upper - by_upper * (expit(-upper) - expit(upper));
            let lower_lower = by_lower * by_lower - by_lower * (expit(-lower) - expit(lower));
            let upper_lower = by_upper * by_lower;
            for (parts, slope, bend) in [(&above, by_upper, upper_upper), (&below, by_lower, lower_lower)] {
                for &(parameter, factor) in parts {
                    gradient[parameter] += weight * slope * factor;
                    for &(other, times) in parts.iter().filter(|&&(other, _)| other <= parameter) {
                        information[(parameter, other)] += weight * bend * factor * times;
                    }
                }
            }
            for &(parameter, factor) in &above {
                for &(other, times) in &below {
                    let value = weight * upper_lower * factor * times;
                    information[(parameter.max(other), parameter.min(other))] +=
                        if parameter == other { 2.0 * value } else { value };
                }
            }
        }
        log_likelihood
    }

    pub(super) fn solve(&self, start: &[f64]) -> Result<End, Error> {
        let endless = |iterations| Error::NotConverged { what: "the ordinal regression", iterations };
        let count = self.parameters();
        let mut parameters = start.to_vec();
        let (mut gradient, mut information) = (vec![0.0; count], Matrix::zeros(count, count));
        let mut log_likelihood = self.evaluate(&parameters, &mut gradient, &mut information);
        let sizes = self.sizes();
        for iteration in 0..MAX_ITERATIONS {
            let factor = Cholesky::new(&information).map_err(|parameter| {
                if iteration == 0 { self.collinear(parameter) } else { endless(iteration) }
            })?;
            let mut step = factor.solve(&gradient);
            let moved = step.iter().zip(&sizes).map(|(step, size)| (step * size).abs()).fold(0.0, f64::max);
            let settled = moved < 1e-10;
            let mut halvings = 0;
            let reached = loop {
                let candidate: Vec<f64> =
                    parameters.iter().zip(&step).map(|(value, step)| value + step).collect();
                let reached = self.evaluate(&candidate, &mut gradient, &mut information);
                if reached >= log_likelihood - 1e-11 * (1.0 + log_likelihood.abs()) {
                    parameters = candidate;
                    break reached;
                }
                halvings += 1;
                if halvings > 40 {
                    return Err(endless(iteration));
                }
                step.iter_mut().for_each(|step| *step *= 0.5);
            };
            log_likelihood = reached;
            if settled {
                information.mirror_lower();
                return Ok(End { parameters, log_likelihood, information, iterations: iteration + 1 });
            }
            // As good as 1, or a coefficient on its way out: no maximum.
            if log_likelihood > -1e-9 || (iteration > 30 && moved > 0.5) {
                return Err(endless(iteration + 1));
            }
        }
        Err(endless(MAX_ITERATIONS))
    }

    /// The root mean square of what each parameter multiplies.
    fn sizes(&self) -> Vec<f64> {
        let rows = self.design.rows() as f64;
        let size = |column: usize| {
            let squares: f64 = (0..self.design.rows()).map(|row| self.design.row(row)[column].powi(2)).sum();
            (squares / rows).sqrt()
        };
        let mut sizes = vec![1.0; self.cut];
        sizes.extend(self.proportional.iter().map(|&column| size(column)));
        for &column in &self.free {
            sizes.extend(std::iter::repeat_n(size(column), self.cut));
        }
        sizes
    }
}

/// F(upper) − F(lower) of the logistic distribution, in the tail where the difference has its digits.
pub(super) fn between(lower: f64, upper: f64) -> f64 {
    if lower > 0.0 { expit(-lower) - expit(-upper) } else { expit(upper) - expit(lower) }
}
