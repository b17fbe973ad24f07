use crate::glm::family::{expit, softplus};
use crate::matrix::dot;
use crate::{Cholesky, Design, Error, Glm, Matrix, SeparationKind};

const MAX_ITERATIONS: usize = 500;
/// Panels of so many rows are looked at for a second maximum, which was seen in those of a few dozen; in large ones the climbs
/// from far out are long.
const SMALL: usize = 200;

/// A logit's data and its penalised likelihood.
pub(super) struct Penalized<'a> {
    glm: Glm<'a>,
    design: &'a Design,
    outcome: &'a [f64],
    size: Vec<f64>,
    largest: Vec<f64>,
    /// Whether the panel is small and every row told with certainty: there may be a second maximum further out.
    is_told: bool,
}

/// Where the iterations ended.
pub(super) struct End {
    pub(super) coefficients: Vec<f64>,
    pub(super) log_likelihood: f64,
    /// The slope of the penalised likelihood by every coefficient: 0 for those that were free.
    pub(super) gradient: Vec<f64>,
    pub(super) score_residuals: Vec<f64>,
    pub(super) iterations: usize,
}

/// The penalised likelihood at one place.
struct Place {
    log_likelihood: f64,
    factor: Cholesky,
}

impl<'a> Penalized<'a> {
    pub(super) fn new(glm: &Glm<'a>, design: &'a Design, outcome: &'a [f64]) -> Penalized<'a> {
        let p = design.columns();
        let (mut size, mut largest) = (vec![0.0; p], vec![0.0f64; p]);
        for row in 0..design.rows() {
            for ((size, largest), value) in size.iter_mut().zip(&mut largest).zip(design.row(row)) {
                *size += value * value;
                *largest = largest.max(value.abs());
            }
        }
        size.iter_mut().for_each(|size| *size = (*size / design.rows() as f64).sqrt());
        let is_told =
            design.rows() <= SMALL && glm.separated_by(design, outcome).kind == SeparationKind::Complete;
        Penalized { glm: *glm, design, outcome, size, largest, is_told }
    }

    /// Free are all columns but one.
    pub(super) fn all_but(&self, column: usize) -> Result<Vec<bool>, Error> {
        if column >= self.design.columns() {
            return Err(Error::OutOfRange {
                what: "the column".to_owned(),
                value: column as f64,
                expected: "a column of the model, counted from 0",
            });
        }
        Ok((0..self.design.columns()).map(|other| other != column).collect())
    }

    fn predictor(&self, row: usize, coefficients: &[f64]) -> f64 {
        dot(self.design.row(row), coefficients) + self.glm.known_offset().map_or(0.0, |offset| offset[row])
    }

    /// ℓ + ½ log|X′WX|, and the factor of X′WX; the column at which there is none.
    fn place(&self, coefficients: &[f64]) -> Result<Place, usize> {
        let p = self.design.columns();
        let mut information = Matrix::zeros(p, p);
        let mut log_likelihood = 0.0;
        for (row, &outcome) in self.outcome.iter().enumerate() {
            let weight = self.glm.weight(row);
            if weight > 0.0 {
                let eta = self.predictor(row, coefficients);
                log_likelihood += weight * (outcome * eta - softplus(eta));
                information.add_outer_lower(self.design.row(row), weight * expit(eta) * expit(-eta));
            }
        }
        let factor = Cholesky::new(&information)?;
        log_likelihood += 0.5 * factor.log_determinant();
        Ok(Place { log_likelihood, factor })
    }

    /// The penalised score, its rows, and X′WX with leverages added to the weights: the score's derivative but for the
    /// leverages' own, on which the steps shrink fastest.
    fn climb(&self, place: &Place, coefficients: &[f64], residuals: &mut [f64]) -> (Vec<f64>, Matrix) {
        let p = self.design.columns();
        let (mut gradient, mut slope) = (vec![0.0; p], Matrix::zeros(p, p));
        let mut lean = vec![0.0; p];
        for (row, &outcome) in self.outcome.iter().enumerate() {
            let weight = self.glm.weight(row);
            if weight == 0.0 {
                residuals[row] = 0.0;
                continue;
            }
            let values = self.design.row(row);
            let eta = self.predictor(row, coefficients);
            let (mean, other) = (expit(eta), expit(-eta));
            place.factor.forward_into(values, &mut lean);
            let leverage = weight * mean * other * dot(&lean, &lean);
            let rest = if outcome == 1.0 { other } else { outcome - mean };
            let residual = weight * rest + leverage * 0.5 * (other - mean);
            residuals[row] = residual;
            for (sum, value) in gradient.iter_mut().zip(values) {
                *sum += residual * value;
            }
            slope.add_outer_lower(values, (weight + leverage) * mean * other);
        }
        (gradient, slope)
    }

    /// The highest place found from the coefficients given, along those that are free.
    ///
    /// Where every row is told the likelihood is so flat that the penalty can make a second maximum further out. It is looked
    /// for along the ray of the fit's coefficients, or of those found first, at distances each twice the last.
    pub(super) fn solve(&self, start: &[f64], free: &[bool], fitted: Option<&[f64]>) -> Result<End, Error> {
        const DISTANCES: [f64; 4] = [1.0, 2.0, 4.0, 8.0];
        let mut highest = self.climb_from(start, free)?;
        if !self.is_told {
            return Ok(highest);
        }
        let ray = fitted.map_or_else(|| highest.coefficients.clone(), <[f64]>::to_vec);
        for distance in DISTANCES {
            let further: Vec<f64> =
                (0..ray.len()).map(|at| if free[at] { distance * ray[at] } else { start[at] }).collect();
            // A start that leads nowhere is none.
            if let Ok(end) = self.climb_from(&further, free)
                && end.log_likelihood > highest.log_likelihood + 1e-9
            {
                highest = end;
            }
        }
        Ok(highest)
    }

    /// Climbs from the coefficients given, along those that are free.
    fn climb_from(&self, start: &[f64], free: &[bool]) -> Result<End, Error> {
        let names = self.design.names();
        let collinear = |column: usize| Error::Collinear { column: names[column].clone() };
        let endless = || Error::NotConverged { what: "Firth's regression", iterations: MAX_ITERATIONS };
        let free: Vec<usize> = (0..free.len()).filter(|&column| free[column]).collect();
        let mut coefficients = start.to_vec();
        let mut place = self.place(&coefficients).map_err(collinear)?;
        let mut score_residuals = vec![0.0; self.outcome.len()];
        let (mut last_moved, mut stalls) = (f64::INFINITY, 0);
        for iteration in 0..MAX_ITERATIONS {
            let (gradient, slope) = self.climb(&place, &coefficients, &mut score_residuals);
            let along: Vec<f64> = free.iter().map(|&column| gradient[column]).collect();
            let mut step = if free.is_empty() {
                Vec::new()
            } else {
                Cholesky::new(&slope.chosen_lower(&free)).map_err(|_| endless())?.solve(&along)
            };
            let moved = free.iter().zip(&step).map(|(&column, step)| (step * self.size[column]).abs());
            let moved = moved.fold(0.0, f64::max);
            let longest: f64 =
                free.iter().zip(&step).map(|(&column, step)| step.abs() * self.largest[column]).sum();
            // Leverages move with the step, so that the method shrinks its steps by a factor, not by their square.
            let gain = dot(&along, &step);
            // Far out on a separating direction, rounding of the determinant keeps steps from shrinking further.
            stalls = if moved > 0.9 * last_moved { stalls + 1 } else { 0 };
            last_moved = moved;
            let stalled = stalls >= 3 && moved < 1e-4 && gain < 1e-11 * (1.0 + place.log_likelihood.abs());
            let settled = moved < 1e-11 || (moved < 1e-8 && gain < 1e-20) || stalled;
            if longest > 8.0 {
                step.iter_mut().for_each(|step| *step *= 8.0 / longest);
            }
            let mut halvings = 0;
            loop {
                let mut candidate = coefficients.clone();
                for (&column, step) in free.iter().zip(&step) {
                    candidate[column] += step;
                }
                let reached = self.place(&candidate).ok();
                let risen = |reached: &Place| {
                    reached.log_likelihood
                        >= place.log_likelihood - 1e-12 * (1.0 + place.log_likelihood.abs())
                };
                if let Some(reached) = reached.filter(risen) {
                    place = reached;
                    coefficients = candidate;
                    break;
                }
                halvings += 1;
                if halvings > 40 {
                    return Err(endless());
                }
                step.iter_mut().for_each(|step| *step *= 0.5);
            }
            if settled {
                return Ok(End {
                    coefficients,
                    log_likelihood: place.log_likelihood,
                    gradient,
                    score_residuals,
                    iterations: iteration + 1,
                });
            }
        }
        Err(endless())
    }
}
