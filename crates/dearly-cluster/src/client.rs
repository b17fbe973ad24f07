//! Asking a cluster.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use datafusion::arrow::array::RecordBatch;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use dearly_domain::Day;
use dearly_query::{Answer, Limits, Moment, Session, engine};

use crate::codec::{Codec, Shipped};
use crate::{Error, MESSAGE_BYTES, Result};

/// How long to wait before asking again, in seconds: longer than it takes to notice that an executor is gone.
const WAITS: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// What is said where a part of the cluster is gone, and not where the statement is wrong.
const LOST: [&str; 7] =
    ["cancel", "fetch", "executor", "connect", "transport", "unavailable", "channel closed"];

/// Asks until the answer is whole: where a part of the cluster is lost the query is given up, and asked again from the
/// start. Nothing of an answer that was given up is kept.
///
/// # Errors
/// The last one; one that says nothing of a loss at once.
pub async fn again<T, E: Display>(mut ask: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
    let mut waits = WAITS.into_iter();
    loop {
        let error = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let said = error.to_string().to_lowercase();
        let Some(wait) = waits.next().filter(|_| LOST.iter().any(|word| said.contains(word))) else {
            return Err(error);
        };
        eprintln!("a part of the cluster was lost ({error}); asking again in {wait} s");
        tokio::time::sleep(Duration::from_secs(wait)).await;
    }
}

/// The whole answer to a statement, in memory: rows that were handed out could not be taken back.
///
/// # Errors
/// As [`Session::ask`].
pub async fn ask(session: &Session, sql: &str, as_of: Day) -> dearly_query::Result<Answer> {
    again(async || {
        let mut answer = session.ask(sql, as_of).await?;
        let mut batches = Vec::new();
        while let Some(batch) = answer.next().await? {
            batches.push(batch);
        }
        Ok(engine::whole(&answer, batches))
    })
    .await
}

/// A session whose statements run on the cluster at `url`, as in `df://10.0.0.7:50050`: the rows of `tables` travel with
/// each statement, and `files` are the addresses of telemetry in the lake that every executor reads.
///
/// # Errors
/// [`Error::Invalid`] where the address is none.
pub async fn session(
    url: &str,
    moment: &Moment,
    files: Vec<String>,
    tables: &HashMap<&'static str, RecordBatch>,
    limits: Limits,
) -> Result<Session> {
    let config = engine::settings()
        .upgrade_for_ballista()
        // Its adaptive planner hangs where an executor was lost (version 55).
        .with_ballista_adaptive_query_planner(false)
        .with_ballista_logical_extension_codec(Arc::new(Codec::default()))
        .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES as usize);
    let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
    let context = SessionContext::remote_with_state(url, state).await.map_err(|error| {
        Error::Invalid(format!("{url:?} is no cluster like df://10.0.0.7:50050: {error}"))
    })?;
    let failed = |error: datafusion::common::DataFusionError| Error::Cluster(error.to_string());
    let events = Arc::new(Shipped::files(files).map_err(failed)?);
    let table_of = |batch: &RecordBatch| -> Arc<dyn datafusion::catalog::TableProvider> {
        Arc::new(Shipped::rows(batch).expect("a batch is a table"))
    };
    Ok(engine::session(context, moment, events, tables, table_of, limits)?)
}
