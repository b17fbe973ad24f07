//! `dearly cluster …`, and what other commands ask a cluster.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use dearly_app::lake::shared_lake;
use dearly_app::query::{Asked, Limits, ROLLUP, Rollup, Session, Shipment, write_rollup};
use dearly_app::{App, When};
use dearly_cluster::{Executor, Scheduler};
use dearly_domain::Day;

use crate::arguments::{Arguments, ClusterArguments, ClusterCommand};

pub(crate) async fn run(arguments: &Arguments, own: &ClusterArguments) -> anyhow::Result<ExitCode> {
    let lake = shared_lake(&arguments.data, arguments.lake.as_deref())?;
    match &own.command {
        ClusterCommand::Scheduler { listen, dead_after, executors } => {
            warn_beyond_loopback(listen.ip());
            eprintln!("Dearly schedules queries at df://{listen} (stop with Ctrl-C)");
            let own = Scheduler { listen: *listen, lake, dead_after: *dead_after, executors: *executors };
            dearly_cluster::schedule(own).await.context("the scheduler ended")?;
        }
        ClusterCommand::Executor { scheduler, listen, known_as, work, cores, heartbeat } => {
            warn_beyond_loopback(listen.ip());
            eprintln!("Dearly executes parts of queries for {scheduler} (stop with Ctrl-C)");
            let own = Executor {
                scheduler: scheduler.clone(),
                listen: *listen,
                known_as: known_as.clone(),
                lake,
                work: work.clone(),
                cores: *cores,
                heartbeat: *heartbeat,
            };
            dearly_cluster::execute(own).await.context("the executor ended")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn warn_beyond_loopback(address: std::net::IpAddr) {
    if !address.is_loopback() {
        eprintln!(
            "warning: {address} is open to other machines, and whoever reaches it may ask everything: private networks only"
        );
    }
}

/// Asks the statement on the cluster.
pub(crate) async fn ask(
    app: &App,
    url: &str,
    sql: &str,
    when: When,
    limit: Option<usize>,
) -> anyhow::Result<Asked> {
    let (session, as_of) = session(app, url, sql, when, limit).await?;
    let answer = dearly_cluster::ask(&session, sql, as_of).await.map_err(dearly_app::Error::from)?;
    Ok(Asked { as_of, answer })
}

/// Reckons the daily rollup on the cluster, and writes it here as it comes: a file that was not finished is none.
pub(crate) async fn rollup(app: &App, url: &str, when: When, out: &Path) -> anyhow::Result<Rollup> {
    let (session, as_of) = session(app, url, ROLLUP, when, None).await?;
    let rollup = dearly_cluster::again(async || {
        let answer = session.ask(ROLLUP, as_of).await?;
        write_rollup(as_of, answer, out).await
    });
    Ok(rollup.await?)
}

async fn session(
    app: &App,
    url: &str,
    sql: &str,
    when: When,
    limit: Option<usize>,
) -> anyhow::Result<(Session, Day)> {
    let Shipment { moment, files, tables } = app.shipment(sql, when).await?;
    let limits = Limits { rows: limit, ..Limits::default() };
    let session = dearly_cluster::session(url, &moment, files, &tables, limits).await?;
    Ok((session, moment.as_of))
}
