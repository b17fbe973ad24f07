use dearly_stats::{Column, Table, TextsBuilder};

use crate::Result;

/// Makes a table of rows of text, as files hold them. A column whose values are all numbers is one of numbers.
///
/// A cell that is empty or blank, or says NA, NaN or null, is missing.
#[derive(Debug, Default)]
pub struct TableBuilder {
    names: Vec<String>,
    columns: Vec<Growing>,
}

/// A column of which it is not yet known whether a cell will be no number.
#[derive(Debug, Default)]
struct Growing {
    /// While all are numbers.
    numbers: Vec<Option<f64>>,
    /// The cells from the start, once one was no number.
    texts: Option<TextsBuilder>,
    /// These as they were written, one after the other, and where each ends: `007` is not 7 in a column of words.
    written: String,
    ends: Vec<usize>,
}

impl TableBuilder {
    /// A table with these columns and no row.
    pub fn new(names: Vec<String>) -> TableBuilder {
        let columns = names.iter().map(|_| Growing::default()).collect();
        TableBuilder { names, columns }
    }

    /// Takes columns as words, whatever they look like: `01` is not `1` where it is a name, and a number of 19 digits not the
    /// one beside it.
    pub fn labels(mut self, names: &[&str]) -> TableBuilder {
        for (name, column) in self.names.iter().zip(&mut self.columns) {
            if names.contains(&name.as_str()) {
                column.texts = Some(TextsBuilder::default());
            }
        }
        self
    }

    /// Adds a row of a cell for each column; `None` is missing.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = Option<&'a str>>) {
        let mut columns = self.columns.iter_mut();
        for cell in cells {
            if let Some(column) = columns.next() {
                column.push(cell.map(str::trim).filter(|cell| !is_missing(cell)));
            }
        }
        columns.for_each(|column| column.push(None));
    }

    /// The table.
    ///
    /// # Errors
    /// Two columns of one name.
    pub fn finish(self) -> Result<Table> {
        let columns = self.columns.into_iter().map(|growing| match growing.texts {
            Some(texts) => Column::Texts(texts.finish()),
            None => Column::Numbers(growing.numbers),
        });
        Ok(Table::new(self.names.into_iter().zip(columns).collect())?)
    }
}

impl Growing {
    fn push(&mut self, cell: Option<&str>) {
        if let Some(texts) = &mut self.texts {
            texts.push(cell);
            return;
        }
        match cell.map(str::parse::<f64>).transpose() {
            Ok(number) => {
                self.numbers.push(number);
                self.written.push_str(cell.unwrap_or_default());
                self.ends.push(self.written.len());
            }
            Err(_) => {
                let mut texts = TextsBuilder::default();
                let mut from = 0;
                for end in &self.ends {
                    texts.push(self.written.get(from..*end).filter(|written| !written.is_empty()));
                    from = *end;
                }
                texts.push(cell);
                *self = Growing { texts: Some(texts), ..Growing::default() };
            }
        }
    }
}

fn is_missing(cell: &str) -> bool {
    cell.is_empty() || ["na", "nan", "null"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}
