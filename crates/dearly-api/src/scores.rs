//! Scores of many accounts on many days.

use axum::Json;
use axum::extract::State;
use dearly_app::accounts::AccountQuery;
use dearly_app::score::{Every, ScoreQuery};
use dearly_app::view::{AccountStatus, ScoreRow};
use dearly_app::{App, Error, When};
use dearly_domain::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::query::{Asked, EveryWord, KnownBy, List, between, when, word};
use crate::server::Server;

/// About how many rows a page has, where nothing is said.
const PER_PAGE: u32 = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list_scores))
}

/// Which scores: of one day (`as_of`), or of days from `from` to `to`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ScoresAsked {
    /// The day; its end is meant. The default is the book's `default_as_of`.
    #[param(inline)]
    as_of: Option<Day>,
    /// Only facts that were recorded by this instant, or by the end of this day in UTC.
    #[param(inline)]
    known_by: Option<KnownBy>,
    /// The first day; needs `to`.
    #[param(inline)]
    from: Option<Day>,
    /// The last day, which is always among them; needs `from`.
    #[param(inline)]
    to: Option<Day>,
    /// How far apart the days are, counted back from the last; the default is `week`.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, value_type = Option<EveryWord>)]
    every: Option<Every>,
    /// Only these accounts, as in `acme,globex`, customers or not; the default is all that are customers on the day.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    account: List<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// About how many rows: as many whole accounts as fit, one at least; the default is 1000.
    #[serde(default, deserialize_with = "between::<1, 10000, _>")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<u32>,
}

/// A page of scores.
#[derive(Debug, Serialize, ToSchema)]
struct ScoreList {
    /// By account, then by day.
    rows: Vec<ScoreRow>,
    /// Where the next page starts; null on the last.
    next_cursor: Option<String>,
}

/// Scores of many accounts on many days, under the workbook in force.
#[utoipa::path(get, path = "/scores", tag = "scores", operation_id = "list_scores", params(ScoresAsked),
    responses(
        (status = 200, description = "a page of scores", body = ScoreList),
        (status = 404, description = "an account asked for does not exist"),
    ))]
async fn list_scores(
    State(server): State<Server>,
    Asked(asked): Asked<ScoresAsked>,
) -> Result<Json<ScoreList>, Problem> {
    let days = match (asked.from, asked.to) {
        (Some(_), Some(_)) if asked.as_of.is_some() => {
            return Err(Problem::invalid("as_of: stands beside from and to; give one day or a span of days"));
        }
        (Some(from), Some(to)) => asked.every.unwrap_or_default().days(from, to)?,
        (None, None) if asked.every.is_some() => {
            return Err(Problem::invalid("every: needs from and to"));
        }
        (None, None) => Vec::new(),
        (Some(_), None) => {
            return Err(Problem::invalid("to: is missing; a span of days needs from and to"));
        }
        (None, Some(_)) => {
            return Err(Problem::invalid("from: is missing; a span of days needs from and to"));
        }
    };
    let when = when(asked.as_of, asked.known_by);
    let page = Page {
        n_accounts: (asked.limit.unwrap_or(PER_PAGE) as usize / days.len().max(1)).max(1),
        days,
        when,
        accounts: asked.account.0,
        after: asked.cursor,
    };
    server.heavy(move |app| async move { page.read(&app).await }).await.map(Json)
}

/// A page of whole accounts in the order of their ids, so that a page costs what it shows.
struct Page {
    days: Vec<Day>,
    when: When,
    /// Those asked for; empty is all.
    accounts: Vec<String>,
    /// The last account of the page before.
    after: Option<String>,
    n_accounts: usize,
}

impl Page {
    async fn read(self, app: &App) -> Result<ScoreList, Error> {
        let named = !self.accounts.is_empty();
        let mut accounts = if named { self.accounts } else { all(app, self.when, &self.days).await? };
        accounts.sort();
        accounts.dedup();
        if let Some(after) = &self.after {
            accounts.retain(|account| account > after);
        }
        let next_cursor = (accounts.len() > self.n_accounts).then(|| accounts[self.n_accounts - 1].clone());
        accounts.truncate(self.n_accounts);
        let mut rows = Vec::new();
        // An empty list of accounts would mean all of them.
        if !accounts.is_empty() {
            let query = ScoreQuery { days: self.days, accounts, when: self.when, anew: false };
            let wanted = |row: &ScoreRow| named || row.status == AccountStatus::Customer;
            app.scores(&query, &|_, _| {}, |scored| {
                rows.extend(scored.into_iter().filter(wanted));
                Ok(())
            })
            .await?;
        }
        Ok(ScoreList { rows, next_cursor })
    }
}

/// Every account of the book.
async fn all(app: &App, when: When, days: &[Day]) -> Result<Vec<String>, Error> {
    let when = When { as_of: when.as_of.or(days.last().copied()), ..when };
    let query = AccountQuery { limit: usize::MAX, ..AccountQuery::default() };
    Ok(app.accounts(when, &query).await?.rows.into_iter().map(|row| row.account).collect())
}
