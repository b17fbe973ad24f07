//! The scheduler.

use std::net::SocketAddr;
use std::sync::Arc;

use ballista_core::utils::{default_config_producer, default_session_builder};
use ballista_scheduler::SessionBuilder;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::cluster::memory::InMemoryJobState;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::SessionConfig;
use dearly_query::engine::SharedLake;

use crate::codec::Codec;
use crate::strict::{Server, Strict};
use crate::{Error, MESSAGE_BYTES, Result};

/// How often the scheduler looks for lost executors, in seconds.
const LOOK_EVERY: u64 = 2;

/// A scheduler that is to run.
#[derive(Clone, Debug)]
pub struct Scheduler {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The telemetry that may be read.
    pub lake: SharedLake,
    /// After how many seconds without a sign of life an executor counts as lost.
    pub dead_after: u64,
    /// How many executors must be there before it says that it is ready.
    pub executors: usize,
}

/// Runs the scheduler until it fails or the process ends. Its state is in memory: what it was doing ends with it.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Cluster`].
pub async fn schedule(own: Scheduler) -> Result<()> {
    let runtime = RuntimeEnvBuilder::new()
        .with_object_store_registry(own.lake.registry())
        .build_arc()
        .map_err(|error| Error::Cluster(error.to_string()))?;
    let build: SessionBuilder = Arc::new(move |config: SessionConfig| {
        let state = default_session_builder(config)?;
        Ok(SessionStateBuilder::new_from_existing(state).with_runtime_env(Arc::clone(&runtime)).build())
    });
    let config = SchedulerConfig {
        external_host: own.listen.ip().to_string(),
        bind_host: own.listen.ip().to_string(),
        bind_port: own.listen.port(),
        task_distribution: TaskDistributionPolicy::RoundRobin,
        executor_timeout_seconds: own.dead_after,
        expire_dead_executor_interval_seconds: LOOK_EVERY,
        no_executors_grace_period_seconds: own.dead_after,
        min_ready_executors: own.executors,
        grpc_server_max_decoding_message_size: MESSAGE_BYTES,
        grpc_server_max_encoding_message_size: MESSAGE_BYTES,
        grpc_client_max_message_size: MESSAGE_BYTES,
        // Nothing is done again within a query (`strict.rs`).
        task_max_failures: 1,
        stage_max_failures: 1,
        override_session_builder: Some(Arc::clone(&build)),
        override_logical_codec: Some(Arc::new(Codec::default())),
        ..SchedulerConfig::default()
    };
    let failed = |error: ballista_core::error::BallistaError| Error::Cluster(error.to_string());
    let jobs = InMemoryJobState::new(config.scheduler_id.clone(), build, Arc::new(default_config_producer));
    let executors = Arc::new(Strict::default());
    let cluster = BallistaCluster::new(Arc::clone(&executors) as _, Arc::new(jobs));
    let server: Server = create_scheduler(cluster, Arc::new(config)).await.map_err(failed)?;
    executors.guard(server.clone());
    start_grpc_service(own.listen, server).await.map_err(failed)
}
