//! X′u and X′WX over a few rows: where a regression spends its time.

use crate::Matrix;
use crate::matrix::dot;

/// Rows worked on at a time, so that their values stay near.
pub(super) const BLOCK: usize = 64;

/// Some rows with what each adds.
pub(super) struct Block<'a> {
    /// All rows, one after the other.
    pub(super) x: &'a [f64],
    /// The rows that count, where not all do.
    pub(super) active: Option<&'a [u32]>,
    /// The first of this block among those that count.
    pub(super) begin: usize,
}

impl Block<'_> {
    /// The row in its place.
    #[inline(always)]
    pub(super) fn row_at(&self, at: usize) -> usize {
        let index = self.begin + at;
        self.active.map_or(index, |active| active[index] as usize)
    }

    /// Xb for as many rows as there is room for.
    pub(super) fn predict(&self, coefficients: &[f64], predictors: &mut [f64]) {
        let p = coefficients.len();
        for (at, predictor) in predictors.iter_mut().enumerate() {
            let row = self.row(at, p);
            // Four sums, none of which waits for another.
            let (fours, rest) = row.as_chunks::<4>();
            let (by_four, by_one) = coefficients.as_chunks::<4>();
            let mut sums = [0.0; 4];
            for (values, factors) in fours.iter().zip(by_four) {
                for lane in 0..4 {
                    sums[lane] += values[lane] * factors[lane];
                }
            }
            *predictor = (sums[0] + sums[1]) + (sums[2] + sums[3]) + dot(rest, by_one);
        }
    }

    /// Adds to X′u.
    pub(super) fn add_scores(&self, scores: &[f64], gradient: &mut [f64]) {
        let p = gradient.len();
        for (at, score) in scores.iter().enumerate() {
            for (sum, value) in gradient.iter_mut().zip(self.row(at, p)) {
                *sum += score * value;
            }
        }
    }

    /// Adds to X′u and the lower triangle of X′WX; above the diagonal it leaves what it likes.
    pub(super) fn add(
        &self,
        scores: &[f64],
        weights: &[f64],
        gradient: &mut [f64],
        information: &mut Matrix,
    ) {
        // A number of columns known at compile time lets loops be unrolled: that halves the time.
        match gradient.len() {
            1 => self.add_of::<1>(scores, weights, gradient, information),
            2 => self.add_of::<2>(scores, weights, gradient, information),
            3 => self.add_of::<3>(scores, weights, gradient, information),
            4 => self.add_of::<4>(scores, weights, gradient, information),
            5 => self.add_of::<5>(scores, weights, gradient, information),
            6 => self.add_of::<6>(scores, weights, gradient, information),
            7 => self.add_of::<7>(scores, weights, gradient, information),
            8 => self.add_of::<8>(scores, weights, gradient, information),
            9 => self.add_of::<9>(scores, weights, gradient, information),
            10 => self.add_of::<10>(scores, weights, gradient, information),
            11 => self.add_of::<11>(scores, weights, gradient, information),
            12 => self.add_of::<12>(scores, weights, gradient, information),
            13 => self.add_of::<13>(scores, weights, gradient, information),
            14 => self.add_of::<14>(scores, weights, gradient, information),
            15 => self.add_of::<15>(scores, weights, gradient, information),
            16 => self.add_of::<16>(scores, weights, gradient, information),
            _ => self.add_any(scores, weights, gradient, information),
        }
    }

    #[inline(always)]
    fn row(&self, at: usize, p: usize) -> &[f64] {
        let row = self.row_at(at);
        &self.x[row * p..row * p + p]
    }

    fn add_of<const P: usize>(
        &self,
        scores: &[f64],
        weights: &[f64],
        gradient: &mut [f64],
        information: &mut Matrix,
    ) {
        let (mut sums, mut squares) = ([0.0; P], [[0.0; P]; P]);
        let row = |at: usize| -> &[f64; P] {
            self.row(at, P).try_into().expect("a row has as many values as columns")
        };
        let fours = weights.len() / 4 * 4;
        for at in (0..fours).step_by(4) {
            let [a, b, c, d] = [row(at), row(at + 1), row(at + 2), row(at + 3)];
            let (u, w) = (&scores[at..at + 4], &weights[at..at + 4]);
            for column in 0..P {
                sums[column] += (u[0] * a[column] + u[1] * b[column]) + (u[2] * c[column] + u[3] * d[column]);
                let [e, f, g, h] = [w[0] * a[column], w[1] * b[column], w[2] * c[column], w[3] * d[column]];
                // One cell more where that makes them even.
                for other in 0..(column + 2) / 2 * 2 {
                    if other < P {
                        squares[column][other] +=
                            (e * a[other] + f * b[other]) + (g * c[other] + h * d[other]);
                    }
                }
            }
        }
        for at in fours..weights.len() {
            let values = row(at);
            for column in 0..P {
                sums[column] += scores[at] * values[column];
                let factor = weights[at] * values[column];
                for other in 0..=column {
                    squares[column][other] += factor * values[other];
                }
            }
        }
        for (total, sum) in gradient.iter_mut().zip(sums) {
            *total += sum;
        }
        for (cells, squares) in information.values.chunks_exact_mut(P).zip(&squares) {
            for (cell, square) in cells.iter_mut().zip(squares) {
                *cell += square;
            }
        }
    }

    fn add_any(&self, scores: &[f64], weights: &[f64], gradient: &mut [f64], information: &mut Matrix) {
        let p = gradient.len();
        let fours = weights.len() / 4 * 4;
        for at in (0..fours).step_by(4) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|next| self.row(at + next, p));
            let (u, w) = (&scores[at..at + 4], &weights[at..at + 4]);
            for column in 0..p {
                gradient[column] +=
                    (u[0] * a[column] + u[1] * b[column]) + (u[2] * c[column] + u[3] * d[column]);
                let [e, f, g, h] = [w[0] * a[column], w[1] * b[column], w[2] * c[column], w[3] * d[column]];
                let cells = &mut information.values[column * p..column * p + column + 1];
                let (a, b, c, d) = (&a[..=column], &b[..=column], &c[..=column], &d[..=column]);
                for (other, cell) in cells.iter_mut().enumerate() {
                    *cell += (e * a[other] + f * b[other]) + (g * c[other] + h * d[other]);
                }
            }
        }
        for at in fours..weights.len() {
            let values = self.row(at, p);
            for (sum, value) in gradient.iter_mut().zip(values) {
                *sum += scores[at] * value;
            }
            information.add_outer_lower(values, weights[at]);
        }
    }
}
