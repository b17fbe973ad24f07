//! Measures in SQL: asked once for each day of the whole book, before the engine runs over its accounts.

use std::collections::HashMap;
use std::sync::Arc;

use dearly_domain::{AccountId, Day, Instant};
use dearly_health::Readings;
use dearly_query::{Limits, check_measure};
use dearly_workbook::{Problem, SqlStatement, Workbook};

use crate::app::{App, InForce};
use crate::book::BookReader;
use crate::error::Result;
use crate::tables::BookTables;

/// What one statement says on one day, by account.
pub(crate) type Values = HashMap<AccountId, f64>;

/// Of what a kept answer is the answer: a revision of the book, what may be known of it, the day, the statement.
pub(crate) type StatementKey = (i64, Option<Instant>, Day, Arc<str>);

impl BookReader {
    /// Asks the workbook's measures in SQL for these days; facts that are read from now on carry the answers.
    ///
    /// # Errors
    /// [`Error::Query`](crate::Error::Query) where a statement cannot be answered.
    pub(crate) async fn read_statements(
        &mut self,
        app: &App,
        in_force: &InForce,
        days: &[Day],
    ) -> Result<()> {
        self.ask(app, in_force, &in_force.workbook, days, true).await
    }

    /// The same for a workbook that is not in force: nothing is kept.
    pub(crate) async fn read_statements_of(
        &mut self,
        app: &App,
        in_force: &InForce,
        workbook: &Workbook,
        days: &[Day],
    ) -> Result<()> {
        self.ask(app, in_force, workbook, days, false).await
    }

    async fn ask(
        &mut self,
        app: &App,
        in_force: &InForce,
        workbook: &Workbook,
        days: &[Day],
        is_in_force: bool,
    ) -> Result<()> {
        let statements: Vec<Arc<str>> = workbook.statements().into_iter().map(Arc::from).collect();
        let mut tables: Option<Arc<BookTables>> = None;
        for statement in &statements {
            for day in days {
                let key: StatementKey = (self.revision, self.known_by(), *day, Arc::clone(statement));
                let kept = is_in_force.then(|| app.cache.statement(&key)).flatten();
                let values = match kept {
                    Some(values) => values,
                    None => {
                        if tables.is_none() {
                            tables = Some(self.tables(app, in_force, &statements).await?);
                        }
                        let tables = tables.as_ref().expect("read above");
                        let session = tables.session(*day, Limits::default())?;
                        let readings = session.measure(statement, *day).await;
                        let readings = readings.map_err(|error| of_measure(error, statement, *day))?;
                        let values: Arc<Values> = Arc::new(
                            readings.into_iter().map(|own| (AccountId(own.account), own.value)).collect(),
                        );
                        if is_in_force {
                            app.cache.keep_statement(key, Arc::clone(&values));
                        }
                        values
                    }
                };
                for (account, value) in values.iter() {
                    self.readings.entry(account.clone()).or_default().put(statement, *day, *value);
                }
            }
        }
        Ok(())
    }

    async fn tables(
        &mut self,
        app: &App,
        in_force: &InForce,
        statements: &[Arc<str>],
    ) -> Result<Arc<BookTables>> {
        let mut named = Vec::new();
        for statement in statements {
            named.extend(check_measure(statement)?);
        }
        let known_by = self.known_by();
        Ok(Arc::new(
            BookTables::read(&mut self.view, &app.lake_place, &app.lake, in_force, known_by, &named).await?,
        ))
    }
}

/// How much of a statement is shown where it is wrong, in characters.
const SHOWN: usize = 80;

/// The error, with the measure that it is of: nobody has asked its statement by hand.
fn of_measure(error: dearly_query::Error, statement: &str, day: Day) -> dearly_query::Error {
    match error {
        dearly_query::Error::Sql { message, place, help } => {
            let words: Vec<&str> = statement.split_whitespace().collect();
            let shown: String = words.join(" ").chars().take(SHOWN).collect();
            let message = format!("the measure in SQL that begins with `{shown}`, as of {day}: {message}");
            dearly_query::Error::Sql { message, place, help }
        }
        other => other,
    }
}

/// The answers by account, as facts carry them.
pub(crate) type ReadingsOf = HashMap<AccountId, Readings>;

/// What is wrong with the statements of a workbook, each at its place.
pub(crate) fn problems(statements: &[SqlStatement]) -> Vec<Problem> {
    let wrong = |own: &SqlStatement| match check_measure(&own.text) {
        Ok(_) => None,
        Err(dearly_query::Error::Sql { message, place, help }) => {
            let place = place.map_or(String::new(), |place| format!(" ({place} of the SQL)"));
            Some(own.problem(format!("the SQL of the measure cannot be asked: {message}{place}"), help))
        }
        Err(other) => Some(own.problem(format!("the SQL of the measure cannot be asked: {other}"), None)),
    };
    statements.iter().filter_map(wrong).collect()
}
