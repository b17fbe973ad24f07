//! Models in words: `renewed ~ deployment + log(arr) + C(segment)`.

mod frame;
mod parse;

use std::fmt;

pub use frame::Frame;

use crate::{Column, Error, Table};

/// The most levels that `C()` takes: each is a parameter.
pub const MOST_LEVELS: usize = 200;
/// The most columns that a formula may make.
pub const MOST_COLUMNS: usize = 1_000;

/// A model in words.
///
/// | part | means |
/// | --- | --- |
/// | `y ~` | the outcome; without it the formula has none, as for Cox's model |
/// | `a + b` | columns of the table; one that says yes and no, or true and false, counts as 1 and 0 |
/// | `log(a)`, `log1p(a)`, `sqrt(a)` | the natural logarithm of it, of it and 1, its square root |
/// | `C(a)` | one column of 0 and 1 for each level but the first by order, as `C(a)[smb]` |
/// | `C(a)[smb]` | the column of this level alone |
/// | `a:b` | their product; of levels, one for each pair |
/// | `a*b` | `a + b + a:b` |
/// | `- 1`, `+ 0` | no intercept; the first `C()` then keeps all its levels |
/// | `offset(a)` | added to the linear predictor as it is; may be a `log()` |
/// | `` `a b` `` | a name with other characters than letters, digits, `_` and `.` |
///
/// In a product, `C(a)` leaves its first level out only where the product without it stands in the formula, too, so that
/// every cell has a slope of its own, once.
///
/// # Example
/// ```
/// use dearly_stats::{Column, Table, formula::Formula};
///
/// let table = Table::new(vec![
///     ("renewed".to_owned(), Column::numbers([1.0, 0.0, 1.0])),
///     ("segment".to_owned(), Column::texts(["smb", "enterprise", "smb"])),
/// ])?;
/// let frame = Formula::parse("renewed ~ C(segment)")?.frame(&table, &[])?;
/// assert_eq!(frame.design.names(), ["intercept", "C(segment)[smb]"]);
/// assert_eq!(frame.outcome, Some(vec![1.0, 0.0, 1.0]));
/// # Ok::<(), dearly_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    outcome: Option<Variable>,
    has_intercept: bool,
    /// Each a product of variables.
    terms: Vec<Vec<Variable>>,
    offsets: Vec<Variable>,
}

/// A column, and what is made of it.
#[derive(Debug, Clone, PartialEq)]
struct Variable {
    column: String,
    transform: Transform,
    /// Where it stands in the text, in characters from 1.
    at: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Transform {
    None,
    Log,
    LogOnePlus,
    Sqrt,
    Levels,
    /// One of them.
    Level(String),
}

impl Transform {
    /// The name of the function.
    fn function(&self) -> &'static str {
        match self {
            Transform::None => "",
            Transform::Log => "log",
            Transform::LogOnePlus => "log1p",
            Transform::Sqrt => "sqrt",
            Transform::Levels | Transform::Level(_) => "C",
        }
    }
}

impl Variable {
    /// Whether both are the same, wherever they stand.
    fn is_same(&self, other: &Variable) -> bool {
        self.column == other.column && self.transform == other.transform
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.transform {
            Transform::None => write!(f, "{}", self.column),
            Transform::Level(level) => write!(f, "C({})[{level}]", self.column),
            other => write!(f, "{}({})", other.function(), self.column),
        }
    }
}

/// Whether two products have the same factors.
fn is_same_term(one: &[Variable], other: &[Variable]) -> bool {
    one.len() == other.len() && one.iter().all(|own| other.iter().any(|theirs| own.is_same(theirs)))
}

impl Formula {
    /// Reads a formula: its words only, for no table is needed yet.
    ///
    /// # Errors
    /// [`Error::Formula`] with the place, in characters from 1, of what cannot be read, or of an outcome that stands
    /// on the right, too.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::formula::Formula;
    ///
    /// assert_eq!(Formula::parse("renewed ~ log(arr) + C(segment)")?.predictors(), ["arr", "segment"]);
    /// let error = Formula::parse("renewed ~ arr ^ 2").unwrap_err();
    /// assert!(error.to_string().starts_with("formula, character 15"));
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Formula, Error> {
        parse::parse(text)
    }

    /// The column of the outcome; `None` where the formula has only a right side.
    pub fn outcome(&self) -> Option<&str> {
        self.outcome.as_ref().map(|outcome| outcome.column.as_str())
    }

    /// The columns of the table that the right side reads, once each, without those that are only offsets.
    pub fn predictors(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for variable in self.terms.iter().flatten() {
            if !names.contains(&variable.column.as_str()) {
                names.push(&variable.column);
            }
        }
        names
    }

    /// All columns of the table that the formula reads, the outcome and offsets included. What is both a predictor
    /// and an offset stands twice.
    pub fn columns(&self) -> Vec<&str> {
        let offsets = self.offsets.iter().map(|own| own.column.as_str());
        self.outcome().into_iter().chain(self.predictors()).chain(offsets).collect()
    }

    /// The columns that the formula makes of a table, and the rows that have all they need.
    ///
    /// `also` names columns of the table that must have a value, too: those of clusters and durations.
    ///
    /// # Shapes
    /// The design and the outcome have one row for each complete row of the table, in its order; [`Frame::rows`] says
    /// which.
    ///
    /// # Units
    /// Those of the table: nothing is scaled or centred. NaN counts as missing.
    ///
    /// # Errors
    /// [`Error::Formula`] for a column that is not there, with the nearest name; for words that need `C()`; for a
    /// level that never occurs; for more levels than [`MOST_LEVELS`] or columns than [`MOST_COLUMNS`].
    /// [`Error::Refused`] for a column without any value, a logarithm of what has none, a number that is infinite, a
    /// column of `also` that is not there, and when no row has all values. [`Error::ConstantColumn`];
    /// [`Error::Empty`] for a table without rows.
    ///
    /// # Source
    /// The project's `docs/FIT.md`.
    ///
    /// # Example
    /// The second row has no ARR and is left out.
    /// ```
    /// use dearly_stats::{Column, Table, formula::Formula};
    ///
    /// let table = Table::new(vec![
    ///     ("renewed".to_owned(), Column::texts(["yes", "no", "no"])),
    ///     ("arr".to_owned(), Column::Numbers(vec![Some(1.0), None, Some(4.0)])),
    /// ])?;
    /// let frame = Formula::parse("renewed ~ sqrt(arr)")?.frame(&table, &[])?;
    /// assert_eq!(frame.rows, [0, 2]);
    /// assert_eq!(frame.design.column(1), [1.0, 2.0]);
    /// assert_eq!(frame.missing, [("arr".to_owned(), 1)]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn frame(&self, table: &Table, also: &[&str]) -> Result<Frame, Error> {
        frame::frame(self, table, also)
    }

    /// The same without an intercept column, for models whose baseline is one: levels are still counted against their
    /// first.
    ///
    /// # Shapes
    /// As [`Formula::frame`].
    ///
    /// # Errors
    /// Those of [`Formula::frame`], but for a constant column of numbers, which is let through; [`Error::Refused`]
    /// for a formula without any column.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::{Column, Table, formula::Formula};
    ///
    /// let table = Table::new(vec![("segment".to_owned(), Column::texts(["smb", "enterprise", "smb"]))])?;
    /// let frame = Formula::parse("C(segment)")?.frame_over_baseline(&table, &[])?;
    /// assert_eq!(frame.design.names(), ["C(segment)[smb]"]);
    /// # Ok::<(), dearly_stats::Error>(())
    /// ```
    pub fn frame_over_baseline(&self, table: &Table, also: &[&str]) -> Result<Frame, Error> {
        frame::frame_over_baseline(self, table, also)
    }
}

/// A column of the table, or why it is not there.
pub(crate) fn column_of<'a>(table: &'a Table, name: &str, at: Option<usize>) -> Result<&'a Column, Error> {
    table.column(name).ok_or_else(|| {
        let names = table.names();
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean {near}?"),
            None if names.len() <= 30 => format!("there are {}", names.join(", ")),
            None => format!("there are {}, … ({} columns)", names[..30].join(", "), names.len()),
        };
        let reason = format!("there is no column {name}; {hint}");
        match at {
            Some(at) => Error::Formula { at, reason },
            None => Error::Refused(reason),
        }
    })
}

/// The name that was most likely meant, where one is near enough.
fn nearest<'a>(word: &str, names: &'a [String]) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace([' ', '-', '.'], "_").chars().collect::<Vec<char>>();
    let folded = fold(word);
    if folded.is_empty() || folded.len() > 64 {
        return None;
    }
    names
        .iter()
        .map(|name| (distance(&folded, &fold(name)), name))
        .filter(|(distance, name)| *distance * 3 <= folded.len().max(name.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name.as_str())
}

/// How many letters must be changed, added, left out or swapped with their neighbour.
fn distance(one: &[char], other: &[char]) -> usize {
    let width = other.len() + 1;
    let mut cells: Vec<usize> =
        (0..(one.len() + 1) * width).map(|at| if at < width { at } else { 0 }).collect();
    for i in 1..=one.len() {
        cells[i * width] = i;
        for j in 1..=other.len() {
            let change = usize::from(one[i - 1] != other[j - 1]);
            let mut best = (cells[(i - 1) * width + j] + 1)
                .min(cells[i * width + j - 1] + 1)
                .min(cells[(i - 1) * width + j - 1] + change);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                best = best.min(cells[(i - 2) * width + j - 2] + 1);
            }
            cells[i * width + j] = best;
        }
    }
    cells[one.len() * width + other.len()]
}
