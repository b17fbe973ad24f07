use super::{Formula, MOST_COLUMNS, MOST_LEVELS, Transform, Variable, column_of, is_same_term};
use crate::{Column, Design, Error, Table, Texts};

/// What a formula makes of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The columns, of the rows that are complete.
    pub design: Design,
    /// The outcome of these rows.
    pub outcome: Option<Vec<f64>>,
    /// The sum of the offsets of these rows.
    pub offset: Option<Vec<f64>>,
    /// Which rows of the table these are, ascending.
    pub rows: Vec<usize>,
    /// Rows of the table that were left out for a missing value.
    pub n_dropped: usize,
    /// How many rows lack a value of each column that was needed, for those that some row lacks. A row that lacks two
    /// counts in both.
    pub missing: Vec<(String, usize)>,
}

pub(super) fn frame(formula: &Formula, table: &Table, also: &[&str]) -> Result<Frame, Error> {
    build(formula, table, also, formula.has_intercept, formula.has_intercept)
}

pub(super) fn frame_over_baseline(formula: &Formula, table: &Table, also: &[&str]) -> Result<Frame, Error> {
    build(formula, table, also, true, false)
}

/// `counts_from_first`: whether levels are counted against their first one; `has_ones`: whether a column of ones is made.
fn build(
    formula: &Formula,
    table: &Table,
    also: &[&str],
    counts_from_first: bool,
    has_ones: bool,
) -> Result<Frame, Error> {
    let variables: Vec<&Variable> =
        formula.outcome.iter().chain(formula.terms.iter().flatten()).chain(&formula.offsets).collect();
    let mut needed: Vec<(&str, &Column)> = Vec::new();
    let named = variables.iter().map(|own| (own.column.as_str(), Some(own.at)));
    for (name, at) in named.chain(also.iter().map(|name| (*name, None))) {
        if !needed.iter().any(|(known, _)| *known == name) {
            needed.push((name, column_of(table, name, at)?));
        }
    }
    let (rows, missing) = complete(table, &needed)?;
    let reading = Reading { table, rows: &rows };
    let outcome = formula.outcome.as_ref().map(|outcome| reading.numbers(outcome, true)).transpose()?;
    let mut offset: Option<Vec<f64>> = None;
    for variable in &formula.offsets {
        let values = reading.numbers(variable, false)?;
        match &mut offset {
            None => offset = Some(values),
            Some(sum) => sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
        }
    }
    let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
    let mut keeps_all = !counts_from_first;
    for term in &formula.terms {
        let mut parts: Vec<Vec<(String, Vec<f64>)>> = Vec::new();
        for variable in term {
            if let Transform::Level(level) = &variable.transform {
                parts.push(vec![reading.level(variable, level)?]);
                continue;
            }
            if variable.transform != Transform::Levels {
                parts.push(vec![(variable.to_string(), reading.numbers(variable, false)?)]);
                continue;
            }
            let rest: Vec<Variable> = term.iter().filter(|own| !own.is_same(variable)).cloned().collect();
            let drops_first = if rest.is_empty() {
                !std::mem::take(&mut keeps_all)
            } else {
                formula.terms.iter().any(|known| is_same_term(known, &rest))
            };
            parts.push(reading.levels(variable, drops_first)?);
        }
        let made: usize = parts.iter().map(Vec::len).product();
        if columns.len() + made > MOST_COLUMNS {
            return Err(Error::Formula {
                at: term[0].at,
                reason: format!(
                    "the formula makes more than {MOST_COLUMNS} columns: merge levels or leave products out"
                ),
            });
        }
        columns.extend(crossed(parts));
    }
    let design = if has_ones { Design::with_intercept(rows.len(), columns)? } else { without_ones(columns)? };
    let n_dropped = table.rows() - rows.len();
    Ok(Frame { design, outcome, offset, rows, n_dropped, missing })
}

fn without_ones(columns: Vec<(String, Vec<f64>)>) -> Result<Design, Error> {
    if columns.is_empty() {
        return Err(Error::Refused(
            "the formula has no column at all: name at least one that the outcome may go with".to_owned(),
        ));
    }
    Design::new(columns)
}

/// How many rows lack a value of each column.
type Missing = Vec<(String, usize)>;

/// Rows that have all values, and how many lack each.
fn complete(table: &Table, needed: &[(&str, &Column)]) -> Result<(Vec<usize>, Missing), Error> {
    let n = table.rows();
    if n == 0 {
        return Err(Error::Empty { what: "a regression", needed: 2 });
    }
    let mut is_complete = vec![true; n];
    let mut missing = Vec::new();
    for (name, column) in needed {
        let mut count = 0;
        for (row, is_complete) in is_complete.iter_mut().enumerate() {
            if column.is_missing(row) {
                count += 1;
                *is_complete = false;
            }
        }
        if count == n {
            return Err(Error::Refused(format!(
                "{name} has no value in any of the {n} rows (empty, NA and NaN are none): fill it or leave it out"
            )));
        }
        if count > 0 {
            missing.push(((*name).to_owned(), count));
        }
    }
    let rows: Vec<usize> = (0..n).filter(|&row| is_complete[row]).collect();
    if rows.is_empty() {
        let lacking: Vec<String> = missing.iter().map(|(name, count)| format!("{name} in {count}")).collect();
        return Err(Error::Refused(format!(
            "none of the {n} rows has all values; missing are {}: leave out the columns that are missing most",
            lacking.join(", ")
        )));
    }
    Ok((rows, missing))
}

/// Each column of one part times each of the others, the first part's running slowest.
fn crossed(parts: Vec<Vec<(String, Vec<f64>)>>) -> Vec<(String, Vec<f64>)> {
    let mut parts = parts.into_iter();
    let mut made = parts.next().unwrap_or_default();
    for part in parts {
        made = made
            .iter()
            .flat_map(|(name, values)| {
                part.iter().map(move |(other, theirs)| {
                    let product = values.iter().zip(theirs).map(|(own, their)| own * their).collect();
                    (format!("{name}:{other}"), product)
                })
            })
            .collect();
    }
    made
}

struct Reading<'a> {
    table: &'a Table,
    rows: &'a [usize],
}

impl Reading<'_> {
    fn column(&self, variable: &Variable) -> Result<&Column, Error> {
        column_of(self.table, &variable.column, Some(variable.at))
    }

    /// The numbers of a variable in the rows that are complete.
    fn numbers(&self, variable: &Variable, is_outcome: bool) -> Result<Vec<f64>, Error> {
        let values: Vec<f64> = match self.column(variable)? {
            Column::Numbers(values) => {
                self.rows.iter().map(|&row| values[row].expect("the row is complete")).collect()
            }
            Column::Texts(texts) => {
                let Some(numbers) = texts.yes_and_no() else {
                    return Err(Error::Formula {
                        at: variable.at,
                        reason: not_numbers(variable, texts, is_outcome),
                    });
                };
                let code = |row: usize| texts.codes()[row].expect("the row is complete");
                self.rows.iter().map(|&row| numbers[code(row) as usize]).collect()
            }
        };
        let transform: fn(f64) -> f64 = match variable.transform {
            Transform::Log => f64::ln,
            Transform::LogOnePlus => f64::ln_1p,
            Transform::Sqrt => f64::sqrt,
            Transform::None | Transform::Levels | Transform::Level(_) => |value| value,
        };
        let made: Vec<f64> = values.iter().map(|&value| transform(value)).collect();
        match made.iter().position(|value| !value.is_finite()) {
            None => Ok(made),
            Some(at) => {
                let (row, value) = (self.rows[at] + 1, values[at]);
                Err(Error::Refused(if value.is_finite() {
                    let (needs, instead) = match variable.transform {
                        Transform::Sqrt => ("numbers of 0 or more", "leave the row out"),
                        Transform::LogOnePlus => ("numbers above -1", "leave the row out"),
                        _ => (
                            "numbers above 0",
                            "leave the row out, or take log1p() or sqrt(), which have a value at 0",
                        ),
                    };
                    format!(
                        "{variable} has no value in data row {row}, where {} is {value}: it needs {needs}; {instead}",
                        variable.column
                    )
                } else {
                    format!(
                        "{} is {value} in data row {row}, not a finite number: drop the row or give its value",
                        variable.column
                    )
                }))
            }
        }
    }

    /// A column of 0 and 1 for each level that occurs.
    fn levels(&self, variable: &Variable, drops_first: bool) -> Result<Vec<(String, Vec<f64>)>, Error> {
        let (names, of_row) = self.codes(variable)?;
        if names.len() < 2 {
            return Err(Error::ConstantColumn { column: variable.to_string() });
        }
        let from = usize::from(drops_first);
        let mut columns: Vec<(String, Vec<f64>)> = names[from..]
            .iter()
            .map(|name| (format!("{variable}[{name}]"), vec![0.0; self.rows.len()]))
            .collect();
        for (row, &code) in of_row.iter().enumerate() {
            if code >= from {
                columns[code - from].1[row] = 1.0;
            }
        }
        Ok(columns)
    }

    /// The column of one level.
    fn level(&self, variable: &Variable, level: &str) -> Result<(String, Vec<f64>), Error> {
        let is_it = |is: bool| f64::from(u8::from(is));
        let column = match self.column(variable)? {
            Column::Texts(texts) => {
                let Some(code) = texts.levels().iter().position(|own| own == level) else {
                    return Err(unknown_level(variable, level, texts.levels()));
                };
                self.rows.iter().map(|&row| is_it(texts.codes()[row] == u32::try_from(code).ok())).collect()
            }
            Column::Numbers(_) => {
                let plain = Variable { transform: Transform::None, ..variable.clone() };
                let values = self.numbers(&plain, false)?;
                match level.parse::<f64>().ok().filter(|level| values.contains(level)) {
                    Some(level) => values.iter().map(|value| is_it(*value == level)).collect(),
                    None => return Err(unknown_level(variable, level, &[])),
                }
            }
        };
        Ok((variable.to_string(), column))
    }

    /// The levels that occur, in order, and which of them each row has.
    fn codes(&self, variable: &Variable) -> Result<(Vec<String>, Vec<usize>), Error> {
        let refuse_many = |count: usize| {
            if count <= MOST_LEVELS {
                return Ok(());
            }
            Err(Error::Formula {
                at: variable.at,
                reason: format!(
                    "{variable} has {count} levels, and each is a parameter: merge them to {MOST_LEVELS} at most, or leave it out; \
                     what only says which rows belong together is a cluster"
                ),
            })
        };
        match self.column(variable)? {
            Column::Texts(texts) => {
                let mut occurs = vec![false; texts.levels().len()];
                let codes: Vec<usize> = self
                    .rows
                    .iter()
                    .map(|&row| texts.codes()[row].expect("the row is complete") as usize)
                    .collect();
                codes.iter().for_each(|&code| occurs[code] = true);
                let mut order: Vec<usize> = (0..occurs.len()).filter(|&code| occurs[code]).collect();
                refuse_many(order.len())?;
                order.sort_by(|&one, &other| texts.levels()[one].cmp(&texts.levels()[other]));
                let mut rank = vec![0; occurs.len()];
                order.iter().enumerate().for_each(|(place, &code)| rank[code] = place);
                let names = order.iter().map(|&code| texts.levels()[code].clone()).collect();
                Ok((names, codes.into_iter().map(|code| rank[code]).collect()))
            }
            Column::Numbers(_) => {
                let plain = Variable { transform: Transform::None, ..variable.clone() };
                let values = self.numbers(&plain, false)?;
                let mut levels = values.clone();
                levels.sort_unstable_by(f64::total_cmp);
                levels.dedup();
                refuse_many(levels.len())?;
                let place = |value: &f64| levels.partition_point(|level| level < value);
                let codes = values.iter().map(place).collect();
                Ok((levels.iter().map(f64::to_string).collect(), codes))
            }
        }
    }
}

fn unknown_level(variable: &Variable, level: &str, levels: &[String]) -> Error {
    let hint = match super::nearest(level, levels) {
        Some(near) => format!("; did you mean {near}?"),
        None if levels.is_empty() => String::new(),
        None => format!("; there are {}", levels.iter().take(30).cloned().collect::<Vec<_>>().join(", ")),
    };
    Error::Formula { at: variable.at, reason: format!("{} is never {level}{hint}", variable.column) }
}

fn not_numbers(variable: &Variable, texts: &Texts, is_outcome: bool) -> String {
    let is_word = |level: &&String| level.parse::<f64>().is_err();
    let words: Vec<&String> = texts.levels().iter().filter(is_word).collect();
    if let Some(word) = words.first().filter(|_| words.len() * 2 < texts.levels().len()) {
        let row = (0..texts.codes().len()).find(|&row| texts.get(row) == Some(word));
        return format!(
            "{} is {word:?} in data row {}; expected a number there, as in other rows",
            variable.column,
            row.map_or(0, |row| row + 1)
        );
    }
    let mut some: Vec<&str> = texts.levels().iter().take(3).map(String::as_str).collect();
    if texts.levels().len() > 3 {
        some.push("…");
    }
    let (name, some) = (&variable.column, some.join(", "));
    if is_outcome {
        format!("the outcome {name} holds words ({some}); expected numbers, yes and no, or true and false")
    } else if variable.transform == Transform::None {
        format!("{name} holds words ({some}); write C({name}) for one column for each of its levels")
    } else {
        format!("{name} holds words ({some}), of which {variable} has no value")
    }
}
