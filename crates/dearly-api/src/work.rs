//! Work off the asynchronous threads: reading a book keeps a core busy for a while, and a request must not keep the
//! others waiting. Each piece of work has a seat, and an end.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use dearly_app::App;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout_at};

use crate::problem::{Kind, Problem};
use crate::server::Server;

/// Threads of their own for questions in SQL, begun with the first.
#[derive(Default)]
pub(crate) struct Questions(OnceLock<Runtime>);

/// The stack of a thread; only pages that are touched cost memory.
const STACK_BYTES: usize = 16 << 20;

impl Questions {
    fn handle(&self) -> std::io::Result<Handle> {
        if let Some(runtime) = self.0.get() {
            return Ok(runtime.handle().clone());
        }
        let mut threads = Builder::new_multi_thread();
        let made = threads.enable_all().thread_name("question").thread_stack_size(STACK_BYTES).build()?;
        // Two first questions at a time: one set of threads is as good as the other.
        if let Err(other) = self.0.set(made) {
            other.shutdown_background();
        }
        Ok(self.0.get().expect("set").handle().clone())
    }
}

impl Drop for Questions {
    fn drop(&mut self) {
        // Nobody waits for their answers any more.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Server {
    /// Reads one account, or less.
    pub(crate) async fn light<T, F, Work>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(App) -> Work + Send + 'static,
        Work: Future<Output = dearly_app::Result<T>>,
    {
        self.read(&self.light, Handle::current(), work).await
    }

    /// Reads the whole book.
    pub(crate) async fn heavy<T, F, Work>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(App) -> Work + Send + 'static,
        Work: Future<Output = dearly_app::Result<T>>,
    {
        self.read(&self.heavy, Handle::current(), work).await
    }

    /// Answers a question that somebody has written: as [`Server::heavy`], on threads of its own, since nobody knows how long it
    /// keeps one busy, and telemetry must not wait for it.
    pub(crate) async fn question<T, F, Work>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(App) -> Work + Send + 'static,
        Work: Future<Output = dearly_app::Result<T>>,
    {
        let threads = self.questions.handle().map_err(|error| Problem::internal(&error))?;
        self.read(&self.heavy, threads, work).await
    }

    /// Changes something: once begun it goes on to its end, also when nobody waits for the answer any more.
    pub(crate) async fn change<T, F, Work>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(App) -> Work + Send + 'static,
        Work: Future<Output = dearly_app::Result<T>>,
    {
        let seat = self.seat(&self.light, Instant::now() + self.patience).await?;
        let done = self.begin(seat, work);
        Ok(done.await.map_err(|error| Problem::internal(&error))??)
    }

    /// Reads the whole book for an answer that is kept. One at a time, and once begun it goes on to its end: who waited for it
    /// too long finds it when asking again.
    pub(crate) async fn keep<T, F, Work>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(App) -> Work + Send + 'static,
        Work: Future<Output = dearly_app::Result<T>>,
    {
        let deadline = Instant::now() + self.patience;
        let seconds = self.patience.as_secs();
        let late = |_| {
            Problem::new(
                Kind::TooSlow,
                format!(
                    "the answer was not ready after {seconds} s; it is still being made and will be kept: ask again"
                ),
            )
        };
        let turn = timeout_at(deadline, Arc::clone(&self.keeping).lock_owned()).await.map_err(late)?;
        let seat = self.seat(&self.heavy, deadline).await?;
        let done = self.begin((turn, seat), work);
        let answer = timeout_at(deadline, done).await.map_err(late)?;
        Ok(answer.map_err(|error| Problem::internal(&error))??)
    }

    /// Begins what goes on to its end, and gives the seat back then.
    fn begin<T, F, Work>(&self, seat: impl Send + 'static, work: F) -> JoinHandle<dearly_app::Result<T>>
    where
        T: Send + 'static,
        F: FnOnce(App) -> Work + Send + 'static,
        Work: Future<Output = dearly_app::Result<T>>,
    {
        let (app, span) = (self.app.clone(), tracing::Span::current());
        spawn_blocking(move || {
            let _seat = seat;
            span.in_scope(|| Handle::current().block_on(work(app)))
        })
    }

    async fn read<T, F, Work>(&self, seats: &Arc<Semaphore>, threads: Handle, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(App) -> Work + Send + 'static,
        Work: Future<Output = dearly_app::Result<T>>,
    {
        let deadline = Instant::now() + self.patience;
        let seat = self.seat(seats, deadline).await?;
        let app = self.app.clone();
        let span = tracing::Span::current();
        // Dropped with this future, that is when the answer is there, is late, or is not waited for any more.
        let (_asker, gone) = oneshot::channel::<()>();
        let done = spawn_blocking(move || {
            let _seat = seat;
            let answer = async {
                tokio::select! {
                    answer = work(app) => Some(answer),
                    _ = gone => None,
                }
            };
            span.in_scope(|| threads.block_on(answer))
        });
        match timeout_at(deadline, done).await {
            Ok(Ok(Some(answer))) => Ok(answer?),
            Ok(Ok(None)) | Err(_) => {
                let seconds = self.patience.as_secs();
                Err(Problem::new(
                    Kind::TooSlow,
                    format!(
                        "the answer was not ready after {seconds} s; ask for less, as in fewer days or accounts"
                    ),
                ))
            }
            Ok(Err(error)) => Err(Problem::internal(&error)),
        }
    }

    async fn seat(&self, seats: &Arc<Semaphore>, deadline: Instant) -> Result<OwnedSemaphorePermit, Problem> {
        match timeout_at(deadline, Arc::clone(seats).acquire_owned()).await {
            Ok(seat) => Ok(seat.expect("seats are never taken away")),
            Err(_) => {
                let seconds = self.patience.as_secs();
                Err(Problem::new(
                    Kind::Overloaded,
                    format!("other requests kept the server busy for {seconds} s; try again"),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;

    async fn server(patience: Duration) -> (Server, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(folder.path(), None).await.unwrap();
        (Server { patience, ..Server::new(app) }, folder)
    }

    fn kind<T>(answer: Result<T, Problem>) -> Option<Kind> {
        answer.err().map(|problem| problem.kind())
    }

    #[tokio::test]
    async fn late_answers_are_given_up() {
        let (server, _folder) = server(Duration::from_millis(200)).await;
        let late = |_| async {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(())
        };
        assert_eq!(kind(server.light(late).await), Some(Kind::TooSlow));
        // The work was stopped: its seat is free again.
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(server.light.available_permits(), 64);
    }

    #[tokio::test]
    async fn what_is_kept_goes_on_when_nobody_waits() {
        let (server, _folder) = server(Duration::from_millis(200)).await;
        let (begin, mut ended) = tokio::sync::mpsc::unbounded_channel();
        let slow = |number: u32| {
            let begin = begin.clone();
            move |_| async move {
                tokio::time::sleep(Duration::from_millis(600)).await;
                begin.send(number).unwrap();
                Ok(())
            }
        };
        assert_eq!(kind(server.keep(slow(1)).await), Some(Kind::TooSlow));
        // The first is still under way, so that the second is not begun.
        assert_eq!(kind(server.keep(slow(2)).await), Some(Kind::TooSlow));
        assert_eq!(ended.recv().await, Some(1));
        server.keep(|_| async { Ok(()) }).await.unwrap_or_else(|_| panic!("its turn has come"));
        assert!(ended.try_recv().is_err());
    }

    #[tokio::test]
    async fn there_are_only_so_many_seats() {
        let (server, _folder) = server(Duration::from_millis(200)).await;
        let seats = server.heavy.available_permits();
        let _taken = server.heavy.acquire_many(seats as u32).await.unwrap();
        assert_eq!(kind(server.heavy(|_| async { Ok(()) }).await), Some(Kind::Overloaded));
        assert_eq!(kind(server.light(|_| async { Ok(()) }).await), None);
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_of_its_request_only() {
        let (server, _folder) = server(Duration::from_secs(60)).await;
        let answer = server.light(|_| async { if true { panic!("out of range") } else { Ok(()) } }).await;
        assert_eq!(kind(answer), Some(Kind::Internal));
        assert_eq!(kind(server.light(|_| async { Ok(()) }).await), None);
    }
}
