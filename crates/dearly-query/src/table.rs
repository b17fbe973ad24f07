//! The tables that can be asked, with what every column says.

use std::sync::LazyLock;

use dearly_domain::File;
use dearly_domain::book::{FILES, Kind};

/// Where the rows of a table come from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// Records, as they stood on the day.
    Records(&'static File),
    /// Reckoned from records, without scores.
    Reckoned,
    /// Scores and what follows from them. A measure may not read them: it would wait for itself.
    Scores,
    /// Telemetry, up to the day.
    Telemetry,
    /// What is stored, whatever the day.
    Stored,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub meaning: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Whether the custom attributes of the rows follow as the last column `attributes`, a map of texts.
    pub has_attributes: bool,
    /// Where the rows come from.
    pub origin: Origin,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether every row has it.
    pub required: bool,
    /// In which unit a number is; empty where it has none.
    pub unit: &'static str,
    /// What it says.
    pub meaning: String,
}

impl Table {
    /// The position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|own| own.name == column)
    }
}

impl Column {
    /// Its type in SQL.
    pub fn sql_type(&self) -> &'static str {
        match self.kind {
            Kind::Text => "text",
            Kind::List => "list of text",
            Kind::Integer | Kind::Money => "bigint",
            Kind::Decimal => "double",
            Kind::Day => "date",
            Kind::Instant => "timestamp (UTC)",
            Kind::Boolean => "boolean",
        }
    }
}

/// The table named so.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// Every table, in the order of the documentation.
pub static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let records = FILES.iter().copied().filter(|file| file.name != "events").map(of_file);
    records.chain(telemetry()).chain(reckoned()).collect()
});

fn of_file(file: &'static File) -> Table {
    let columns = file.columns.iter().map(|column| Column {
        // Money is kept in minor units, and says so.
        name: if column.kind == Kind::Money { column.field } else { column.name },
        kind: column.kind,
        required: column.required,
        unit: match (column.kind, column.field) {
            (Kind::Money, _) => "cents of `currency`",
            (_, "quantity") => "`unit`",
            (_, "assigned" | "activated") => "seats",
            (_, "duration_minutes") => "minutes",
            _ => "",
        },
        meaning: sentence(column.meaning),
    });
    let mut columns: Vec<Column> = columns.collect();
    let meaning = sentence(file.meaning);
    match file.name {
        "subscriptions" => columns.extend([
            column(
                "annual_cents",
                Kind::Money,
                "cents of the reporting currency",
                "Annual recurring revenue; empty where the workbook has no rate for the currency.",
            ),
            must(
                "is_running",
                Kind::Boolean,
                "",
                "Whether the term covers the day; the day an account left ends its terms.",
            ),
        ]),
        "invoices" => columns.push(column(
            "reporting_cents",
            Kind::Money,
            "cents of the reporting currency",
            "The amount; empty where the workbook has no rate for the currency.",
        )),
        _ => {}
    }
    Table { name: file.name, meaning, columns, has_attributes: true, origin: Origin::Records(file) }
}

/// The words of a declaration, whose lines begin with a blank, as one sentence.
fn sentence(meaning: &str) -> String {
    meaning.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn column(name: &'static str, kind: Kind, unit: &'static str, meaning: &str) -> Column {
    Column { name, kind, required: false, unit, meaning: meaning.to_owned() }
}

fn must(name: &'static str, kind: Kind, unit: &'static str, meaning: &str) -> Column {
    Column { required: true, ..column(name, kind, unit, meaning) }
}

fn of(name: &'static str, origin: Origin, meaning: &str, columns: Vec<Column>) -> Table {
    Table { name, meaning: meaning.to_owned(), columns, has_attributes: false, origin }
}

/// The columns of events, of which a segment file may have fewer: an absent one reads as empty.
fn event_columns(has_account: bool) -> Vec<Column> {
    let account = |required| Column { required, ..column("account", Kind::Text, "", "At which account.") };
    let mut columns = if has_account { vec![account(true)] } else { Vec::new() };
    columns.extend([
        column("user", Kind::Text, "", "The telemetry id of the user."),
        must("event", Kind::Text, "", "The name of the event; features are events."),
        column("product", Kind::Text, "", "The product it belongs to."),
        must("at", Kind::Instant, "", "When."),
        must("month", Kind::Text, "", "The month of `at` in UTC, as in `2026-11`."),
        must("count", Kind::Integer, "times", "How many times."),
        column("value", Kind::Decimal, "", "A number that came with it."),
        column("recorded_at", Kind::Instant, "", "When it became known; empty is when it happened."),
        column(
            "linked_at",
            Kind::Instant,
            "",
            "When a link made later moved it to its account: from that day on it counts there.",
        ),
        column(
            "original_at",
            Kind::Instant,
            "",
            "The time by the sender's own clock, before it was corrected.",
        ),
        column("sent_at", Kind::Instant, "", "When the sender says it was sent."),
        column(
            "attributed_by",
            Kind::Text,
            "",
            "How its account was found: `group`, `property` or `membership`; empty for imports.",
        ),
        column("source", Kind::Text, "", "The source whose key sent it; empty for imports."),
        column("message_id", Kind::Text, "", "The id that deduplicates."),
        column("attributes", Kind::Text, "", "Its other properties, as the text of a JSON object."),
    ]);
    columns
}

fn telemetry() -> Vec<Table> {
    vec![
        of(
            "events",
            Origin::Telemetry,
            "An event of an account, as attributed on the day.",
            event_columns(true),
        ),
        of(
            "unattributed_events",
            Origin::Telemetry,
            "An event of which the account is not known on the day. What a later link has told of it, its user too, is \
             empty until that link.",
            event_columns(false),
        ),
        of(
            "daily_usage",
            Origin::Telemetry,
            "What a user did on a day: the daily rollup of `events`.",
            vec![
                must("account", Kind::Text, "", "At which account."),
                column("user", Kind::Text, "", "The telemetry id of the user."),
                must("event", Kind::Text, "", "The name of the event."),
                column("product", Kind::Text, "", "The product."),
                must("day", Kind::Day, "", "The day, in the time zone of the workbook."),
                must("events", Kind::Integer, "times", "How many times."),
            ],
        ),
    ]
}

fn reckoned() -> Vec<Table> {
    use Kind::{Boolean, Day, Decimal, Instant, Integer, Money, Text};
    let score = |name: &'static str, meaning: &str| column(name, Decimal, "0 to 100", meaning);
    vec![
        of(
            "renewals",
            Origin::Reckoned,
            "The terms of an account and product that end on one day, and what came of them by the day.",
            vec![
                must("account", Text, "", "Whose renewal."),
                must("product", Text, "", "Of which product."),
                must("due_on", Day, "", "The day the terms end."),
                must(
                    "due_arr_cents",
                    Money,
                    "cents of the reporting currency",
                    "Their annual recurring revenue.",
                ),
                must(
                    "renewed_arr_cents",
                    Money,
                    "cents of the reporting currency",
                    "That of the terms that follow.",
                ),
                must(
                    "outcome",
                    Text,
                    "",
                    "`renewed`, `contraction`, `expansion`, `churned`, or `open` while it may still be renewed.",
                ),
            ],
        ),
        of(
            "scores",
            Origin::Scores,
            "An account with its scores on the day, under the workbook in force.",
            vec![
                must("account", Text, "", "Which account."),
                must("name", Text, "", "Its name."),
                must("as_of", Day, "", "The day."),
                must("status", Text, "", "`prospect`, `customer` or `churned`."),
                must(
                    "arr_cents",
                    Money,
                    "cents of the reporting currency",
                    "Annual recurring revenue on the day.",
                ),
                column("renews_on", Day, "", "The next due day of a running term."),
                column("last_met_on", Day, "", "The day a person was last met."),
                score("outcomes", "The customer outcomes score; empty is unknown."),
                must("outcomes_colour", Text, "", "`green`, `yellow`, `red` or `unknown`."),
                must("outcomes_coverage", Decimal, "0 to 1", "Present weight of applicable weight."),
                column("outcomes_reason", Text, "", "Why it is unknown."),
                column("outcomes_change", Decimal, "points", "Against 30 days before."),
                score("experience", "The customer experience score; empty is unknown."),
                must("experience_colour", Text, "", "Its colour."),
                must("experience_coverage", Decimal, "0 to 1", "Present weight of applicable weight."),
                column("why", Text, "", "The largest loss in 30 days, else the largest gap, in words."),
            ],
        ),
        of(
            "components",
            Origin::Scores,
            "A component of an account's outcomes score on the day.",
            vec![
                must("account", Text, "", "Which account."),
                must("as_of", Day, "", "The day."),
                must("component", Text, "", "Its id, as in `adoption`."),
                score("score", "Its score; empty is unknown."),
                must("colour", Text, "", "`green`, `yellow`, `red` or `unknown`."),
                must("coverage", Decimal, "0 to 1", "Present weight of applicable weight."),
                must("partial", Boolean, "", "Whether something applicable is missing."),
                column("reason", Text, "", "Why it is unknown."),
            ],
        ),
        of(
            "score_history",
            Origin::Scores,
            "The outcomes score of an account on each of the 27 weekly days that end with the day.",
            vec![
                must("account", Text, "", "Which account."),
                must("day", Day, "", "The day of the score."),
                score("outcomes", "The customer outcomes score; empty is unknown."),
            ],
        ),
        of(
            "sources",
            Origin::Scores,
            "A kind of facts, over the customers of the day: how much there is and how fresh.",
            vec![
                must("file", Text, "", "The file of the book."),
                must("rows", Integer, "facts", "How many."),
                must("n_accounts", Integer, "accounts", "How many customers have any."),
                column("first_on", Day, "", "The first fact."),
                column("last_on", Day, "", "The last fact."),
            ],
        ),
        of(
            "segments",
            Origin::Stored,
            "A file of telemetry that is part of the book now, whatever the day.",
            vec![
                must("path", Text, "", "Where it is, below the data folder or the lake."),
                must("rows", Integer, "events", "How many."),
                must("bytes", Integer, "bytes", "Its size."),
                must("min_at", Instant, "", "The first instant in it."),
                must("max_at", Instant, "", "The last instant in it."),
            ],
        ),
        of(
            "documentation",
            Origin::Stored,
            "What every column of every table says: this page as a table.",
            vec![
                must("table_name", Text, "", "The table."),
                must("column_name", Text, "", "The column."),
                must("type", Text, "", "Its type."),
                column("unit", Text, "", "The unit of its numbers."),
                must("meaning", Text, "", "What it says."),
            ],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_and_column_says_what_it_is() {
        let mut names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLES.len());
        for table in TABLES.iter() {
            assert!(table.meaning.ends_with(['.', '…']), "{}: {}", table.name, table.meaning);
            let mut columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            columns.sort_unstable();
            columns.dedup();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
            for column in &table.columns {
                assert!(
                    column.meaning.ends_with(['.', '…']),
                    "{}.{}: {}",
                    table.name,
                    column.name,
                    column.meaning
                );
            }
        }
    }
}
