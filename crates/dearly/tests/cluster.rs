//! A cluster on this machine: a scheduler and two executors as processes, their answers against those in process, and
//! an executor killed in the middle of a query.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dearly_testing::S3Server;
use serde_json::Value;
use tempfile::TempDir;

const DEARLY: &str = env!("CARGO_BIN_EXE_dearly");
/// How long anything may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

struct Place {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Place {
    fn with_demo(more: &[&str], environment: Vec<(&'static str, String)>) -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap(), environment };
        place.run(&[&["demo", "--accounts", "20", "--seed", "3", "--no-serve", "-q"], more].concat());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(DEARLY);
        command.current_dir(self.folder.path()).args(arguments).args(["--data", "data"]).stdin(Stdio::null());
        for name in ["DEARLY_DATA", "DEARLY_LAKE", "DEARLY_LISTEN", "DEARLY_LOG", "DATABASE_URL"] {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn rows(&self, sql: &str, more: &[&str]) -> Value {
        let said = self.run(&[&["query", "--format", "json", sql], more].concat());
        serde_json::from_str::<Value>(&said).unwrap()["rows"].clone()
    }
}

/// A process that ends with the test.
struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    fn start(mut command: Command, log: PathBuf) -> Process {
        let file = fs::File::create(&log).unwrap();
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        Process { child, log }
    }

    fn kill(&mut self) {
        // −9: no goodbye to the scheduler.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two free ports, one after the other.
fn free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
    panic!("no two free ports in a row");
}

struct Cluster {
    scheduler: Process,
    executors: [Process; 2],
    works: [PathBuf; 2],
    url: String,
}

impl Cluster {
    /// `lake` says where the parts find telemetry.
    fn start(place: &Place, lake: &[&str]) -> Cluster {
        let port = free_ports();
        let address = format!("127.0.0.1:{port}");
        let scheduler = Process::start(
            place.command(
                &[
                    &["cluster", "scheduler", "--listen", &address, "--dead-after", "4", "--executors", "2"],
                    lake,
                ]
                .concat(),
            ),
            place.path("scheduler.log"),
        );
        let works = [place.path("work-0"), place.path("work-1")];
        let executors = [0, 1].map(|number| {
            let listen = format!("127.0.0.1:{}", free_ports());
            let work = works[number].to_str().unwrap();
            Process::start(
                place.command(
                    &[
                        &["cluster", "executor", "--scheduler", &address, "--listen", &listen][..],
                        &["--work", work, "--cores", "1", "--heartbeat", "1"],
                        lake,
                    ]
                    .concat(),
                ),
                place.path(&format!("executor-{number}.log")),
            )
        });
        let cluster = Cluster { scheduler, executors, works, url: format!("df://{address}") };
        let is_ready = || {
            let Ok(mut stream) = TcpStream::connect(&address) else { return false };
            let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            let mut answer = String::new();
            stream.write_all(request.as_bytes()).is_ok()
                && stream.read_to_string(&mut answer).is_ok()
                && answer.starts_with("HTTP/1.1 200")
        };
        let began = Instant::now();
        while !is_ready() {
            assert!(began.elapsed() < PATIENCE, "the cluster is not ready\n{}", cluster.said());
            std::thread::sleep(Duration::from_millis(50));
        }
        cluster
    }

    fn said(&self) -> String {
        let [first, second] = &self.executors;
        format!("scheduler: {}\nexecutors: {}\n{}", self.scheduler.said(), first.said(), second.said())
    }
}

const QUESTIONS: [&str; 9] = [
    "select 1 + 1, 'x'",
    "select count(*), sum(count), min(at), max(at) from events",
    "select month, count(*), count(distinct \"user\") from events group by month order by month",
    "select account, product, sum(events) from daily_usage group by 1, 2 order by 1, 2",
    "select a.segment, count(distinct e.\"user\"), sum(e.events) from accounts a join daily_usage e on e.account = a.external_id \
     where e.day > :as_of - 90 group by 1 order by 1",
    "select account, outcomes, outcomes_colour from scores order by account",
    "select external_id, roles, attributes from people order by 1",
    "select count(*) from unattributed_events",
    "select account, day, row_number() over (partition by account order by day) from (select distinct account, day from daily_usage) \
     order by 1, 2 limit 50",
];

/// Long enough to be interrupted, and with several exchanges of rows before its end: the loss of an executor between
/// two of them is where an engine may count twice.
const LONG: &str = "select a.account, count(*), sum(a.events * b.events) from daily_usage a join daily_usage b \
                    on a.account = b.account and a.event = b.event and a.product = b.product \
                    where a.day > :as_of - 600 and b.day > :as_of - 900 group by a.account order by a.account";

#[test]
fn a_cluster_answers_as_one_process_does_and_survives_the_loss_of_an_executor() {
    let place = Place::with_demo(&[], Vec::new());
    // Another machine has the same folder in another place.
    std::os::unix::fs::symlink(place.path("data"), place.path("mounted")).unwrap();
    let lake = format!("file://{}", place.path("mounted").display());
    let mut cluster = Cluster::start(&place, &["--lake", &lake]);
    let url = cluster.url.clone();
    for sql in QUESTIONS {
        for as_of in ["2026-06-30", "2025-11-15"] {
            let here = place.rows(sql, &["--as-of", as_of]);
            let there = place.rows(sql, &["--as-of", as_of, "--cluster", &url]);
            assert_eq!(here, there, "{sql} as of {as_of}\n{}", cluster.said());
        }
    }
    // Mistakes are found before anything travels, and nothing but the data folder can be reached.
    let output = place.command(&["query", "select * from tickts", "--cluster", &url]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `tickets`?"));

    place.run(&["rollup", "--out", "here"]);
    place.run(&["rollup", "--out", "there", "--cluster", &url]);
    let [here, there] =
        ["here", "there"].map(|name| fs::read(place.path(name).join("daily_usage.parquet")).unwrap());
    assert!(here.len() > 1_000);
    assert!(here == there, "the same rows in the same order");

    let here = place.rows(LONG, &[]);
    let n_files = [0, 1].map(|number: usize| walk(&cluster.works[number]).len());
    let mut asking = Process::start(
        place.command(&["query", "--format", "json", LONG, "--cluster", &url]),
        place.path("asking.log"),
    );
    // The first executor that has written something of this query is in the middle of it.
    let began = Instant::now();
    let at_work = loop {
        assert!(
            asking.child.try_wait().unwrap().is_none(),
            "the query ended before it could be interrupted: {}",
            asking.said()
        );
        assert!(began.elapsed() < PATIENCE, "no executor is at work\n{}", cluster.said());
        let grown = |number: &usize| walk(&cluster.works[*number]).len() > n_files[*number];
        if let Some(number) = (0..2).find(grown) {
            break number;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    cluster.executors[at_work].kill();
    assert!(asking.child.try_wait().unwrap().is_none(), "the query ended before the executor was killed");
    let began = Instant::now();
    while asking.child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < PATIENCE, "no answer came\n{}", cluster.said());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(asking.child.wait().unwrap().success(), "{}\n{}", asking.said(), cluster.said());
    let said = asking.said();
    assert!(said.contains("asking again"), "{said}");
    let there: Value = serde_json::from_str(&said[said.find('{').unwrap_or(0)..]).unwrap();
    assert_eq!(here, there["rows"]);
}

/// Nothing of the lake is in the data folder, which only the one who asks needs.
#[test]
fn a_cluster_reads_an_object_store() {
    let Some(server) = S3Server::start() else { return };
    server.create_bucket("lake");
    let environment = server.environment().map(|(name, value)| (name, value.to_owned()));
    let lake = ["--lake", "s3://lake/customers/dearly"];
    let place = Place::with_demo(&lake, environment.to_vec());
    assert!(!place.path("data/events").exists());
    let cluster = Cluster::start(&place, &lake);
    let counted = place.rows("select count(*) from events", &[]);
    assert!(counted[0][0].as_u64().unwrap() > 10_000, "{counted}");
    for sql in QUESTIONS {
        let there = place.rows(sql, &["--cluster", &cluster.url]);
        assert_eq!(place.rows(sql, &[]), there, "{sql}\n{}", cluster.said());
    }
    place.run(&["rollup", "--out", "here"]);
    place.run(&["rollup", "--out", "there", "--cluster", &cluster.url]);
    let [here, there] =
        ["here", "there"].map(|name| fs::read(place.path(name).join("daily_usage.parquet")).unwrap());
    assert!(here == there, "the same rows in the same order");
    // A live file that is gone is no table without rows.
    let path = place.rows("select path from segments order by rows desc limit 1", &[]);
    server.delete("lake", &format!("customers/dearly/{}", path[0][0].as_str().unwrap()));
    let asked = ["query", "select count(*) from events", "--cluster", &cluster.url];
    let output = place.command(&asked).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("is gone"), "{said}");
}

/// Every file below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] })
        .collect()
}
