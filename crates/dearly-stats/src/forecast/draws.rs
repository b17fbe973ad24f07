mod book;

use rayon::prelude::*;

use crate::interval::Interval;
use crate::random::{fill_normal, stream, uniform};
use crate::{Error, error::valid_level};

pub use book::{Book, Predictor, Severity, Uncertainty};

/// A plan: many futures of one book, each coherent in itself, so that the sums of parts are the sum of the whole in
/// every draw.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanDraws {
    /// Futures drawn.
    pub n_draws: usize,
    /// The whole book.
    pub total: Sums,
    /// For each grouping of the book, each of its groups.
    pub groups: Vec<Vec<Sums>>,
}

/// What a part of the book comes to, a value for each draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums {
    /// Rows.
    pub n_rows: usize,
    /// The amount at the start.
    pub start: f64,
    /// The amount kept, each row at most its start: over `start` it is gross revenue retention.
    pub kept: Vec<f64>,
    /// The amount kept with expansion: over `start` it is net revenue retention.
    pub net: Vec<f64>,
    /// Rows that renew.
    pub renewed: Vec<f64>,
    /// The amount that would be kept on average, were this draw's coefficients and year the truth: what of `kept`
    /// is not chance.
    pub expected_kept: Vec<f64>,
}

impl Sums {
    /// Gross revenue retention of each draw, a share of the start; nothing where there was no amount to retain.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::Sums;
    ///
    /// let sums = Sums {
    ///     n_rows: 2,
    ///     start: 200.0,
    ///     kept: vec![100.0, 200.0],
    ///     net: vec![100.0, 220.0],
    ///     renewed: vec![1.0, 2.0],
    ///     expected_kept: vec![150.0, 150.0],
    /// };
    /// assert_eq!(sums.gross_revenue_retention(), [0.5, 1.0]);
    /// assert_eq!(sums.net_revenue_retention(), [0.5, 1.1]);
    /// ```
    pub fn gross_revenue_retention(&self) -> Vec<f64> {
        self.over_start(&self.kept)
    }

    /// Net revenue retention of each draw, as [`Sums::gross_revenue_retention`] but with expansion, so that it may be
    /// above 1; nothing where there was no amount to retain.
    pub fn net_revenue_retention(&self) -> Vec<f64> {
        self.over_start(&self.net)
    }

    fn over_start(&self, amounts: &[f64]) -> Vec<f64> {
        if self.start > 0.0 { amounts.iter().map(|amount| amount / self.start).collect() } else { Vec::new() }
    }

    fn interval(mut retention: Vec<f64>, level: f64) -> Result<Interval, Error> {
        valid_level(level)?;
        if retention.is_empty() {
            return Err(Error::Refused("all amounts are 0: there is nothing to retain".to_owned()));
        }
        Ok(Interval::percentile(&mut retention, level))
    }

    /// The percentile interval of gross revenue retention: the (n + 1) p-th smallest of n draws, interpolated.
    ///
    /// # Units
    /// Shares of the start; `level` in (0, 1).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level; [`Error::Refused`] where there was no amount.
    ///
    /// # Source
    /// Davison and Hinkley (1997), 5.2.1.
    ///
    /// # Example
    /// Of nine draws a tenth lies below the first and a tenth above the last.
    /// ```
    /// use dearly_stats::forecast::Sums;
    ///
    /// let kept: Vec<f64> = (1..=9).map(f64::from).collect();
    /// let (renewed, expected_kept) = (vec![1.0; 9], vec![5.0; 9]);
    /// let sums = Sums { n_rows: 1, start: 10.0, net: kept.clone(), kept, renewed, expected_kept };
    /// let interval = sums.gross_interval(0.8)?;
    /// assert!((interval.low - 0.1).abs() < 1e-12 && (interval.high - 0.9).abs() < 1e-12);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn gross_interval(&self, level: f64) -> Result<Interval, Error> {
        Sums::interval(self.gross_revenue_retention(), level)
    }

    /// The percentile interval of net revenue retention, as [`Sums::gross_interval`].
    ///
    /// # Units
    /// Shares of the start, which may be above 1; `level` in (0, 1).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the level; [`Error::Refused`] where there was no amount.
    ///
    /// # Source
    /// As [`Sums::gross_interval`].
    ///
    /// # Example
    /// ```
    /// use dearly_stats::forecast::Sums;
    ///
    /// let (kept, net) = (vec![10.0; 3], vec![11.0; 3]);
    /// let sums = Sums { n_rows: 1, start: 10.0, kept, net, renewed: vec![1.0; 3], expected_kept: vec![9.0; 3] };
    /// assert_eq!(sums.net_interval(0.9)?.low, 1.1);
    /// assert_eq!(sums.gross_interval(0.9)?.high, 1.0);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn net_interval(&self, level: f64) -> Result<Interval, Error> {
        Sums::interval(self.net_revenue_retention(), level)
    }

    /// The share of the variance of what is kept that is chance, given coefficients and year; the rest is not knowing
    /// them. Draw again without uncertainty, or without the year, to tell these two apart.
    ///
    /// # Units
    /// In [0, 1]: 1 − the variance of `expected_kept` over that of `kept`; 0 where nothing varies.
    ///
    /// # Source
    /// The law of total variance.
    ///
    /// # Example
    /// All is chance where the expectation is the same in every draw.
    /// ```
    /// use dearly_stats::forecast::Sums;
    ///
    /// let (kept, expected_kept) = (vec![0.0, 200.0], vec![100.0, 100.0]);
    /// let sums = Sums { n_rows: 1, start: 200.0, net: kept.clone(), kept, renewed: vec![0.0, 1.0], expected_kept };
    /// assert_eq!(sums.share_of_chance(), 1.0);
    /// ```
    pub fn share_of_chance(&self) -> f64 {
        let whole = variance(&self.kept);
        if whole > 0.0 { (1.0 - variance(&self.expected_kept) / whole).clamp(0.0, 1.0) } else { 0.0 }
    }
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// Draws `n_draws` futures of a book of renewals.
///
/// In each draw the coefficients of every part are drawn from their normal distribution and the new year from its
/// own; then each row churns, contracts, stays or expands by one uniform number against its probabilities, and loses
/// or gains its share. The draw with number m depends on the seed and m alone: the same for any number of threads,
/// and the first of 10,000 draws are those of 1,000.
///
/// # Shapes
/// Linear predictors, amounts, what is decided and each grouping have one value for each row of the book. As many
/// values in each of the [`Sums`] as draws.
///
/// # Units
/// Amounts in one currency, 0 or more, their sum above 0. Linear predictors are logits.
///
/// # Errors
/// [`Error::Empty`] for no row, no draw or no share to draw from; [`Error::LengthMismatch`], [`Error::NotFinite`];
/// [`Error::OutOfRange`] for an amount or a share below 0, or a share lost above 1; [`Error::Refused`] when all
/// amounts are 0.
///
/// # Source
/// The project's `docs/METHOD.md`, 6 and 7. In expectation equal to Σ aᵢ pᵢ (1 − qᵢ mᵢ), which the tests hold it to.
///
/// # Example
/// One account is as good as sure to renew, the other one to churn.
/// ```
/// use dearly_stats::forecast::{Book, Predictor, draw_plan};
///
/// let renewal = Predictor::known(vec![40.0, -40.0])?;
/// let book = Book {
///     amounts: &[300.0, 100.0],
///     renewal: &renewal,
///     year_shock: None,
///     contraction: None,
///     expansion: None,
///     decided: None,
///     groups: &[],
/// };
/// let plan = draw_plan(&book, 5, 1)?;
/// assert_eq!(plan.total.gross_revenue_retention(), [0.75; 5]);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn draw_plan(book: &Book<'_>, n_draws: usize, seed: u64) -> Result<PlanDraws, Error> {
    book.checked()?;
    if n_draws == 0 {
        return Err(Error::Empty { what: "a plan of draws", needed: 1 });
    }
    // Cells: the whole book first, then each group of each grouping.
    let mut offsets = Vec::with_capacity(book.groups.len());
    let mut n_cells = 1;
    for clusters in book.groups {
        offsets.push(n_cells);
        n_cells += clusters.count();
    }
    let cells_of_row: Vec<u32> = (0..book.amounts.len())
        .flat_map(|row| {
            book.groups.iter().zip(&offsets).map(move |(clusters, offset)| (offset + clusters.of(row)) as u32)
        })
        .collect();
    let mut sums = book.empty_sums(n_cells, &cells_of_row);

    const CHUNK: usize = 64;
    let chunks: Vec<Vec<[f64; 4]>> = (0..n_draws.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let draws = chunk * CHUNK..((chunk + 1) * CHUNK).min(n_draws);
            let mut worker = Worker::new(book, &cells_of_row);
            let mut cells = vec![[0.0; 4]; n_cells * draws.len()];
            for (draw, cells) in draws.zip(cells.chunks_mut(n_cells)) {
                worker.draw(seed, draw as u64, cells);
            }
            cells
        })
        .collect();
    for draw in chunks.iter().flat_map(|chunk| chunk.chunks(n_cells)) {
        for (sums, [kept, net, renewed, expected]) in sums.iter_mut().zip(draw) {
            sums.kept.push(*kept);
            sums.net.push(*net);
            sums.renewed.push(*renewed);
            sums.expected_kept.push(*expected);
        }
    }
    let mut sums = sums.into_iter();
    let total = sums.next().expect("the whole book is the first cell");
    let groups = book.groups.iter().map(|clusters| sums.by_ref().take(clusters.count()).collect()).collect();
    Ok(PlanDraws { n_draws, total, groups })
}

/// The memory of one thread.
struct Worker<'a> {
    book: &'a Book<'a>,
    cells_of_row: &'a [u32],
    renewal: Vec<f64>,
    contraction: Vec<f64>,
    expansion: Vec<f64>,
    normals: Vec<f64>,
}

impl<'a> Worker<'a> {
    fn new(book: &'a Book<'a>, cells_of_row: &'a [u32]) -> Worker<'a> {
        let rows = book.amounts.len();
        let fixed = |part: Option<&(&Predictor, &Severity)>| match part {
            // A part that is known surely has the same probabilities in every draw.
            Some((predictor, _)) => {
                let mut probabilities = predictor.linear_predictor().to_vec();
                to_probabilities(&mut probabilities);
                probabilities
            }
            None => vec![0.0; rows],
        };
        Worker {
            book,
            cells_of_row,
            renewal: vec![0.0; rows],
            contraction: fixed(book.contraction.as_ref()),
            expansion: fixed(book.expansion.as_ref()),
            normals: Vec::new(),
        }
    }

    fn draw(&mut self, seed: u64, draw: u64, cells: &mut [[f64; 4]]) {
        let book = self.book;
        let mut rng = stream(seed, draw);
        let year = book.year_shock.map_or(0.0, |shock| shock.draw(&mut rng));
        let mut redraw = |predictor: &Predictor, shift: f64, into: &mut Vec<f64>| {
            self.normals.resize(predictor.n_directions(), 0.0);
            fill_normal(&mut rng, &mut self.normals);
            predictor.shifted(&self.normals, shift, into);
            to_probabilities(into);
        };
        redraw(book.renewal, year, &mut self.renewal);
        for (part, into) in [(book.contraction, &mut self.contraction), (book.expansion, &mut self.expansion)]
        {
            if let Some((predictor, _)) = part.filter(|(predictor, _)| predictor.n_directions() > 0) {
                redraw(predictor, 0.0, into);
            }
        }
        let lost = book.contraction.map(|(_, severity)| severity);
        let gained = book.expansion.map(|(_, severity)| severity);
        let mean_lost = lost.map_or(0.0, Severity::mean_of_pool);
        let width = book.groups.len();
        for row in 0..book.amounts.len() {
            let (amount, p, q, e) =
                (book.amounts[row], self.renewal[row], self.contraction[row], self.expansion[row]);
            let u = uniform(&mut rng);
            let mut outcome = [0.0, 0.0, 0.0, 0.0];
            let decided = book.decided.and_then(|decided| decided[row]);
            if let Some(came) = decided {
                outcome = [came.min(amount), came, f64::from(u8::from(came > 0.0)), 0.0];
            } else if u < p {
                let mut kept = amount;
                let mut net = amount;
                let (down, up) = (p * q, p * (q + (1.0 - q) * e));
                // Within its category the number is uniform again, and chooses the share.
                if u < down {
                    let share = lost.map_or(0.0, |severity| severity.share(row, u / down));
                    kept = amount * (1.0 - share);
                    net = kept;
                } else if u < up {
                    let share = gained.map_or(0.0, |severity| severity.share(row, (u - down) / (up - down)));
                    net = amount * (1.0 + share);
                }
                outcome = [kept, net, 1.0, 0.0];
            }
            outcome[3] = match decided {
                Some(_) => outcome[0],
                None => {
                    amount * p * (1.0 - q * lost.map_or(0.0, |severity| severity.expected(row, mean_lost)))
                }
            };
            add(&mut cells[0], &outcome);
            for &cell in &self.cells_of_row[row * width..(row + 1) * width] {
                add(&mut cells[cell as usize], &outcome);
            }
        }
    }
}

fn add(cell: &mut [f64; 4], outcome: &[f64; 4]) {
    for (sum, value) in cell.iter_mut().zip(outcome) {
        *sum += value;
    }
}

/// Logits to probabilities, in place; a loop of its own, so that it vectorises as far as `exp` does.
fn to_probabilities(logits: &mut [f64]) {
    for value in logits {
        *value = 1.0 / (1.0 + (-*value).exp());
    }
}
