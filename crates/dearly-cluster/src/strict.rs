//! The loss of an executor ends every query that is under way.
//!
//! Ballista 55 would do the lost parts again. It does so wrongly: where an executor was killed between two exchanges of
//! rows, parts that were there already were counted once more, and the answer looked like any other (seen in
//! `crates/dearly/tests/cluster.rs`, with twice the rows). So what was under way is given up before Ballista mends it, and
//! whoever asked asks again from the start.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ballista_core::JobId;
use ballista_core::error::Result;
use ballista_core::serde::protobuf::ExecutorHeartbeat;
use ballista_core::serde::scheduler::{ExecutorData, ExecutorMetadata};
use ballista_scheduler::cluster::memory::InMemoryClusterState;
use ballista_scheduler::cluster::{BoundTask, ClusterState, ClusterStateEventStream, ExecutorSlot};
use ballista_scheduler::config::TaskDistributionPolicy;
use ballista_scheduler::scheduler_server::SchedulerServer;
use ballista_scheduler::state::task_manager::JobInfoCache;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};

/// The scheduler.
pub(crate) type Server = SchedulerServer<LogicalPlanNode, PhysicalPlanNode>;

/// Ballista's own state of the executors, but for their loss.
#[derive(Default)]
pub(crate) struct Strict {
    own: InMemoryClusterState,
    server: OnceLock<Server>,
}

impl Strict {
    /// Names the scheduler whose queries end with an executor.
    pub(crate) fn guard(&self, server: Server) {
        let _ = self.server.set(server);
    }
}

#[async_trait]
impl ClusterState for Strict {
    /// Comes before the scheduler is told of the loss, and orders are carried out in their order: nothing is left to mend.
    async fn remove_executor(&self, executor_id: &str) -> Result<()> {
        if let Some(server) = self.server.get() {
            for job in server.state.task_manager.get_running_job_cache().keys() {
                server.cancel_job(job.clone()).await?;
            }
        }
        self.own.remove_executor(executor_id).await
    }

    async fn init(&self) -> Result<()> {
        self.own.init().await
    }

    async fn bind_schedulable_tasks(
        &self,
        distribution: TaskDistributionPolicy,
        jobs: Arc<HashMap<JobId, JobInfoCache>>,
        executors: Option<HashSet<String>>,
    ) -> Result<Vec<BoundTask>> {
        self.own.bind_schedulable_tasks(distribution, jobs, executors).await
    }

    async fn unbind_tasks(&self, slots: Vec<ExecutorSlot>) -> Result<()> {
        self.own.unbind_tasks(slots).await
    }

    async fn register_executor(&self, metadata: ExecutorMetadata, data: ExecutorData) -> Result<()> {
        self.own.register_executor(metadata, data).await
    }

    async fn save_executor_metadata(&self, metadata: ExecutorMetadata) -> Result<()> {
        self.own.save_executor_metadata(metadata).await
    }

    async fn get_executor_metadata(&self, executor_id: &str) -> Result<ExecutorMetadata> {
        self.own.get_executor_metadata(executor_id).await
    }

    async fn registered_executor_metadata(&self) -> Vec<ExecutorMetadata> {
        self.own.registered_executor_metadata().await
    }

    async fn save_executor_heartbeat(&self, heartbeat: ExecutorHeartbeat) -> Result<()> {
        self.own.save_executor_heartbeat(heartbeat).await
    }

    fn executor_heartbeats(&self) -> HashMap<String, ExecutorHeartbeat> {
        self.own.executor_heartbeats()
    }

    fn get_executor_heartbeat(&self, executor_id: &str) -> Option<ExecutorHeartbeat> {
        self.own.get_executor_heartbeat(executor_id)
    }

    async fn cluster_state_events(&self) -> Result<ClusterStateEventStream> {
        self.own.cluster_state_events().await
    }
}
