//! Telemetry on its way in: from the body of a request to events of the lake and rows of the records.
//!
//! [`Ingestion`] is the running door of one data folder. A request is parsed in its own task (`dearly-segment`), becomes
//! durable in the log of `dearly-events`, and only then is answered. A thread of its own takes what the log has sealed
//! and makes it visible, all of it in one transaction (`flush`): events get their account and become segments, group
//! calls become accounts and memberships, identify calls people. What a later call tells of earlier events is applied
//! in a transaction of its own (`relink`).

mod counts;
mod erased;
mod flush;
mod key_ring;
mod learned;
mod relink;
mod told;
mod traits;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use dearly_domain::Instant;
use dearly_events::{Accepted, Batch, Ingest, IngestError, NextFlush, Record, RecordKind};
use dearly_segment::{Arrival, Call, parse};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use self::counts::Counts;
use self::flush::Flusher;
use self::key_ring::KeyRing;
use crate::app::App;
use crate::error::{Error, Result};

pub(crate) use self::flush::TELEMETRY;
pub(crate) use self::relink::with_former_ids;
pub use dearly_events::{Disk, DiskFile, Entry, IngestOptions, RealDisk};
pub use dearly_segment::Endpoint;

/// The setting that says up to where the log is part of the lake.
const FLUSHED_THROUGH: &str = "telemetry.flushed_through";

/// The largest body, decompressed, in bytes.
pub const LARGEST_BODY: usize = dearly_segment::LARGEST_BODY;

/// How long the flusher waits for something to do before it looks whether it shall end.
const POLL: Duration = Duration::from_millis(500);

/// How often it tries to write once it is told to end.
const FAILURES: u32 = 3;

/// How long it waits after it could not write.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// The running door of one data folder. One process at a time has it.
pub struct Ingestion {
    app: App,
    ingest: Arc<Ingest>,
    keys: KeyRing,
    counts: Arc<Mutex<Counts>>,
    flusher: Mutex<Option<JoinHandle<()>>>,
    orders: Arc<Orders>,
    /// The property that names the account, as the workbook in force said when it was last looked at.
    property: Mutex<Property>,
    /// Makes ids for calls that have none.
    nonce: Nonce,
}

/// What the flusher's thread is told.
#[derive(Default)]
struct Orders {
    /// Flush what there is and end, also where that fails.
    stop: AtomicBool,
    /// End as soon as can be; the log keeps what is not flushed.
    abandon: AtomicBool,
}

/// A property, and when it was looked up.
type Property = Option<(std::time::Instant, Option<Arc<str>>)>;

/// How long the property is good without looking again.
const PROPERTY_FRESH: Duration = Duration::from_secs(5);

/// Where telemetry comes in: closed until it is opened, once. Clones are the same door.
#[derive(Clone, Default)]
pub struct Door(Arc<OnceLock<Arc<Ingestion>>>);

impl Door {
    /// Opens it. One that is open stays as it is.
    pub fn open(&self, ingestion: Arc<Ingestion>) {
        let _ = self.0.set(ingestion);
    }

    /// What takes telemetry, where it is open.
    pub fn ingestion(&self) -> Option<&Arc<Ingestion>> {
        self.0.get()
    }
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Calls that are new.
    pub added: u32,
    /// Calls that were known already.
    pub duplicates: u32,
    /// Calls that could not be taken, kept with their reasons.
    pub rejected: u32,
}

/// Why a request was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It came without a key.
    #[error(
        "the request has no write key; send it as the user of basic authentication, or as writeKey in the body"
    )]
    NoKey,
    /// Nobody may send with this key.
    #[error("the write key is unknown or was revoked; make one with dearly key create --write --source NAME")]
    UnknownKey,
    /// The body is no batch.
    #[error(transparent)]
    Body(#[from] dearly_segment::Error),
    /// The only call of the request cannot be taken; it is kept with its reason.
    #[error("{reason}")]
    Rejected {
        /// Why.
        reason: String,
    },
    /// The log takes no batch of this size.
    #[error("{reason}")]
    TooLarge {
        /// Its size, and the largest.
        reason: String,
    },
    /// There is more to do than can be done.
    #[error("{why}; send it again")]
    Busy {
        /// What there is too much of.
        why: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// It could not be made durable: nothing of it was kept.
    #[error("the telemetry could not be stored: {reason}; nothing of this request was kept; send it again")]
    Failed {
        /// What the disk or the records said.
        reason: String,
        /// When to try again.
        retry_after: Duration,
    },
}

impl App {
    /// Takes up what an earlier process left in the log, and begins to take requests. Waits while someone else writes
    /// into the records.
    ///
    /// # Errors
    /// [`Error::Busy`] where another process takes telemetry into this folder; [`Error::Ingest`] where the log cannot be
    /// used.
    pub async fn start_ingestion(&self, options: IngestOptions) -> Result<Arc<Ingestion>> {
        self.start_ingestion_on(Arc::new(RealDisk), options).await
    }

    /// [`App::start_ingestion`] with the log on a disk that a test may make fail.
    pub async fn start_ingestion_on(
        &self,
        disk: Arc<dyn Disk>,
        options: IngestOptions,
    ) -> Result<Arc<Ingestion>> {
        // After a crash in the middle of a commit the records may show one that is not on the disk yet. By what they say
        // the log deletes files, so what they say is written again, for good.
        let mut write = loop {
            match self.store.write("begin to take telemetry").await {
                Err(dearly_store::Error::Busy { .. }) => {}
                write => break write?,
            }
        };
        let flushed_through = write.view().setting(FLUSHED_THROUGH).await?;
        write.set_setting(FLUSHED_THROUGH, Some(flushed_through.as_deref().unwrap_or("0"))).await?;
        write.commit().await?;
        let flushed_through = flushed_through.and_then(|text| text.parse().ok()).unwrap_or(0);
        let ingest = Ingest::open(&self.folder, disk, options, flushed_through)?;
        let cut_bytes = ingest.stats().cut_bytes;
        if cut_bytes > 0 {
            tracing::warn!(
                cut_bytes,
                "the telemetry log ended in no whole record and was cut there: what a crash leaves of calls that were never \
                 answered for, unless somebody has shortened the file"
            );
        }
        for damage in ingest.damage() {
            tracing::error!(%damage, "a part of the telemetry log was damaged and is set aside");
        }
        let ingest = Arc::new(ingest);
        let counts = Arc::new(Mutex::new(Counts::default()));
        let flusher = Flusher::new(self.clone(), Arc::clone(&ingest), Arc::clone(&counts));
        let handle = Handle::current();
        let orders = Arc::new(Orders::default());
        let told = Arc::clone(&orders);
        let flusher = std::thread::Builder::new()
            .name("telemetry".to_owned())
            .spawn(move || run(flusher, &handle, &told))
            .map_err(Error::io("start the thread that flushes telemetry"))?;
        Ok(Arc::new(Ingestion {
            app: self.clone(),
            ingest,
            keys: KeyRing::new(self.store.clone()),
            counts,
            flusher: Mutex::new(Some(flusher)),
            orders,
            property: Mutex::new(None),
            nonce: Nonce::new()?,
        }))
    }
}

impl Ingestion {
    /// Takes a decompressed body, and answers once all of it is durable. The key is the one of the request's head; else
    /// the body's is used.
    ///
    /// # Errors
    /// Any [`Refusal`]. A batch is taken whole or not at all, but for calls that are rejected alone.
    pub async fn take(&self, endpoint: Endpoint, key: Option<&str>, body: &[u8]) -> Result<Taken, Refusal> {
        // A key that is wrong costs no parsing.
        let mut source = match key {
            Some(key) => Some(self.source_of(key).await?),
            None => None,
        };
        let property = self.property().await?;
        let received_at = Instant::now();
        let arrival = Arrival {
            endpoint,
            received_at,
            nonce: self.nonce.next(),
            account_property: property.as_deref(),
        };
        let (batch, only_reason, n_rejected) = {
            let parsed = parse(body, &arrival)?;
            if source.is_none() {
                let key = parsed.write_key.as_deref().ok_or(Refusal::NoKey)?;
                source = Some(self.source_of(key).await?);
            }
            let source = source.as_deref().expect("found just now");
            let mut batch = Batch::new(source, received_at);
            for call in &parsed.calls {
                push(&mut batch, call);
            }
            for rejected in &parsed.rejected {
                let record = Record {
                    user: rejected.user.as_deref(),
                    anonymous: rejected.anonymous.as_deref(),
                    name: Some(&rejected.reason),
                    body: Some(&rejected.excerpt),
                    ..Record::new(RecordKind::Rejected, received_at)
                };
                batch.push(&rejected.message_id, &record);
            }
            let only_reason = match (endpoint, parsed.rejected.first()) {
                (Endpoint::Batch, _) | (_, None) => None,
                (_, Some(rejected)) => Some(rejected.reason.clone()),
            };
            (batch, only_reason, parsed.rejected.len() as u32)
        };
        if batch.is_empty() {
            return Ok(Taken { added: 0, duplicates: 0, rejected: 0 });
        }
        let accepted = self.submit(batch).await?;
        if accepted.duplicates > 0 {
            let source = source.as_deref().expect("found above");
            self.counts.lock().expect("no panic while held").duplicates(
                source,
                received_at,
                accepted.duplicates,
            );
        }
        match only_reason {
            Some(reason) => Err(Refusal::Rejected { reason }),
            None => {
                Ok(Taken { added: accepted.added, duplicates: accepted.duplicates, rejected: n_rejected })
            }
        }
    }

    /// Whether telemetry may be sent with the key.
    ///
    /// # Errors
    /// [`Refusal::UnknownKey`], [`Refusal::Failed`].
    pub async fn check_key(&self, key: &str) -> Result<(), Refusal> {
        self.source_of(key).await.map(|_| ())
    }

    /// Makes what was taken so far visible, and waits until it is: for tests, and for who wants to see what they sent.
    pub async fn flush(&self) -> Result<()> {
        let ingest = Arc::clone(&self.ingest);
        let sealed = tokio::task::spawn_blocking(move || ingest.seal()).await;
        sealed.map_err(|error| Error::io("seal the log of telemetry")(std::io::Error::other(error)))?;
        while self.ingest.stats().unflushed_rows > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        flush::relink_now(&self.app).await
    }

    /// Takes no more, makes visible what was taken, and closes the log. Nothing is lost where this does not come to its
    /// end: the next start takes it up.
    pub async fn stop(&self) {
        self.orders.stop.store(true, Ordering::Relaxed);
        self.ingest.close();
        let flusher = self.flusher.lock().expect("no panic while held").take();
        if let Some(flusher) = flusher {
            let ended = tokio::task::spawn_blocking(move || flusher.join()).await;
            if !matches!(ended, Ok(Ok(()))) {
                tracing::error!(
                    "the thread that flushes telemetry failed; the log keeps what it did not flush"
                );
            }
        }
    }

    /// The property that names the account, where the workbook names one.
    async fn property(&self) -> Result<Option<Arc<str>>, Refusal> {
        let last = self.property.lock().expect("no panic while held").clone();
        if let Some((looked_up, property)) = &last
            && looked_up.elapsed() < PROPERTY_FRESH
        {
            return Ok(property.clone());
        }
        let property = match (self.app.in_force().await, last) {
            (Ok(in_force), _) => in_force.workbook.organisation.account_property.as_deref().map(Arc::from),
            // Records that do not answer for a moment stop nothing.
            (Err(_), Some((_, property))) => property,
            (Err(error), None) => return Err(failed(&error)),
        };
        *self.property.lock().expect("no panic while held") =
            Some((std::time::Instant::now(), property.clone()));
        Ok(property)
    }

    async fn source_of(&self, key: &str) -> Result<Arc<str>, Refusal> {
        self.keys.source_of(key).await.map_err(|error| failed(&error))?.ok_or(Refusal::UnknownKey)
    }

    async fn submit(&self, batch: Batch) -> Result<Accepted, Refusal> {
        let (sender, done) = oneshot::channel();
        let answer = move |result: Result<Accepted, IngestError>| drop(sender.send(result));
        self.ingest
            .submit(batch, Box::new(answer))
            .map_err(|busy| Refusal::Busy { why: busy.why.to_string(), retry_after: busy.retry_after })?;
        match done.await {
            Ok(Ok(accepted)) => Ok(accepted),
            Ok(Err(error @ IngestError::TooLarge { .. })) => {
                Err(Refusal::TooLarge { reason: error.to_string() })
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "telemetry could not be stored");
                Err(Refusal::Failed {
                    reason: error.to_string(),
                    retry_after: error.retry_after().unwrap_or(AFTER_FAILURE),
                })
            }
            Err(_) => Err(Refusal::Failed {
                reason: "the log was closed".to_owned(),
                retry_after: Duration::from_secs(5),
            }),
        }
    }
}

/// Dropped without [`Ingestion::stop`], it leaves to the next start what is not flushed.
impl Drop for Ingestion {
    fn drop(&mut self) {
        self.orders.abandon.store(true, Ordering::Relaxed);
        self.ingest.close();
    }
}

/// Adds a call to a batch, as the log keeps it.
fn push(batch: &mut Batch, call: &Call<'_>) {
    let stamp = call.stamp();
    let record = |kind| Record {
        original_at: stamp.original_at,
        sent_at: stamp.sent_at,
        ..Record::new(kind, stamp.at)
    };
    let record = match call {
        Call::Event(own) => Record {
            user: Some(&own.user),
            group: own.group.as_deref(),
            account: own.property.as_deref(),
            name: Some(&own.event),
            product: own.product.as_deref(),
            value: own.value,
            body: own.attributes.as_deref(),
            ..record(RecordKind::Event)
        },
        Call::Identify(own) => Record {
            user: own.user.as_deref(),
            anonymous: own.anonymous.as_deref(),
            group: own.group.as_deref(),
            body: own.traits.as_deref(),
            ..record(RecordKind::Identify)
        },
        Call::Group(own) => Record {
            user: Some(&own.user),
            group: Some(&own.group),
            body: own.traits.as_deref(),
            ..record(RecordKind::Group)
        },
        Call::Alias(own) => {
            Record { user: Some(&own.user), name: Some(&own.previous), ..record(RecordKind::Alias) }
        }
    };
    batch.push(&stamp.message_id, &record);
}

/// The flusher's thread: what the log seals is made visible, until the log is closed.
fn run(mut flusher: Flusher, handle: &Handle, orders: &Orders) {
    let mut n_failures = 0;
    loop {
        let next = flusher.ingest.next_flush(POLL);
        if orders.abandon.load(Ordering::Relaxed) {
            return;
        }
        match next {
            NextFlush::Sealed(sealed) => {
                let flushed = handle.block_on(flusher.flush(&sealed));
                let flushed = flushed.and_then(|()| Ok(flusher.ingest.flushed(sealed.through())?));
                match flushed {
                    Ok(()) => n_failures = 0,
                    Err(error) => {
                        let error = error.chain();
                        tracing::error!(error, "telemetry is not flushed yet; the log keeps it");
                        n_failures += 1;
                        if orders.stop.load(Ordering::Relaxed) && n_failures >= FAILURES {
                            tracing::error!("stopped with telemetry that the next start takes up");
                            return;
                        }
                        std::thread::sleep(AFTER_FAILURE);
                        continue;
                    }
                }
            }
            NextFlush::Nothing => {}
            NextFlush::Closed => break,
        }
        if let Err(error) = handle.block_on(flusher.between()) {
            let error = error.chain();
            tracing::warn!(error, "what was learned of earlier telemetry is not applied yet");
        }
    }
    if let Err(error) = handle.block_on(flusher.end()) {
        let error = error.chain();
        tracing::warn!(error, "what was learned of earlier telemetry is applied at the next start");
    }
}

/// The records do not answer: a matter of a while, as far as a client goes.
fn failed(error: &Error) -> Refusal {
    tracing::error!(error = %error.chain(), "telemetry could not be taken");
    Refusal::Failed { reason: "the records do not answer".to_owned(), retry_after: Duration::from_secs(5) }
}

/// Numbers that never come twice.
struct Nonce {
    run: u128,
    next: AtomicU64,
}

impl Nonce {
    fn new() -> Result<Nonce> {
        let run = u128::from_le_bytes(crate::write_keys::random()?);
        Ok(Nonce { run, next: AtomicU64::new(0) })
    }

    fn next(&self) -> u128 {
        self.run.wrapping_add(u128::from(self.next.fetch_add(1, Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests;
