//! Measures in SQL: a number for each account.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan, Volatility};
use dearly_domain::{Calendar, Day};
use futures_util::FutureExt;

use crate::error::{Error, Result};
use crate::records::Nothing;
use crate::room::Roomy;
use crate::session::{Limits, Moment, Session};
use crate::table::{Origin, TABLES, Table, table};
use crate::telemetry::Telemetry;
use crate::text;

/// What a measure reads of an account on the day of the session.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The account.
    pub account: String,
    /// The number.
    pub value: f64,
}

/// The tables that a text names which can be answered: one statement that only reads. No book is needed.
///
/// # Errors
/// [`Error::Sql`] with what is wrong.
pub fn check(sql: &str, as_of: Day) -> Result<Vec<&'static Table>> {
    let session = without_a_book(as_of)?;
    at_once(session.plan(sql, as_of))?;
    session.tables_named(sql, as_of)
}

/// The tables that a text names which can be a measure: a statement that only reads, over tables that a measure may
/// read, with the columns `account` and `value`. No book is needed.
///
/// # Errors
/// [`Error::Sql`] with what is wrong.
pub fn check_measure(sql: &str) -> Result<Vec<&'static Table>> {
    let as_of = Day::from_days(20_000);
    let session = without_a_book(as_of)?;
    at_once(session.plan_measure(sql, as_of))?;
    session.tables_named(sql, as_of)
}

fn without_a_book(as_of: Day) -> Result<Session> {
    let moment = Moment { as_of, ends_at: Calendar::utc().end_of(as_of), known_by: None, time_zone: None };
    Session::new(&moment, Arc::new(Nothing), &Telemetry::none(), Limits::default())
}

/// Planning over tables in memory waits for nothing.
fn at_once<T>(planned: impl Future<Output = Result<T>> + Send) -> Result<T> {
    Roomy::new(planned)
        .now_or_never()
        .unwrap_or_else(|| Err(Error::Failed("planning had to wait".to_owned())))
}

/// A function in the plan that gives another answer at another time.
fn told_by_the_clock(plan: &LogicalPlan) -> Result<Option<String>> {
    let mut found = None;
    let looked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                if let Expr::ScalarFunction(own) = part
                    && own.func.signature().volatility != Volatility::Immutable
                {
                    found = Some(own.func.name().to_owned());
                    return Ok(TreeNodeRecursion::Stop);
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    looked.map_err(|error| Error::Failed(error.to_string()))?;
    Ok(found)
}

impl Session {
    async fn plan_measure(&self, sql: &str, as_of: Day) -> Result<LogicalPlan> {
        let mut statement = text::read(sql, as_of)?;
        for reference in self.tables_of(&statement)? {
            let name = reference.table();
            let Some(own) = table(name) else { continue };
            if matches!(own.origin, Origin::Scores | Origin::Stored) {
                let may =
                    TABLES.iter().filter(|table| !matches!(table.origin, Origin::Scores | Origin::Stored));
                let place = text::place_of_relation(&mut statement, name);
                return Err(Error::Sql {
                    message: format!(
                        "a measure may not read `{name}`, which is made from measures or says nothing of a day"
                    ),
                    place,
                    help: Some(format!(
                        "the tables are {}",
                        may.map(|own| own.name).collect::<Vec<_>>().join(", ")
                    )),
                });
            }
        }
        let plan = self.plan(sql, as_of).await?;
        if let Some(function) = told_by_the_clock(&plan)? {
            return Err(Error::Sql {
                message: format!(
                    "a measure may not ask `{function}`, which is another each time: a past day has one score"
                ),
                place: None,
                help: Some("`:as_of` is the day".to_owned()),
            });
        }
        let schema = plan.schema().as_arrow().clone();
        let columns =
            || schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ");
        let shape = |message: String| Error::Sql {
            message,
            place: None,
            help: Some("as in `select account, count(*) as value from tickets group by account`".to_owned()),
        };
        let field = |name: &str| {
            let field = schema.field_with_name(name).ok();
            field.ok_or_else(|| shape(format!("there is no column `{name}` among {}", columns())))
        };
        if !matches!(field("account")?.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
        {
            return Err(shape("`account` is not the id of an account, which is text".to_owned()));
        }
        let value = field("value")?.data_type();
        if !value.is_numeric() {
            return Err(shape(format!("`value` is no number but {value}")));
        }
        if let LogicalPlan::Explain(_) = plan {
            return Err(shape("the statement explains and does not answer".to_owned()));
        }
        Ok(plan)
    }

    /// What the measure reads on the day; accounts without a number are left out.
    ///
    /// # Errors
    /// [`Error::Sql`] where the text is no measure or an account has several rows, and any other.
    pub async fn measure(&self, sql: &str, as_of: Day) -> Result<Vec<Reading>> {
        self.plan_measure(sql, as_of).await?;
        let mut answer = self.ask(sql, as_of).await?;
        let place =
            |name: &str| answer.columns().iter().position(|column| column.name == name).expect("checked");
        let (account, value) = (place("account"), place("value"));
        let mut readings = Vec::new();
        let mut seen = HashSet::new();
        while let Some(batch) = answer.next().await? {
            let as_type = |place: usize, own: &DataType| {
                cast(batch.column(place), own).map_err(|error| Error::Failed(error.to_string()))
            };
            let (accounts, values) =
                (as_type(account, &DataType::Utf8)?, as_type(value, &DataType::Float64)?);
            let (accounts, values) = (accounts.as_string::<i32>(), values.as_primitive::<Float64Type>());
            for row in 0..batch.num_rows() {
                if accounts.is_null(row) {
                    continue;
                }
                let account = accounts.value(row).to_owned();
                if !seen.insert(account.clone()) {
                    return Err(Error::Sql {
                        message: format!("the account {account:?} has more than one row"),
                        place: None,
                        help: Some("group by account".to_owned()),
                    });
                }
                let value = values.value(row);
                if !values.is_null(row) && value.is_finite() {
                    readings.push(Reading { account, value });
                }
            }
        }
        Ok(readings)
    }
}
