//! An executor.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::SessionConfig;
use dearly_query::engine::SharedLake;

use crate::codec::Codec;
use crate::{Error, MESSAGE_BYTES, Result};

/// How long an executor waits for its scheduler to come up, in seconds.
const PATIENCE: u16 = 60;

/// An executor that is to run.
#[derive(Clone, Debug)]
pub struct Executor {
    /// The scheduler, as in `10.0.0.7:50050`.
    pub scheduler: String,
    /// Where it hands out results; the port after it takes orders.
    pub listen: SocketAddr,
    /// The name or address by which the others reach it; that of `listen` where there is none.
    pub known_as: Option<String>,
    /// The telemetry that may be read.
    pub lake: SharedLake,
    /// Where intermediate results are kept; a temporary folder where there is none.
    pub work: Option<PathBuf>,
    /// How many parts are done at a time; the number of cores where there is none.
    pub cores: Option<usize>,
    /// How often it gives a sign of life, in seconds.
    pub heartbeat: u64,
}

/// Runs the executor until it fails or is told to stop; what it is doing is finished first.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Cluster`].
pub async fn execute(own: Executor) -> Result<()> {
    let (host, port) = own
        .scheduler
        .trim_start_matches("df://")
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse::<u16>().ok()?)))
        .ok_or_else(|| Error::Invalid(format!("{:?} is no scheduler like 10.0.0.7:50050", own.scheduler)))?;
    let orders = own.listen.port().checked_add(1);
    let orders = orders.ok_or_else(|| Error::Invalid("there is no port after 65535".to_owned()))?;
    let files = own.lake.registry();
    let work = own
        .work
        .clone()
        .unwrap_or_else(std::env::temp_dir)
        .join(format!("dearly-executor-{}", own.listen.port()));
    std::fs::create_dir_all(&work)
        .map_err(|error| Error::Invalid(format!("cannot make {}: {error}", work.display())))?;
    let spill = work.clone();
    let runtime = move |_: &SessionConfig| {
        RuntimeEnvBuilder::new()
            .with_temp_file_path(spill.clone())
            .with_object_store_registry(Arc::clone(&files))
            .build_arc()
    };
    let config = ExecutorProcessConfig {
        bind_host: own.listen.ip().to_string(),
        external_host: Some(own.known_as.clone().unwrap_or_else(|| own.listen.ip().to_string())),
        port: own.listen.port(),
        grpc_port: orders,
        scheduler_host: host,
        scheduler_port: port,
        scheduler_connect_timeout_seconds: PATIENCE,
        vcores: own.cores.unwrap_or(0),
        work_dir: Some(work.display().to_string()),
        grpc_max_decoding_message_size: MESSAGE_BYTES,
        grpc_max_encoding_message_size: MESSAGE_BYTES,
        executor_heartbeat_interval_seconds: own.heartbeat,
        job_data_ttl_seconds: 6 * 60 * 60,
        job_data_clean_up_interval_seconds: 10 * 60,
        override_runtime_producer: Some(Arc::new(runtime)),
        override_logical_codec: Some(Arc::new(Codec::default())),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await.map_err(|error| Error::Cluster(error.to_string()))
}
