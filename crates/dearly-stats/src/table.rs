use std::collections::HashMap;

use crate::Error;

/// Columns of one length, by name, in which values may be missing: what a formula reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    rows: usize,
    names: Vec<String>,
    columns: Vec<Column>,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; `None` is missing, and so is NaN.
    Numbers(Vec<Option<f64>>),
    /// Words of which each is one of a few.
    Texts(Texts),
}

/// A column of words: each distinct one once, and which of them each row has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    levels: Vec<String>,
    codes: Vec<Option<u32>>,
}

/// Takes the cells of a column of words one after the other.
#[derive(Debug, Default)]
pub struct TextsBuilder {
    numbers: HashMap<String, u32>,
    texts: Texts,
}

impl TextsBuilder {
    /// Adds the next row's cell; `None` is missing. The text is taken as it is: an empty one is a word like others.
    pub fn push(&mut self, text: Option<&str>) {
        let code = text.map(|text| match self.numbers.get(text) {
            Some(&code) => code,
            None => {
                let code = u32::try_from(self.texts.levels.len()).expect("fewer levels than 2³²");
                self.numbers.insert(text.to_owned(), code);
                self.texts.levels.push(text.to_owned());
                code
            }
        });
        self.texts.codes.push(code);
    }

    /// The column of all cells pushed so far.
    pub fn finish(self) -> Texts {
        self.texts
    }
}

impl Texts {
    /// A column of these cells, one for each row; `None` is missing.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Texts;
    ///
    /// let texts = Texts::from_cells([Some("smb"), None, Some("enterprise"), Some("smb")]);
    /// assert_eq!(texts.levels(), ["smb", "enterprise"]);
    /// assert_eq!(texts.codes(), [Some(0), None, Some(1), Some(0)]);
    /// ```
    pub fn from_cells<'a>(cells: impl IntoIterator<Item = Option<&'a str>>) -> Texts {
        let mut builder = TextsBuilder::default();
        cells.into_iter().for_each(|cell| builder.push(cell));
        builder.finish()
    }

    /// The distinct words, in the order of their first rows.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// Which of the levels each row has, counted from 0; `None` is missing.
    pub fn codes(&self) -> &[Option<u32>] {
        &self.codes
    }

    /// The number of each level (not of each row), where the levels say nothing but yes and no, or true and false, in
    /// letters of any case: 1 and 0. `None` where another word is among them.
    ///
    /// # Example
    /// ```
    /// use dearly_stats::Texts;
    ///
    /// let texts = |words: [&'static str; 3]| Texts::from_cells(words.map(Some));
    /// assert_eq!(texts(["No", "yes", "yes"]).yes_and_no(), Some(vec![0.0, 1.0]));
    /// assert_eq!(texts(["no", "yes", "maybe"]).yes_and_no(), None);
    /// ```
    pub fn yes_and_no(&self) -> Option<Vec<f64>> {
        let number = |level: &String| match level.to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(1.0),
            "no" | "false" => Some(0.0),
            _ => None,
        };
        self.levels.iter().map(number).collect()
    }

    /// A row's word; `None` where it is missing. Panics beyond the last row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.codes[row].map(|code| self.levels[code as usize].as_str())
    }
}

impl Column {
    /// Numbers of which none is missing, but for NaN, which counts as missing.
    pub fn numbers(values: impl IntoIterator<Item = f64>) -> Column {
        Column::Numbers(values.into_iter().map(Some).collect())
    }

    /// Words of which none is missing.
    pub fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Column {
        Column::Texts(Texts::from_cells(values.into_iter().map(Some)))
    }

    /// Rows, those without a value included.
    pub fn len(&self) -> usize {
        match self {
            Column::Numbers(values) => values.len(),
            Column::Texts(texts) => texts.codes.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a row has no value, as a NaN is none; panics beyond the last row.
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Column::Numbers(values) => values[row].is_none_or(f64::is_nan),
            Column::Texts(texts) => texts.codes[row].is_none(),
        }
    }
}

impl Table {
    /// A table of these columns, in their order, all of one length.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Refused`] for two columns of one name.
    pub fn new(columns: Vec<(String, Column)>) -> Result<Table, Error> {
        let mut table = Table::default();
        for (name, column) in columns {
            table.push(name, column)?;
        }
        Ok(table)
    }

    /// Adds a column, as long as the others; the first one says how long.
    ///
    /// # Errors
    /// As [`Table::new`].
    pub fn push(&mut self, name: impl Into<String>, column: Column) -> Result<(), Error> {
        let name = name.into();
        if self.columns.is_empty() {
            self.rows = column.len();
        }
        crate::error::same_length(&name, self.rows, column.len())?;
        if self.column(&name).is_some() {
            return Err(Error::Refused(format!(
                "two columns are called {name}: rename or remove one of them"
            )));
        }
        self.names.push(name);
        self.columns.push(column);
        Ok(())
    }

    /// Rows; 0 before there is a column.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns' names, in the order of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A column by its name, every letter as it is; `None` where there is none.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.names.iter().position(|known| known == name).map(|index| &self.columns[index])
    }
}
