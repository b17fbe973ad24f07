//! Whoever stops waiting stops the work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use dearly_domain::Row;
use dearly_query::{Limits, Session, Source, SourceError, Table, Telemetry};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::small_book::{day, moment, session};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_the_answer_stops_the_work() {
    let before = Handle::current().metrics().num_alive_tasks();
    let session = session(Limits::default());
    let endless =
        "select count(*) from generate_series(1, 9000000000000) as a(n) where n % 7 = 3 group by n % 3";
    let answer = session.ask(endless, day("2025-06-30")).await.unwrap();
    let working = tokio::spawn(async move {
        let mut answer = answer;
        answer.next().await.map(|_| ())
    });
    while Handle::current().metrics().num_alive_tasks() <= before + 1 {
        assert!(!working.is_finished(), "there is work to stop");
        tokio::task::yield_now().await;
    }
    working.abort();
    let stopped = async {
        while Handle::current().metrics().num_alive_tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), stopped).await.expect("the work went on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_join_that_finds_nothing_stops_too() {
    let before = Handle::current().metrics().num_alive_tasks();
    let pairs = "select count(*) from generate_series(1, 3000000) a(x), generate_series(1, 3000000) b(y) \
                 where a.x * b.y % 7 = 9";
    for limit in [Some(std::time::Duration::from_millis(300)), None] {
        let session = session(Limits { time: limit, ..Limits::default() });
        let mut answer = session.ask(pairs, day("2025-06-30")).await.unwrap();
        let working = tokio::spawn(async move { answer.next().await.map(|_| ()) });
        match limit {
            Some(_) => {
                let ended = working.await.unwrap();
                assert!(matches!(ended, Err(dearly_query::Error::TooSlow { .. })), "{ended:?}");
            }
            None => {
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                assert!(!working.is_finished(), "there is work to stop");
                working.abort();
            }
        }
        let stopped = async {
            while Handle::current().metrics().num_alive_tasks() > before {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), stopped).await.expect("the work went on");
    }
}

/// A source that never answers, and knows when nobody waits for it any more.
struct Never {
    asked: Arc<Notify>,
    given_up: Arc<AtomicBool>,
}

struct OnDrop(Arc<AtomicBool>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Source for Never {
    async fn rows(&self, _: &'static Table) -> Result<Vec<Row>, SourceError> {
        let _given_up = OnDrop(Arc::clone(&self.given_up));
        self.asked.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn dropping_the_question_stops_the_loading() {
    let (asked, given_up) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let source = Never { asked: Arc::clone(&asked), given_up: Arc::clone(&given_up) };
    let session =
        Session::new(&moment("2025-06-30", None), Arc::new(source), &Telemetry::none(), Limits::default())
            .unwrap();
    tokio::select! {
        _ = session.ask("select * from accounts", day("2025-06-30")) => panic!("nothing is there to answer with"),
        () = asked.notified() => {}
    }
    assert!(given_up.load(Ordering::SeqCst));
}

struct Broken;

#[async_trait]
impl Source for Broken {
    async fn rows(&self, table: &'static Table) -> Result<Vec<Row>, SourceError> {
        Err(format!("the disk of {} is gone", table.name).into())
    }
}

#[tokio::test]
async fn what_the_source_says_is_handed_on() {
    let session =
        Session::new(&moment("2025-06-30", None), Arc::new(Broken), &Telemetry::none(), Limits::default())
            .unwrap();
    let error = session.ask("select count(*) from accounts", day("2025-06-30")).await.err().unwrap();
    assert_eq!(error.to_string(), "cannot read the table accounts");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the disk of accounts is gone");
    // A table that is not named is not loaded.
    session.ask("select 1", day("2025-06-30")).await.unwrap();
}
