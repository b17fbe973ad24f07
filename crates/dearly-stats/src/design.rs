use crate::error::all_finite;
use crate::matrix::dot;
use crate::{Error, Matrix};

/// The columns of a model, with their names: a finite number for each row and column. The intercept, where a model has
/// one, is a column of ones, named `intercept`.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    names: Vec<String>,
    matrix: Matrix,
}

impl Design {
    /// The name of the column of ones.
    pub const INTERCEPT: &'static str = "intercept";

    /// A design of named columns, all of one length. Names may come twice, and are looked up by the first; a constant
    /// column is not refused here. Without columns there are no rows either.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::NotFinite`] with the column's name and the row.
    pub fn new(columns: Vec<(String, Vec<f64>)>) -> Result<Design, Error> {
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        let mut matrix = Matrix::zeros(rows, columns.len());
        let mut names = Vec::with_capacity(columns.len());
        let width = columns.len();
        for (index, (name, values)) in columns.into_iter().enumerate() {
            crate::error::same_length(&name, rows, values.len())?;
            all_finite(&name, &values)?;
            for (row, value) in values.into_iter().enumerate() {
                matrix.values[row * width + index] = value;
            }
            names.push(name);
        }
        Ok(Design { names, matrix })
    }

    /// As [`Design::new`], with a column of ones before the others, each of which has `rows` values.
    ///
    /// # Errors
    /// Those of [`Design::new`]; with more than one row [`Error::ConstantColumn`], which could not be told from the
    /// ones.
    ///
    /// # Example
    /// ```
    /// let design = dearly_stats::Design::with_intercept(2, vec![("score".to_owned(), vec![40.0, 70.0])])?;
    /// assert_eq!(design.names(), ["intercept", "score"]);
    /// assert_eq!(design.row(1), [1.0, 70.0]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn with_intercept(rows: usize, columns: Vec<(String, Vec<f64>)>) -> Result<Design, Error> {
        for (name, values) in &columns {
            crate::error::same_length(name, rows, values.len())?;
            if rows > 1 && values.iter().all(|value| *value == values[0]) && values[0].is_finite() {
                return Err(Error::ConstantColumn { column: name.clone() });
            }
        }
        let mut all = vec![(Design::INTERCEPT.to_owned(), vec![1.0; rows])];
        all.extend(columns);
        Design::new(all)
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.matrix.rows
    }

    /// Columns, which are the parameters of a model; the intercept counts.
    pub fn columns(&self) -> usize {
        self.matrix.columns
    }

    /// The columns' names, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// All values, row by row.
    pub(crate) fn values(&self) -> &[f64] {
        &self.matrix.values
    }

    /// One row, counted from 0, with one value for each column. Panics for a row that is not there.
    pub fn row(&self, row: usize) -> &[f64] {
        self.matrix.row(row)
    }

    /// One column, counted from 0, copied; one value for each row. Panics for a column that is not there.
    pub fn column(&self, column: usize) -> Vec<f64> {
        (0..self.rows()).map(|row| self.matrix[(row, column)]).collect()
    }

    /// The place of a column by its name, counted from 0: the first of that name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// Where the intercept stands, if there is one: the column named [`Design::INTERCEPT`], whatever is in it.
    pub fn intercept(&self) -> Option<usize> {
        self.position(Design::INTERCEPT)
    }

    /// The linear predictor Σ x b of each row, without an offset.
    ///
    /// # Shapes
    /// One coefficient for each column, which is not checked; one value for each row.
    ///
    /// # Example
    /// ```
    /// let design = dearly_stats::Design::with_intercept(2, vec![("score".to_owned(), vec![40.0, 70.0])])?;
    /// assert_eq!(design.linear_predictor(&[-5.0, 0.25]), [5.0, 12.5]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn linear_predictor(&self, coefficients: &[f64]) -> Vec<f64> {
        (0..self.rows()).map(|row| dot(self.row(row), coefficients)).collect()
    }

    /// The same columns for some of the rows, in the order given; a row may come more than once. Panics for a row that
    /// is not there.
    pub fn rows_of(&self, rows: &[usize]) -> Design {
        let mut values = Vec::with_capacity(rows.len() * self.columns());
        for &row in rows {
            values.extend_from_slice(self.row(row));
        }
        Design {
            names: self.names.clone(),
            matrix: Matrix { rows: rows.len(), columns: self.columns(), values },
        }
    }

    /// Some of the columns, in the order given. Panics for a column that is not there.
    pub fn columns_of(&self, columns: &[usize]) -> Design {
        let mut values = Vec::with_capacity(self.rows() * columns.len());
        for row in 0..self.rows() {
            values.extend(columns.iter().map(|&column| self.matrix[(row, column)]));
        }
        Design {
            names: columns.iter().map(|&column| self.names[column].clone()).collect(),
            matrix: Matrix { rows: self.rows(), columns: columns.len(), values },
        }
    }

    /// A copy in which one column, counted from 0, holds other values, as for a what-if. Panics for a column that is
    /// not there.
    ///
    /// # Shapes
    /// One value for each row.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::NotFinite`].
    ///
    /// # Example
    /// What if both stood at 75?
    /// ```
    /// let design = dearly_stats::Design::with_intercept(2, vec![("score".to_owned(), vec![40.0, 70.0])])?;
    /// let raised = design.with_column(1, &[75.0, 75.0])?;
    /// assert_eq!((raised.row(0), design.row(0)), (&[1.0, 75.0][..], &[1.0, 40.0][..]));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn with_column(&self, column: usize, values: &[f64]) -> Result<Design, Error> {
        crate::error::same_length(&self.names[column], self.rows(), values.len())?;
        all_finite(&self.names[column], values)?;
        let mut copy = self.clone();
        for (row, value) in values.iter().enumerate() {
            copy.matrix[(row, column)] = *value;
        }
        Ok(copy)
    }
}
