//! X′u and X′WX over a few rows: where a regression spends its time.

use crate::Matrix;

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
    pub(super) scores: &'a [f64],
    pub(super) weights: &'a [f64],
}

impl Block<'_> {
    /// Adds to X′u and the lower triangle of X′WX; above the diagonal it leaves what it likes.
    pub(super) fn add(&self, gradient: &mut [f64], information: &mut Matrix) {
        // A number of columns known at compile time lets loops be unrolled: that halves the time.
        match gradient.len() {
            1 => self.add_of::<1>(gradient, information),
            2 => self.add_of::<2>(gradient, information),
            3 => self.add_of::<3>(gradient, information),
            4 => self.add_of::<4>(gradient, information),
            5 => self.add_of::<5>(gradient, information),
            6 => self.add_of::<6>(gradient, information),
            7 => self.add_of::<7>(gradient, information),
            8 => self.add_of::<8>(gradient, information),
            9 => self.add_of::<9>(gradient, information),
            10 => self.add_of::<10>(gradient, information),
            11 => self.add_of::<11>(gradient, information),
            12 => self.add_of::<12>(gradient, information),
            13 => self.add_of::<13>(gradient, information),
            14 => self.add_of::<14>(gradient, information),
            15 => self.add_of::<15>(gradient, information),
            16 => self.add_of::<16>(gradient, information),
            _ => self.add_any(gradient, information),
        }
    }

    fn row(&self, at: usize, p: usize) -> &[f64] {
        let index = self.begin + at;
        let row = self.active.map_or(index, |active| active[index] as usize);
        &self.x[row * p..row * p + p]
    }

    fn add_of<const P: usize>(&self, gradient: &mut [f64], information: &mut Matrix) {
        let (mut sums, mut squares) = ([0.0; P], [[0.0; P]; P]);
        let row = |at: usize| -> &[f64; P] {
            self.row(at, P).try_into().expect("a row has as many values as columns")
        };
        let fours = self.weights.len() / 4 * 4;
        for at in (0..fours).step_by(4) {
            let [a, b, c, d] = [row(at), row(at + 1), row(at + 2), row(at + 3)];
            let (u, w) = (&self.scores[at..at + 4], &self.weights[at..at + 4]);
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
        for at in fours..self.weights.len() {
            let values = row(at);
            for column in 0..P {
                sums[column] += self.scores[at] * values[column];
                let factor = self.weights[at] * values[column];
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

    fn add_any(&self, gradient: &mut [f64], information: &mut Matrix) {
        let p = gradient.len();
        let fours = self.weights.len() / 4 * 4;
        for at in (0..fours).step_by(4) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|next| self.row(at + next, p));
            let (u, w) = (&self.scores[at..at + 4], &self.weights[at..at + 4]);
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
        for at in fours..self.weights.len() {
            let values = self.row(at, p);
            for (sum, value) in gradient.iter_mut().zip(values) {
                *sum += self.scores[at] * value;
            }
            information.add_outer_lower(values, self.weights[at]);
        }
    }
}
