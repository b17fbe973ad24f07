mod cone;

use cone::{Side, recession_direction};

use crate::{Design, Error, Family, Glm, Matrix};

/// How far the columns tell the outcome with certainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeparationKind {
    /// Not at all: the maximum-likelihood estimate exists.
    None,
    /// Some rows: at least one coefficient runs away.
    QuasiComplete,
    /// All rows: the likelihood reaches 1.
    Complete,
}

impl SeparationKind {
    /// The name for tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            SeparationKind::None => "none",
            SeparationKind::QuasiComplete => "quasi_complete",
            SeparationKind::Complete => "complete",
        }
    }
}

/// Whether the outcome is separated, and by which columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Separation {
    /// How far.
    pub kind: SeparationKind,
    /// The columns whose coefficients run away, without the intercept unless it is the only one. Where all rows are
    /// told and single columns do it alone, those.
    pub terms: Vec<String>,
    /// Rows told with certainty.
    pub n_separated: usize,
    /// Of each column, in the order of the design and the intercept among them, whether the rows that are not told leave
    /// its coefficient open: all that run away, and where all rows are told every one.
    pub is_open: Vec<bool>,
}

impl Glm<'_> {
    /// Whether a combination of columns tells the outcome of some rows with certainty and misjudges none, so that no
    /// finite maximum-likelihood estimate exists.
    ///
    /// The question is that of Konis's linear program: is there a b with s_i x_i′b ≥ 0 for every row and > 0 for one,
    /// with s the side of the outcome? It is answered by its alternative (Stiemke's): there is none exactly if
    /// Σ λ_i s_i x_i = 0 for some λ ≥ 1, and the nearest one can get to 0 with such λ, a non-negative least-squares
    /// problem in as many dimensions as columns, *is* such a b where one exists. Rows told are then left out and the
    /// rest asked again, which finds all rows that can be told.
    ///
    /// # Shapes
    /// As [`Glm::fit`]. Offsets do not matter, rows of weight 0 do not count.
    ///
    /// # Units
    /// Outcomes as the family has them: 0 and 1, shares of which 0 and 1 are the ends, or counts of which 0 is one.
    /// [`Family::Gaussian`] and [`Family::GammaLog`] are never separated.
    ///
    /// # Errors
    /// Those of [`Glm::fit`] for its input.
    ///
    /// # Source
    /// Albert and Anderson (1984); Konis (2007); Lawson and Hanson (1974), chapter 23. Checked against the linear
    /// program solved by scipy, see `tests/golden/separation.json`.
    ///
    /// # Example
    /// All that score high renew, and no other: told completely. If one of the others renews, two rows are told still.
    /// ```
    /// use dearly_stats::{Design, Family, Glm, SeparationKind};
    ///
    /// let design = Design::with_intercept(4, vec![("high".to_owned(), vec![0.0, 0.0, 1.0, 1.0])])?;
    /// let found = Glm::new(Family::Logit).separation(&design, &[0.0, 0.0, 1.0, 1.0])?;
    /// assert_eq!((found.kind, found.n_separated), (SeparationKind::Complete, 4));
    /// assert_eq!(found.terms, ["high"]);
    /// let found = Glm::new(Family::Logit).separation(&design, &[0.0, 1.0, 1.0, 1.0])?;
    /// assert_eq!((found.kind, found.n_separated), (SeparationKind::QuasiComplete, 2));
    /// // Those that do not score high hold the intercept.
    /// assert_eq!(found.is_open, [false, true]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn separation(&self, design: &Design, outcome: &[f64]) -> Result<Separation, Error> {
        self.check(design, outcome)?;
        Ok(self.separated_by(design, outcome))
    }

    /// The same for input that was checked.
    pub(crate) fn separated_by(&self, design: &Design, outcome: &[f64]) -> Separation {
        let side = |y: f64| match self.family() {
            Family::Logit | Family::ComplementaryLogLog | Family::FractionalLogit if y == 1.0 => Side::Above,
            _ if y == 0.0 => Side::Below,
            _ => Side::Both,
        };
        let none = Separation {
            kind: SeparationKind::None,
            terms: Vec::new(),
            n_separated: 0,
            is_open: vec![false; design.columns()],
        };
        if matches!(self.family(), Family::Gaussian | Family::GammaLog) {
            return none;
        }
        let sizes = column_sizes(design);
        let mut rows: Vec<(usize, Side)> = (0..design.rows())
            .filter(|&row| self.weight(row) > 0.0)
            .map(|row| (row, side(outcome[row])))
            .collect();
        let counted = rows.len();
        let mut runs = vec![false; design.columns()];
        // Each round leaves rows within one dimension less, so that there are no more rounds than columns.
        for _ in 0..design.columns() {
            let Some((direction, told)) = recession_direction(design, &sizes, &rows) else { break };
            let most = direction.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            for (runs, value) in runs.iter_mut().zip(&direction) {
                *runs |= value.abs() > 1e-6 * most;
            }
            let mut told = told.into_iter();
            rows.retain(|_| !told.next().unwrap_or(false));
            if rows.is_empty() {
                break;
            }
        }
        if rows.len() == counted {
            return none;
        }
        let kind = if rows.is_empty() { SeparationKind::Complete } else { SeparationKind::QuasiComplete };
        let mut terms: Vec<usize> = (0..runs.len()).filter(|&column| runs[column]).collect();
        if kind == SeparationKind::Complete {
            let alone: Vec<usize> =
                (0..runs.len()).filter(|&column| self.tells_alone(design, outcome, column)).collect();
            if !alone.is_empty() {
                terms = alone;
            }
        }
        if terms.len() > 1 {
            terms.retain(|&column| Some(column) != design.intercept());
        }
        let terms = terms.into_iter().map(|column| design.names()[column].clone()).collect();
        let left: Vec<usize> = rows.iter().map(|&(row, _)| row).collect();
        Separation {
            kind,
            terms,
            n_separated: counted - rows.len(),
            is_open: left_open(&design.rows_of(&left)),
        }
    }

    /// Whether a threshold on one column parts the outcomes.
    fn tells_alone(&self, design: &Design, outcome: &[f64], column: usize) -> bool {
        let (mut zeros, mut ones) = ((f64::INFINITY, f64::NEG_INFINITY), (f64::INFINITY, f64::NEG_INFINITY));
        for row in (0..design.rows()).filter(|&row| self.weight(row) > 0.0) {
            let value = design.row(row)[column];
            let range = if outcome[row] == 0.0 { &mut zeros } else { &mut ones };
            *range = (range.0.min(value), range.1.max(value));
        }
        zeros.1 < ones.0 || ones.1 < zeros.0
    }
}

/// Whether each coefficient can be moved, along with others, without any linear predictor of these rows moving.
///
/// Such moves are the vectors that X′X, of columns of size 1, takes to 0; rounding leaves of 0 some units in the last place
/// of the largest eigenvalue.
fn left_open(rows: &Design) -> Vec<bool> {
    const NOTHING: f64 = 1e-14;
    let (p, sizes) = (rows.columns(), column_sizes(rows));
    let mut square = Matrix::zeros(p, p);
    for row in 0..rows.rows() {
        let scaled: Vec<f64> = rows.row(row).iter().zip(&sizes).map(|(value, size)| value / size).collect();
        square.add_outer_lower(&scaled, 1.0);
    }
    square.mirror_lower();
    let (values, vectors) = square.symmetric_eigen();
    let nothing = NOTHING * p as f64 * values.last().copied().unwrap_or(0.0);
    let moves: Vec<usize> = (0..p).filter(|&at| values[at] <= nothing).collect();
    (0..p).map(|column| moves.iter().any(|&at| vectors[(column, at)].abs() > 1e-6)).collect()
}

/// The root mean square of each column, so that units do not decide.
fn column_sizes(design: &Design) -> Vec<f64> {
    let mut sizes = vec![0.0; design.columns()];
    for row in 0..design.rows() {
        for (size, value) in sizes.iter_mut().zip(design.row(row)) {
            *size += value * value;
        }
    }
    let rows = design.rows() as f64;
    sizes.iter().map(|&size| if size > 0.0 { (size / rows).sqrt() } else { 1.0 }).collect()
}
