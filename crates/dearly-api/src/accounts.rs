//! The list that people live in, as JSON by the page and as CSV whole.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use dearly_app::accounts::{AccountQuery, Sort, offset};
use dearly_app::view::{AccountList, AccountRow, AccountStatus, Colour, ScoreCell};
use dearly_domain::Day;
use serde::Deserialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, KnownBy, List, Whole, between, described_as_one_of, when, word};
use crate::server::Server;

/// How many accounts a page has, where nothing is said.
const PER_PAGE: u32 = 100;

/// The longest search.
const LONGEST_SEARCH: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list_accounts)).routes(routes!(export_accounts))
}

/// Which accounts, in which order. Lists are separated by commas; a value that holds a comma stands in double quotes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AccountsAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// Words that the name or the id must contain.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Any of these segments, as in `enterprise,smb`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    segment: List<String>,
    /// Any of these tiers, as in `1,2`.
    #[serde(default)]
    #[param(value_type = Option<String>, pattern = "^([0-9]{1,9}(,[0-9]{1,9})*)?$")]
    tier: List<Whole>,
    /// Any of these stages.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    stage: List<String>,
    /// Any of these industries.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    industry: List<String>,
    /// Any of these regions.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    region: List<String>,
    /// Any of these owners.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    csm: List<String>,
    /// Any of these colours of the outcomes score: `green`, `yellow`, `red`, `unknown`.
    #[serde(default)]
    #[param(inline, value_type = Option<ColourList>)]
    colour: List<Colour>,
    /// A component of the outcomes score, as in `adoption`, that the account must have.
    component: Option<String>,
    /// Any of these colours of that component.
    #[serde(default)]
    #[param(inline, value_type = Option<ColourList>)]
    component_colour: List<Colour>,
    /// Any of these colours of the experience score.
    #[serde(default)]
    #[param(inline, value_type = Option<ColourList>)]
    experience_colour: List<Colour>,
    /// Renewals due within so many days of the day.
    #[serde(default, deserialize_with = "between::<0, 36500, _>")]
    #[param(value_type = Option<u32>, minimum = 0, maximum = 36500)]
    renews_within: Option<u32>,
    /// Accounts of this status; the default is `customer`.
    #[param(inline)]
    status: Option<Status>,
    /// What to sort by; the default is `name`. What is unknown comes last.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, value_type = Option<SortWord>)]
    sort: Option<Sort>,
    /// The default is `asc`.
    #[param(inline)]
    direction: Option<Direction>,
    /// The `next_cursor` of the page before.
    #[param(pattern = "^[0-9]{1,9}$")]
    cursor: Option<String>,
    /// How many rows at most; the default is 100. The export ignores it, as it does `cursor`.
    #[serde(default, deserialize_with = "between::<1, 1000, _>")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Which accounts by where they are in their life as customers.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    Customer,
    Churned,
    Prospect,
    All,
}

/// From the least or from the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Asc,
    Desc,
}

described_as_one_of!(
    /// What the list is sorted by.
    SortWord,
    Sort::ALL.map(|(name, _)| name)
);

/// A type that only describes: a comma list of colours.
struct ColourList;

impl PartialSchema for ColourList {
    fn schema() -> RefOr<Schema> {
        let pattern = "^((green|yellow|red|unknown)(,(green|yellow|red|unknown))*)?$";
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).into()
    }
}

impl ToSchema for ColourList {}

impl AccountsAsked {
    fn query(self) -> Result<AccountQuery, Problem> {
        if self.component.is_none() && !self.component_colour.0.is_empty() {
            return Err(Problem::invalid(
                "component_colour: names colours of no component; add component, as in adoption",
            ));
        }
        if self.q.as_ref().is_some_and(|q| q.len() > 4 * LONGEST_SEARCH || q.chars().count() > LONGEST_SEARCH)
        {
            return Err(Problem::invalid(format!("q: is longer than {LONGEST_SEARCH} letters")));
        }
        Ok(AccountQuery {
            q: self.q,
            segment: self.segment.0,
            tier: self.tier.0.into_iter().map(|tier| tier.0).collect(),
            stage: self.stage.0,
            industry: self.industry.0,
            region: self.region.0,
            csm: self.csm.0,
            colour: self.colour.0,
            experience_colour: self.experience_colour.0,
            component: self.component,
            component_colour: self.component_colour.0,
            renews_within: self.renews_within.map(|days| days as i32),
            status: match self.status.unwrap_or(Status::Customer) {
                Status::Customer => Some(AccountStatus::Customer),
                Status::Churned => Some(AccountStatus::Churned),
                Status::Prospect => Some(AccountStatus::Prospect),
                Status::All => None,
            },
            sort: self.sort.unwrap_or_default(),
            descending: self.direction == Some(Direction::Desc),
            offset: offset(self.cursor.as_deref())
                .map_err(|error| Problem::invalid(format!("cursor: {error}")))?,
            limit: self.limit.unwrap_or(PER_PAGE) as usize,
        })
    }
}

/// A page of the accounts that fit, with the totals of all that fit.
#[utoipa::path(get, path = "/accounts", tag = "accounts", operation_id = "list_accounts", params(AccountsAsked),
    responses((status = 200, description = "a page of accounts", body = AccountList)))]
async fn list_accounts(
    State(server): State<Server>,
    Asked(asked): Asked<AccountsAsked>,
) -> Result<Json<AccountList>, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let query = asked.query()?;
    server.heavy(move |app| async move { app.accounts(when, &query).await }).await.map(Json)
}

/// Every account that fits, for a spreadsheet.
///
/// UTF-8 with a header; amounts in units of the reporting currency. A text that a spreadsheet would take for a formula
/// begins with an apostrophe.
#[utoipa::path(get, path = "/accounts.csv", tag = "accounts", operation_id = "export_accounts", params(AccountsAsked),
    responses((status = 200, description = "all accounts that fit", content_type = "text/csv", body = String)))]
async fn export_accounts(
    State(server): State<Server>,
    Asked(asked): Asked<AccountsAsked>,
) -> Result<Response, Problem> {
    let when = when(asked.as_of, asked.known_by);
    let query = AccountQuery { offset: 0, limit: usize::MAX, ..asked.query()? };
    let (day, csv) = server
        .heavy(move |app| async move {
            let list = app.accounts(when, &query).await?;
            let currency = app.summary().await?.currency.unwrap_or_default();
            Ok((list.as_of, csv(&list, &currency)))
        })
        .await?;
    let name = format!("attachment; filename=\"accounts-{day}.csv\"");
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], csv)
        .into_response())
}

fn csv(list: &AccountList, currency: &str) -> Vec<u8> {
    let components: BTreeSet<&str> =
        list.rows.iter().flat_map(|row| row.components.keys().map(String::as_str)).collect();
    let mut header: Vec<String> = [
        "account",
        "name",
        "as_of",
        "status",
        "segment",
        "tier",
        "stage",
        "industry",
        "region",
        "csm",
        "arr",
        "currency",
        "renews_on",
        "days_to_renewal",
    ]
    .map(str::to_owned)
    .to_vec();
    for score in ["outcomes", "experience"].into_iter().chain(components.iter().copied()) {
        header.extend([score.to_owned(), format!("{score}_colour"), format!("{score}_change_30_days")]);
    }
    header.extend(["outcomes_coverage", "outcomes_partial", "last_met_on", "why"].map(str::to_owned));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = "bytes in memory take every record of one length";
    writer.write_record(&header).expect(written);
    for row in &list.rows {
        writer.write_record(record(list.as_of, row, currency, &components)).expect(written);
    }
    writer.into_inner().expect(written)
}

fn record(day: Day, row: &AccountRow, currency: &str, components: &BTreeSet<&str>) -> Vec<String> {
    fn shown(value: Option<impl ToString>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let optional = |text: &Option<String>| text.as_deref().map(text_cell).unwrap_or_default();
    let mut cells = vec![
        text_cell(&row.account),
        text_cell(&row.name),
        day.to_string(),
        word_of(&row.status),
        optional(&row.segment),
        shown(row.tier),
        optional(&row.stage),
        optional(&row.industry),
        optional(&row.region),
        optional(&row.csm),
        decimal(row.arr_cents),
        text_cell(currency),
        shown(row.renews_on),
        shown(row.days_to_renewal),
    ];
    let scores = [Some(&row.outcomes), Some(&row.experience)].into_iter();
    for cell in scores.chain(components.iter().map(|id| row.components.get(*id))) {
        let score = |f: fn(&ScoreCell) -> Option<f64>| shown(cell.and_then(f));
        cells.extend([
            score(|cell| cell.score),
            cell.map(|cell| word_of(&cell.colour)).unwrap_or_default(),
            score(|cell| cell.change),
        ]);
    }
    cells.extend([
        row.outcomes.coverage.to_string(),
        row.outcomes.partial.to_string(),
        shown(row.last_met_on),
        optional(&row.why),
    ]);
    cells
}

/// A text that no spreadsheet takes for a formula. Numbers of our own need none of it.
fn text_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Cents as units with two places.
fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

/// The word for a value, as in JSON.
fn word_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_formulas() {
        for (text, cell) in [
            ("Acme", "Acme"),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(text_cell(text), cell);
        }
    }

    #[test]
    fn money_is_decimal() {
        for (cents, text) in [(0, "0.00"), (5, "0.05"), (123_450, "1234.50"), (-150, "-1.50"), (-5, "-0.05")]
        {
            assert_eq!(decimal(cents), text);
        }
    }
}
