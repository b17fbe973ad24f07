//! Money kept at renewal, in parts: whether an account renews, shrinks and by how much, grows and by how much; and from
//! them what gross and net retention to expect.

use crate::error::{all_finite, same_length};
use crate::{Design, Error, Family, FittedGlm, Glm};

/// Fewer downsells or expansions than this, and the share they change by is their mean.
const FEW: usize = 30;

/// The rule by which a renewal at almost the same amount is flat.
const FLAT: f64 = 0.005;

/// A fitted hurdle: each part a small regression on the same columns.
///
/// With p = P(renew), q = P(down | renew), m = E(share lost | down), e = P(expand | renew, not down) and
/// g = E(share gained | expand),
///
/// E(GRR) = p (1 − q m),  E(NRR) = E(GRR) + p (1 − q) e g.
#[derive(Debug, Clone)]
pub struct FittedHurdle {
    /// P(renew): a logit.
    pub renew: Occurrence,
    /// P(down | renew): a logit.
    pub down: Occurrence,
    /// The share lost, if any was: a fractional logit.
    pub lost: Severity,
    /// P(expand | renew, not down): a logit.
    pub expand: Occurrence,
    /// The share gained, if any was: a gamma regression with log link.
    pub gained: Severity,
    /// Rows that churned, shrank, stayed flat and grew.
    pub counts: [usize; 4],
}

/// How probable a part is.
#[derive(Debug, Clone)]
pub enum Occurrence {
    /// By the columns.
    Model(Box<FittedGlm>),
    /// The same for all, where it happened always, never or too seldom for a model.
    Share(f64),
}

/// How large a part is when it happens.
#[derive(Debug, Clone)]
pub enum Severity {
    /// By the columns.
    Model(Box<FittedGlm>),
    /// The same for all, where the cases are fewer than 30 or than two for each column; 0 for none.
    Mean(f64),
}

/// What to expect of a row, as shares of its amount today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retention {
    /// P(renew).
    pub renewal: f64,
    /// The expectation of min(a′, a)/a.
    pub gross: f64,
    /// The expectation of a′/a.
    pub net: f64,
}

/// What to expect of a book, as shares of its amount today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BookRetention {
    /// Σ a E(GRR) / Σ a.
    pub gross: f64,
    /// Σ a E(NRR) / Σ a.
    pub net: f64,
    /// The share of accounts that renew, each counting once.
    pub logo: f64,
}

/// Fits the parts on ratios a′/a of decided renewals: 0 is churn, below 1 a downsell, above 1 an expansion; within
/// 0.5 % of 1 is flat. A part that happened always, never or too seldom for its columns is the same for all.
///
/// # Shapes
/// One ratio for each row of the design, which should have an intercept.
///
/// # Units
/// Ratios of amounts, ≥ 0: 0.8 is a fifth less.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for a ratio below 0;
/// [`Error::Refused`] for a part that cannot be fitted, with its name and the reason.
///
/// # Source
/// The project's `docs/METHOD.md`, 6. Fractional logit: Papke and Wooldridge (1996), with which, fitted to min(a′,
/// a)/a at once, the expectation must agree to half a point (tested).
///
/// # Example
/// One of four churns, one pays half, one the same, one a fifth more: too few for a model, so that the expectation of
/// everyone is their mean.
/// ```
/// use dearly_stats::{Design, hurdle::fit_hurdle};
///
/// let design = Design::with_intercept(4, vec![])?;
/// let fitted = fit_hurdle(&design, &[0.0, 0.5, 1.0, 1.2])?;
/// assert_eq!(fitted.counts, [1, 1, 1, 1]);
/// let expected = fitted.expect(&design)?[0];
/// assert!((expected.renewal - 0.75).abs() < 1e-12);
/// assert!((expected.gross - 2.5 / 4.0).abs() < 1e-12 && (expected.net - 2.7 / 4.0).abs() < 1e-12);
/// # Ok::<(), dearly_stats::Error>(())
/// ```
pub fn fit_hurdle(design: &Design, ratios: &[f64]) -> Result<FittedHurdle, Error> {
    let n = design.rows();
    if n == 0 {
        return Err(Error::Empty { what: "a hurdle model", needed: 2 });
    }
    same_length("ratios", n, ratios.len())?;
    all_finite("ratio", ratios)?;
    if let Some(row) = ratios.iter().position(|&ratio| ratio < 0.0) {
        return Err(Error::OutOfRange {
            what: format!("ratio in row {row}"),
            value: ratios[row],
            expected: "0 for churn or more: the amount after renewal over the amount before",
        });
    }
    let rows = |keep: &dyn Fn(f64) -> bool| (0..n).filter(|&row| keep(ratios[row])).collect::<Vec<usize>>();
    let (renewed, down, up) =
        (|ratio: f64| ratio > 0.0, |ratio: f64| ratio < 1.0 - FLAT, |ratio: f64| ratio > 1.0 + FLAT);
    let all = rows(&|_| true);
    let kept = rows(&renewed);
    let shrunk = rows(&|ratio| renewed(ratio) && down(ratio));
    let held = rows(&|ratio| renewed(ratio) && !down(ratio));
    let grown = rows(&up);
    let occurrence = |of: &[usize], event: &dyn Fn(f64) -> bool, what: &str| {
        occurrence(design, of, &of.iter().map(|&row| event(ratios[row])).collect::<Vec<bool>>(), what)
    };
    Ok(FittedHurdle {
        renew: occurrence(&all, &renewed, "renewal")?,
        down: occurrence(&kept, &down, "downsell")?,
        lost: severity(design, &shrunk, &|row| 1.0 - ratios[row], Family::FractionalLogit, "the share lost")?,
        expand: occurrence(&held, &up, "expansion")?,
        gained: severity(design, &grown, &|row| ratios[row] - 1.0, Family::GammaLog, "the share gained")?,
        counts: [n - kept.len(), shrunk.len(), held.len() - grown.len(), grown.len()],
    })
}

fn occurrence(design: &Design, rows: &[usize], events: &[bool], what: &str) -> Result<Occurrence, Error> {
    let count = events.iter().filter(|&&event| event).count();
    // A part too rare for its columns says more about its mean than about them.
    let rarer = count.min(events.len() - count);
    if rarer < design.columns().max(2) {
        return Ok(Occurrence::Share(if events.is_empty() {
            0.0
        } else {
            count as f64 / events.len() as f64
        }));
    }
    let outcome: Vec<f64> = events.iter().map(|&event| f64::from(u8::from(event))).collect();
    let fitted = Glm::new(Family::Logit).fit(&design.rows_of(rows), &outcome);
    Ok(Occurrence::Model(Box::new(fitted.map_err(|error| unfitted(what, &error))?)))
}

fn severity(
    design: &Design,
    rows: &[usize],
    share: &dyn Fn(usize) -> f64,
    family: Family,
    what: &str,
) -> Result<Severity, Error> {
    let shares: Vec<f64> = rows.iter().map(|&row| share(row)).collect();
    let constant = shares.windows(2).all(|pair| pair[0] == pair[1]);
    if rows.len() < FEW.max(2 * design.columns()) || constant {
        return Ok(Severity::Mean(shares.iter().sum::<f64>() / shares.len().max(1) as f64));
    }
    let fitted = Glm::new(family).fit(&design.rows_of(rows), &shares);
    Ok(Severity::Model(Box::new(fitted.map_err(|error| unfitted(what, &error))?)))
}

fn unfitted(what: &str, error: &Error) -> Error {
    Error::Refused(format!("the model of {what} cannot be fitted: {error}"))
}

impl Occurrence {
    fn predict(&self, design: &Design) -> Result<Vec<f64>, Error> {
        match self {
            Occurrence::Model(fitted) => fitted.predict(design, None),
            Occurrence::Share(share) => Ok(vec![*share; design.rows()]),
        }
    }
}

impl Severity {
    fn predict(&self, design: &Design) -> Result<Vec<f64>, Error> {
        match self {
            Severity::Model(fitted) => fitted.predict(design, None),
            Severity::Mean(mean) => Ok(vec![*mean; design.rows()]),
        }
    }
}

impl FittedHurdle {
    /// What to expect of each row.
    ///
    /// # Shapes
    /// The columns of the fit; one answer for each row.
    ///
    /// # Units
    /// Shares of the row's amount today; the net one may be above 1.
    ///
    /// # Errors
    /// [`Error::Refused`] when the columns are not those of the fit, where any part is a model.
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 6.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Design, hurdle::fit_hurdle};
    ///
    /// // Two of four churn, two pay the same: half is expected of anyone.
    /// let fitted = fit_hurdle(&Design::with_intercept(4, vec![])?, &[0.0, 0.0, 1.0, 1.0])?;
    /// let expected = fitted.expect(&Design::with_intercept(1, vec![])?)?[0];
    /// assert!((expected.gross - 0.5).abs() < 1e-9 && (expected.net - 0.5).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn expect(&self, design: &Design) -> Result<Vec<Retention>, Error> {
        let (renew, down, lost) =
            (self.renew.predict(design)?, self.down.predict(design)?, self.lost.predict(design)?);
        let (expand, gained) = (self.expand.predict(design)?, self.gained.predict(design)?);
        Ok((0..design.rows())
            .map(|row| {
                let gross = renew[row] * (1.0 - down[row] * lost[row]);
                let more = renew[row] * (1.0 - down[row]) * expand[row] * gained[row];
                Retention { renewal: renew[row], gross, net: gross + more }
            })
            .collect())
    }

    /// What to expect of a book, each row weighted by its amount today.
    ///
    /// # Shapes
    /// One amount for each row.
    ///
    /// # Units
    /// Amounts in one currency, ≥ 0; shares of their sum come out, and for `logo` of the rows.
    ///
    /// # Errors
    /// Those of [`FittedHurdle::expect`]; [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for a
    /// negative amount; [`Error::Refused`] when all are 0.
    ///
    /// # Source
    /// The project's `docs/METHOD.md`, 6.
    ///
    /// # Example
    /// Of eight accounts a quarter renew in one segment and three quarters in the other; nine tenths of the money is
    /// in that.
    /// ```
    /// use dearly_stats::{Design, hurdle::fit_hurdle};
    ///
    /// let segment = |values: Vec<f64>| Design::with_intercept(values.len(), vec![("segment".to_owned(), values)]);
    /// let design = segment(vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0])?;
    /// let fitted = fit_hurdle(&design, &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])?;
    /// let book = fitted.expect_book(&segment(vec![0.0, 1.0])?, &[10.0, 90.0])?;
    /// assert!((book.gross - 0.7).abs() < 1e-9 && (book.logo - 0.5).abs() < 1e-9);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn expect_book(&self, design: &Design, amounts: &[f64]) -> Result<BookRetention, Error> {
        same_length("amounts", design.rows(), amounts.len())?;
        all_finite("amount", amounts)?;
        if let Some(row) = amounts.iter().position(|&amount| amount < 0.0) {
            return Err(Error::OutOfRange {
                what: format!("amount in row {row}"),
                value: amounts[row],
                expected: "0 or more",
            });
        }
        let total: f64 = amounts.iter().sum();
        if total == 0.0 {
            return Err(Error::Refused("all amounts are 0: a book needs at least one above".to_owned()));
        }
        let rows = self.expect(design)?;
        let weighted = |of: &dyn Fn(&Retention) -> f64| {
            rows.iter().zip(amounts).map(|(row, amount)| amount * of(row)).sum::<f64>() / total
        };
        Ok(BookRetention {
            gross: weighted(&|row| row.gross),
            net: weighted(&|row| row.net),
            logo: rows.iter().map(|row| row.renewal).sum::<f64>() / rows.len() as f64,
        })
    }
}
