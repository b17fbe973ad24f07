//! The book: the files of the canonical import format, their columns, and rows as typed cells.
//!
//! Every noun declares its file once, with the macro `book_file!`; reading, storing, exporting and
//! documentation follow from the declaration.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::{Calendar, Day, Instant};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Texts separated by `;` within the cell.
    List,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A decimal amount in the currency of the row, kept in minor units (cents).
    Money,
    /// A date.
    Day,
    /// An instant.
    Instant,
    /// `true` or `false`.
    Boolean,
}

/// What a date means for the question *what was so as of a day*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    /// Not a date: what the newest version known by the day says.
    Undated,
    /// Something that happened: it reads as empty before its day, and counts from it.
    Happened,
    /// The day from which the row counts; empty is always.
    Began,
    /// A date agreed beforehand (`ends_on`, `due_on`, `due_at`): known from the row's start.
    Contractual,
}

/// One column of a file.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the file.
    pub name: &'static str,
    /// Its name in the records database; differs for money (`arr`, `arr_cents`).
    pub field: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether every row must have it.
    pub required: bool,
    /// What its date means.
    pub tense: Tense,
    /// The file whose `external_id` it names.
    pub refers_to: Option<&'static str>,
    /// What it says, in the words of the noun's own documentation, a blank before each line.
    pub meaning: &'static str,
}

/// A value that breaks a rule of its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The column at fault.
    pub column: &'static str,
    /// What is wrong, with the value and what was expected.
    pub reason: String,
}

/// One file of the book.
#[derive(Clone, Copy)]
pub struct File {
    /// Its name without the ending, as in `accounts`; also the table of the records database.
    pub name: &'static str,
    /// The columns that identify a row.
    pub key: &'static [&'static str],
    /// What a row of it is, as [`Column::meaning`].
    pub meaning: &'static str,
    /// All columns, in the order of the format.
    pub columns: &'static [Column],
    /// Rules that the cells of one row must keep together.
    pub check: fn(&Row) -> Result<(), Violation>,
}

impl File {
    /// The position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|candidate| candidate.name == column)
    }

    /// The first instant of the row's beginning, where it has one.
    pub fn began_at(&self, row: &Row, calendar: &Calendar) -> Option<Instant> {
        let began = self.columns.iter().zip(&row.cells).filter(|(column, _)| column.tense == Tense::Began);
        let instants = began.filter_map(|(_, cell)| match cell {
            Cell::Day(day) => Some(calendar.start_of(*day)),
            Cell::Instant(at) => Some(*at),
            _ => None,
        });
        instants.min()
    }

    /// The file named so, as in `accounts`.
    pub fn named(name: &str) -> Option<&'static File> {
        FILES.iter().copied().find(|file| file.name == name)
    }

    /// The key of a row: its key cells, joined by U+001F.
    pub fn key_of(&self, row: &Row) -> String {
        let cells: Vec<String> = self
            .key
            .iter()
            .map(|column| row.cells[self.position(column).expect("keys are columns")].to_string())
            .collect();
        cells.join("\u{1f}")
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({})", self.name)
    }
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Missing, which is never zero.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// A whole number; cents for money.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// A date.
    Day(Day),
    /// An instant.
    Instant(Instant),
    /// A yes or no.
    Boolean(bool),
}

impl Cell {
    /// Whether the cell is missing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }
}

/// The cell as it stands in a file, money excepted (cents).
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Empty => Ok(()),
            Cell::Text(text) => f.write_str(text),
            Cell::List(texts) => f.write_str(&texts.join(";")),
            Cell::Integer(number) => write!(f, "{number}"),
            Cell::Decimal(number) => write!(f, "{number}"),
            Cell::Day(day) => write!(f, "{day}"),
            Cell::Instant(instant) => write!(f, "{instant}"),
            Cell::Boolean(value) => write!(f, "{value}"),
        }
    }
}

/// A value of a custom attribute, typed by the content of its column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attribute {
    /// A yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// Text, dates included.
    Text(String),
}

/// The custom attributes of a row: its unknown columns.
pub type Attributes = BTreeMap<String, Attribute>;

/// One row: a cell per column of its file, in the file's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The cells.
    pub cells: Vec<Cell>,
    /// The unknown columns.
    pub attributes: Attributes,
}

/// A row of a file as a typed noun.
pub trait Record: Sized + Clone + Send + Sync + 'static {
    /// The file that holds it.
    const FILE: &'static File;
    /// The noun in a row that has passed the file's reading: kinds and required cells are right.
    fn from_row(row: &Row) -> Self;
    /// The row of the noun.
    fn to_row(&self) -> Row;
    /// Rules that the cells keep together, beyond their kinds.
    fn check(&self) -> Result<(), Violation> {
        Ok(())
    }
}

/// Every file of the book, each after the files it refers to.
pub static FILES: &[&File] = &[
    crate::account::Account::FILE,
    crate::person::Person::FILE,
    crate::subscription::Subscription::FILE,
    crate::step::Step::FILE,
    crate::licence::Licence::FILE,
    crate::activity::Activity::FILE,
    crate::ticket::Ticket::FILE,
    crate::survey::Survey::FILE,
    crate::invoice::Invoice::FILE,
    crate::plan::Plan::FILE,
    crate::objective::Objective::FILE,
    crate::initiative::Initiative::FILE,
    crate::escalation::Escalation::FILE,
    crate::judgement::Judgement::FILE,
    crate::event::Event::FILE,
];

/// A violation, unless the number is within the range.
pub fn within(column: &'static str, value: impl Into<f64>, low: f64, high: f64) -> Result<(), Violation> {
    let value = value.into();
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let reason = if high == f64::INFINITY {
        format!("{value} is less than {low}")
    } else {
        format!("{value} is not between {low} and {high}")
    };
    Err(Violation { column, reason })
}

/// Conversions between cells and the fields of a noun.
#[doc(hidden)]
pub mod convert {
    use super::Cell;
    use crate::time::{Day, Instant};

    pub trait Field: Sized {
        fn from_cell(cell: &Cell) -> Option<Self>;
        fn to_cell(&self) -> Cell;
    }

    macro_rules! field {
        ($type:ty, $variant:ident) => {
            impl Field for $type {
                fn from_cell(cell: &Cell) -> Option<Self> {
                    match cell {
                        Cell::$variant(value) => Some(value.clone()),
                        _ => None,
                    }
                }
                fn to_cell(&self) -> Cell {
                    Cell::$variant(self.clone())
                }
            }
        };
    }
    field!(String, Text);
    field!(i64, Integer);
    field!(f64, Decimal);
    field!(Day, Day);
    field!(Instant, Instant);
    field!(bool, Boolean);

    impl Field for Vec<String> {
        fn from_cell(cell: &Cell) -> Option<Self> {
            match cell {
                Cell::List(texts) => Some(texts.clone()),
                _ => Some(Vec::new()),
            }
        }
        fn to_cell(&self) -> Cell {
            if self.is_empty() { Cell::Empty } else { Cell::List(self.clone()) }
        }
    }

    impl<T: Field> Field for Option<T> {
        fn from_cell(cell: &Cell) -> Option<Self> {
            Some(T::from_cell(cell))
        }
        fn to_cell(&self) -> Cell {
            self.as_ref().map_or(Cell::Empty, Field::to_cell)
        }
    }

    macro_rules! id_field {
        ($($name:ident),*) => {$(
            impl Field for crate::id::$name {
                fn from_cell(cell: &Cell) -> Option<Self> {
                    String::from_cell(cell).map(Self)
                }
                fn to_cell(&self) -> Cell {
                    Cell::Text(self.0.clone())
                }
            }
        )*};
    }
    id_field!(
        AccountId,
        PersonId,
        SubscriptionId,
        ActivityId,
        TicketId,
        SurveyId,
        InvoiceId,
        PlanId,
        ObjectiveId,
        InitiativeId,
        EscalationId
    );
}

/// Declares a noun and its file: `field ["column"]: Kind Tense Type [required] [-> "file"];`.
macro_rules! book_file {
    (
        $(#[doc = $doc:literal])*
        $name:ident in $file:literal, key $key:expr;
        $(
            $(#[doc = $field_doc:literal])*
            $field:ident [$column:literal]: $kind:ident $tense:ident $type:ty, $required:literal $(, -> $refers:literal)?;
        )*
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[doc = $field_doc])* pub $field: $type,)*
            /// The columns that the format does not know.
            pub attributes: $crate::book::Attributes,
        }

        impl $crate::book::Record for $name {
            const FILE: &'static $crate::book::File = &$crate::book::File {
                name: $file,
                key: &$key,
                meaning: concat!($($doc),*),
                columns: &[$($crate::book::Column {
                    name: $column,
                    field: stringify!($field),
                    kind: $crate::book::Kind::$kind,
                    required: $required,
                    tense: $crate::book::Tense::$tense,
                    refers_to: book_file!(@refers $($refers)?),
                    meaning: concat!($($field_doc),*),
                },)*],
                check: |row| {
                    let record = <$name as $crate::book::Record>::from_row(row);
                    $name::check_cells(&record)
                },
            };

            fn from_row(row: &$crate::book::Row) -> Self {
                let mut cells = row.cells.iter();
                $name {
                    $($field: {
                        let cell = cells.next().expect("a row has a cell per column");
                        $crate::book::convert::Field::from_cell(cell).expect(concat!("a checked row has ", $file, ".", $column))
                    },)*
                    attributes: row.attributes.clone(),
                }
            }

            fn to_row(&self) -> $crate::book::Row {
                $crate::book::Row {
                    cells: vec![$($crate::book::convert::Field::to_cell(&self.$field)),*],
                    attributes: self.attributes.clone(),
                }
            }

            fn check(&self) -> Result<(), $crate::book::Violation> {
                self.check_cells()
            }
        }
    };
    (@refers) => { None };
    (@refers $file:literal) => { Some($file) };
}
pub(crate) use book_file;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_names_its_columns_once_and_its_key_among_them() {
        for file in FILES {
            let mut names: Vec<_> = file.columns.iter().map(|column| column.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), file.columns.len(), "{file:?}");
            for key in file.key {
                assert!(file.position(key).is_some(), "{file:?} {key}");
            }
            for column in file.columns {
                if let Some(target) = column.refers_to {
                    let own = FILES.iter().position(|candidate| candidate.name == file.name);
                    let other = FILES.iter().position(|candidate| candidate.name == target);
                    assert!(other.is_some() && other <= own, "{file:?} {} -> {target}", column.name);
                }
                let dated = matches!(column.kind, Kind::Day | Kind::Instant);
                assert_eq!(dated, column.tense != Tense::Undated, "{file:?} {}", column.name);
            }
        }
    }

    #[test]
    fn a_noun_survives_the_way_through_a_row() {
        let row = Row {
            cells: vec![
                Cell::Text("t1".into()),
                Cell::Text("a1".into()),
                Cell::Integer(1),
                Cell::Instant(Instant::from_micros(5)),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Text("bug".into()),
                Cell::Empty,
            ],
            attributes: Attributes::from([("queue".into(), Attribute::Text("emea".into()))]),
        };
        let ticket = crate::ticket::Ticket::from_row(&row);
        assert_eq!(ticket.category.as_deref(), Some("bug"));
        assert_eq!(ticket.to_row(), row);
    }
}
