use crate::Error;

/// A dense matrix, row by row. Small: as many columns as a model has parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// `rows × columns` values, row by row.
    pub values: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros of this shape.
    pub fn zeros(rows: usize, columns: usize) -> Matrix {
        Matrix { rows, columns, values: vec![0.0; rows * columns] }
    }

    /// The identity of `size` rows and columns.
    pub fn identity(size: usize) -> Matrix {
        let mut identity = Matrix::zeros(size, size);
        for index in 0..size {
            identity[(index, index)] = 1.0;
        }
        identity
    }

    /// One row, of `self.columns` values; panics beyond the last.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// The diagonal, of as many values as the shorter side.
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.rows.min(self.columns)).map(|index| self[(index, index)]).collect()
    }

    /// The product with a matrix of `self.columns` rows: `self.rows` × `other.columns`.
    pub fn times(&self, other: &Matrix) -> Matrix {
        debug_assert_eq!(self.columns, other.rows, "shapes of a product");
        let mut product = Matrix::zeros(self.rows, other.columns);
        for row in 0..self.rows {
            for inner in 0..self.columns {
                let factor = self[(row, inner)];
                for column in 0..other.columns {
                    product[(row, column)] += factor * other[(inner, column)];
                }
            }
        }
        product
    }

    /// The product with a vector of `self.columns` values: `self.rows` values.
    pub fn times_vector(&self, vector: &[f64]) -> Vec<f64> {
        debug_assert_eq!(self.columns, vector.len(), "shapes of a product");
        (0..self.rows).map(|row| dot(self.row(row), vector)).collect()
    }

    /// Rows and columns exchanged: `self.columns` × `self.rows`.
    pub fn transposed(&self) -> Matrix {
        let mut transposed = Matrix::zeros(self.columns, self.rows);
        for row in 0..self.rows {
            for column in 0..self.columns {
                transposed[(column, row)] = self[(row, column)];
            }
        }
        transposed
    }

    /// The quadratic form v′Av of a square matrix and a vector of as many values: of a covariance, the variance of v′b.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Matrix;
    ///
    /// let covariance = Matrix { rows: 2, columns: 2, values: vec![4.0, 1.0, 1.0, 3.0] };
    /// // The variance of a sum: 4 + 3 + 2 · 1.
    /// assert_eq!(covariance.quadratic(&[1.0, 1.0]), 9.0);
    /// ```
    pub fn quadratic(&self, vector: &[f64]) -> f64 {
        dot(&self.times_vector(vector), vector)
    }

    /// The square matrix of the rows and columns chosen, in the order given; panics where there is no such row or
    /// column.
    pub fn chosen(&self, indices: &[usize]) -> Matrix {
        let mut chosen = Matrix::zeros(indices.len(), indices.len());
        for (row, &from_row) in indices.iter().enumerate() {
            for (column, &from_column) in indices.iter().enumerate() {
                chosen[(row, column)] = self[(from_row, from_column)];
            }
        }
        chosen
    }

    /// As [`Matrix::chosen`] for ascending indices, of which only the lower triangle is read and written.
    pub(crate) fn chosen_lower(&self, indices: &[usize]) -> Matrix {
        let mut chosen = Matrix::zeros(indices.len(), indices.len());
        for (row, &from_row) in indices.iter().enumerate() {
            for (column, &from_column) in indices[..=row].iter().enumerate() {
                chosen[(row, column)] = self[(from_row, from_column)];
            }
        }
        chosen
    }

    /// Adds `weight · vector vector′` to the lower triangle of a square matrix with a row for each value.
    /// [`Matrix::mirror_lower`] completes the sum.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Matrix;
    ///
    /// let mut sum = Matrix::zeros(2, 2);
    /// sum.add_outer_lower(&[1.0, 3.0], 2.0);
    /// assert_eq!(sum.values, [2.0, 0.0, 6.0, 18.0]);
    /// sum.mirror_lower();
    /// assert_eq!(sum.values, [2.0, 6.0, 6.0, 18.0]);
    /// ```
    pub fn add_outer_lower(&mut self, vector: &[f64], weight: f64) {
        for (row, &left) in vector.iter().enumerate() {
            let scaled = left * weight;
            let cells = &mut self.values[row * self.columns..row * self.columns + row + 1];
            for (cell, &right) in cells.iter_mut().zip(vector) {
                *cell += scaled * right;
            }
        }
    }

    /// Copies the lower triangle of a square matrix into the upper one.
    pub fn mirror_lower(&mut self) {
        for row in 0..self.rows {
            for column in 0..row {
                self[(column, row)] = self[(row, column)];
            }
        }
    }

    /// Eigenvalues, ascending, and the matrix whose columns are their vectors, of a symmetric matrix: cyclic Jacobi
    /// rotations, exact to rounding for the few columns of a model.
    ///
    /// # Shapes
    /// A square matrix of n rows; n eigenvalues and n × n vectors, each of length 1, of either sign. That it is
    /// symmetric is not checked.
    ///
    /// # Source
    /// Golub and Van Loan, *Matrix Computations*, 8.5.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Matrix;
    ///
    /// let (values, vectors) = Matrix { rows: 2, columns: 2, values: vec![2.0, 1.0, 1.0, 2.0] }.symmetric_eigen();
    /// assert!((values[0] - 1.0).abs() < 1e-14 && (values[1] - 3.0).abs() < 1e-14);
    /// // The greater one goes along the diagonal.
    /// assert!((vectors[(0, 1)] - vectors[(1, 1)]).abs() < 1e-14);
    /// ```
    pub fn symmetric_eigen(&self) -> (Vec<f64>, Matrix) {
        let size = self.rows;
        let mut work = self.clone();
        let mut vectors = Matrix::identity(size);
        for _sweep in 0..100 {
            let off: f64 = (0..size)
                .flat_map(|row| (0..row).map(move |column| (row, column)))
                .map(|at| work[at] * work[at])
                .sum();
            let on: f64 = work.diagonal().iter().map(|value| value * value).sum();
            if off <= on * 1e-32 || off == 0.0 {
                break;
            }
            for p in 0..size {
                for q in p + 1..size {
                    if work[(p, q)] == 0.0 {
                        continue;
                    }
                    let theta = (work[(q, q)] - work[(p, p)]) / (2.0 * work[(p, q)]);
                    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
                    let tangent = if theta == 0.0 { 1.0 } else { tangent };
                    let cosine = 1.0 / tangent.hypot(1.0);
                    let sine = tangent * cosine;
                    for k in 0..size {
                        let (left, right) = (work[(k, p)], work[(k, q)]);
                        work[(k, p)] = cosine * left - sine * right;
                        work[(k, q)] = sine * left + cosine * right;
                    }
                    for k in 0..size {
                        let (left, right) = (work[(p, k)], work[(q, k)]);
                        work[(p, k)] = cosine * left - sine * right;
                        work[(q, k)] = sine * left + cosine * right;
                    }
                    for k in 0..size {
                        let (left, right) = (vectors[(k, p)], vectors[(k, q)]);
                        vectors[(k, p)] = cosine * left - sine * right;
                        vectors[(k, q)] = sine * left + cosine * right;
                    }
                }
            }
        }
        let values = work.diagonal();
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut sorted = Matrix::zeros(size, size);
        for (to, &from) in order.iter().enumerate() {
            for row in 0..size {
                sorted[(row, to)] = vectors[(row, from)];
            }
        }
        (order.iter().map(|&index| values[index]).collect(), sorted)
    }
}

impl std::ops::Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        &self.values[row * self.columns + column]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        &mut self.values[row * self.columns + column]
    }
}

/// The sum of products.
pub(crate) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The factor L of a symmetric positive definite A = LL′.
#[derive(Debug, Clone)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// Factors a square symmetric matrix, of which only the lower triangle is read.
    ///
    /// # Errors
    /// The index of the first column that is, to twelve digits, a combination of those before it; so, too, where the
    /// matrix is not positive definite or has a NaN.
    ///
    /// # Source
    /// Golub and Van Loan, *Matrix Computations*, 4.2.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Cholesky, Matrix};
    ///
    /// let of = |values| Cholesky::new(&Matrix { rows: 2, columns: 2, values });
    /// assert_eq!(of(vec![1.0, 2.0, 2.0, 4.0]).unwrap_err(), 1);
    /// // 4x + 2y = 8 and 2x + 3y = 7.
    /// let solution = of(vec![4.0, 2.0, 2.0, 3.0]).unwrap().solve(&[8.0, 7.0]);
    /// assert!((solution[0] - 1.25).abs() < 1e-14 && (solution[1] - 1.5).abs() < 1e-14);
    /// ```
    pub fn new(symmetric: &Matrix) -> Result<Cholesky, usize> {
        let size = symmetric.rows;
        let mut lower = Matrix::zeros(size, size);
        for row in 0..size {
            for column in 0..=row {
                let (before_row, before_column) = (row * size, column * size);
                let inner = dot(
                    &lower.values[before_row..before_row + column],
                    &lower.values[before_column..before_column + column],
                );
                let rest = symmetric[(row, column)] - inner;
                if row == column {
                    // Relative to the column itself, so that units do not matter.
                    if rest.is_nan() || rest <= symmetric[(row, row)].abs() * 1e-12 {
                        return Err(row);
                    }
                    lower[(row, row)] = rest.sqrt();
                } else {
                    lower[(row, column)] = rest / lower[(column, column)];
                }
            }
        }
        Ok(Cholesky { lower })
    }

    /// As [`Cholesky::new`], with the column's name in the error.
    pub(crate) fn named(symmetric: &Matrix, names: &[String]) -> Result<Cholesky, Error> {
        Cholesky::new(symmetric).map_err(|column| Error::Collinear { column: names[column].clone() })
    }

    /// The solution x of Ax = b, as long as b, which has one value for each row of A.
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = self.forward(right);
        for row in (0..solution.len()).rev() {
            let mut rest = solution[row];
            for (below, value) in solution.iter().enumerate().skip(row + 1) {
                rest -= self.lower[(below, row)] * value;
            }
            solution[row] = rest / self.lower[(row, row)];
        }
        solution
    }

    /// The solution y of Ly = b, as long as b; y′y is b′A⁻¹b.
    pub fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = vec![0.0; right.len()];
        self.forward_into(right, &mut solution);
        solution
    }

    /// As [`Cholesky::forward`], into a vector that is there.
    pub(crate) fn forward_into(&self, right: &[f64], solution: &mut [f64]) {
        for (row, right) in right.iter().enumerate() {
            let inner = dot(&self.lower.row(row)[..row], &solution[..row]);
            solution[row] = (right - inner) / self.lower[(row, row)];
        }
    }

    /// The inverse of A, of its shape.
    pub fn inverse(&self) -> Matrix {
        let size = self.lower.rows;
        let mut inverse = Matrix::zeros(size, size);
        let mut unit = vec![0.0; size];
        for column in 0..size {
            unit[column] = 1.0;
            for (row, value) in self.solve(&unit).into_iter().enumerate() {
                inverse[(row, column)] = value;
            }
            unit[column] = 0.0;
        }
        inverse
    }

    /// The natural logarithm of the determinant of A.
    pub fn log_determinant(&self) -> f64 {
        2.0 * self.lower.diagonal().iter().map(|value| value.ln()).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_inverts_and_names_the_combination() {
        // A = [[4, 2], [2, 3]]: det 8, inverse [[3, −2], [−2, 4]] / 8.
        let a = Matrix { rows: 2, columns: 2, values: vec![4.0, 2.0, 2.0, 3.0] };
        let factor = Cholesky::new(&a).unwrap();
        assert!((factor.log_determinant() - 8f64.ln()).abs() < 1e-14);
        let x = factor.solve(&[8.0, 7.0]);
        assert!((x[0] - 1.25).abs() < 1e-14 && (x[1] - 1.5).abs() < 1e-14);
        assert!((factor.inverse()[(0, 1)] + 0.25).abs() < 1e-14);
        let singular = Matrix { rows: 2, columns: 2, values: vec![1.0, 2.0, 2.0, 4.0] };
        assert_eq!(Cholesky::new(&singular).unwrap_err(), 1);
    }

    #[test]
    fn eigenvalues_ascend_and_rebuild_the_matrix() {
        let a = Matrix { rows: 3, columns: 3, values: vec![2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0] };
        let (values, vectors) = a.symmetric_eigen();
        // 2 − √2, 2, 2 + √2.
        for (value, expected) in values.iter().zip([2.0 - 2f64.sqrt(), 2.0, 2.0 + 2f64.sqrt()]) {
            assert!((value - expected).abs() < 1e-13);
        }
        let mut scaled = vectors.clone();
        for row in 0..3 {
            for column in 0..3 {
                scaled[(row, column)] *= values[column];
            }
        }
        let rebuilt = scaled.times(&vectors.transposed());
        assert!(rebuilt.values.iter().zip(&a.values).all(|(x, y)| (x - y).abs() < 1e-13));
    }
}
