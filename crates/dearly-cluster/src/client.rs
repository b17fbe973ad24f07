//! Asking a cluster.

use std::collections::HashMap;
use std::sync::Arc;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use datafusion::arrow::array::RecordBatch;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use dearly_query::{Limits, Moment, Session, engine};

use crate::codec::{Codec, Shipped};
use crate::{Error, MESSAGE_BYTES, Result};

/// A session whose statements run on the cluster at `url`, as in `df://10.0.0.7:50050`: the rows of `tables` travel with
/// each statement, and `files` are the addresses of telemetry, which every executor must see.
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
