//! The files of a lake in an object store: S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage.

use std::collections::HashMap;
use std::future::Future;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, mpsc};

use bytes::Bytes;
use dearly_domain::Instant;
use dearly_events::{Draft, Files, Listed, LocalFiles};
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use tempfile::SpooledTempFile;
use tokio::runtime::Runtime;
use url::Url;

use crate::error::{Error, Result};

/// Up to so many bytes a file is held in memory and put at once; a larger one waits on the disk and goes in parts.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// How many parts are on their way at once.
const PARTS: usize = 4;
/// How many lengths of files are remembered; files never change.
const LENGTHS: usize = 65_536;

/// An object store, asked from any thread, which waits for the answer.
pub(crate) struct RemoteFiles {
    store: Arc<dyn ObjectStore>,
    /// The place in words.
    place: String,
    /// Where large files wait until they are sent.
    spool: PathBuf,
    lengths: Mutex<HashMap<String, u64>>,
}

struct RemoteDraft {
    store: Arc<dyn ObjectStore>,
    file: SpooledTempFile,
}

impl RemoteFiles {
    /// The place of this address, as in `s3://bucket/prefix`. Credentials and options come from the variables that the
    /// tools of each cloud use: `AWS_…`, `GOOGLE_…`, `AZURE_…`. A folder (`file:///…`) is written as safely as the data
    /// folder.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it is no address of a store.
    pub(crate) fn open(address: &str, data: &FilePath) -> Result<Arc<dyn Files>> {
        Ok(match Place::of(address)? {
            Place::Folder(folder) => Arc::new(LocalFiles::new(folder)),
            Place::Store(store) => Arc::new(RemoteFiles::on(store, address, data)),
        })
    }

    /// A store, its place in words, and the folder where large files wait until they are sent.
    fn on(store: Arc<dyn ObjectStore>, place: &str, spool: &FilePath) -> RemoteFiles {
        let place = place.trim_end_matches('/').to_owned();
        RemoteFiles { store, place, spool: spool.to_owned(), lengths: Mutex::default() }
    }
}

/// Where a lake is.
#[derive(Clone)]
pub(crate) enum Place {
    /// In a folder.
    Folder(PathBuf),
    /// In a store, at its root.
    Store(Arc<dyn ObjectStore>),
}

impl Place {
    /// As [`RemoteFiles::open`].
    pub(crate) fn of(address: &str) -> Result<Place> {
        let invalid = |found: String| {
            Error::Invalid(format!(
                "{address:?} is no place for a lake: {found}; expected s3://bucket/prefix, gs://bucket/prefix, \
                 az://container/prefix or file:///folder"
            ))
        };
        let url = Url::parse(address).map_err(|error| invalid(error.to_string()))?;
        if url.scheme() == "file" {
            let folder = url.to_file_path().map_err(|()| invalid("the folder is not absolute".to_owned()))?;
            return Ok(Place::Folder(folder));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(invalid("it carries more than a bucket and a prefix".to_owned()));
        }
        let options = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let is_ours = ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|prefix| name.starts_with(prefix));
            is_ours.then_some((name, value.into_string().ok()?))
        });
        let (store, prefix) =
            object_store::parse_url_opts(&url, options).map_err(|error| invalid(error.to_string()))?;
        Ok(Place::Store(Arc::new(PrefixStore::new(store, prefix))))
    }
}

impl std::fmt::Debug for RemoteFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RemoteFiles({})", self.place)
    }
}

impl Files for RemoteFiles {
    fn locate(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("{}/{path}", self.place))
    }

    fn begin(&self, _: &str) -> io::Result<Box<dyn Draft>> {
        let file = tempfile::spooled_tempfile_in(PART_BYTES, &self.spool);
        Ok(Box::new(RemoteDraft { store: Arc::clone(&self.store), file }))
    }

    fn length(&self, path: &str) -> io::Result<u64> {
        if let Some(length) = self.lengths.lock().ok().and_then(|lengths| lengths.get(path).copied()) {
            return Ok(length);
        }
        let (store, location) = (Arc::clone(&self.store), Path::from(path));
        let length = wait(async move { store.head(&location).await })?.size;
        if let Ok(mut lengths) = self.lengths.lock() {
            if lengths.len() >= LENGTHS {
                lengths.clear();
            }
            lengths.insert(path.to_owned(), length);
        }
        Ok(length)
    }

    fn read(&self, path: &str, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        let (store, location) = (Arc::clone(&self.store), Path::from(path));
        let wanted = ranges.to_vec();
        let read = wait(async move { store.get_ranges(&location, &wanted).await })?;
        let is_whole = |(bytes, range): (&Bytes, &Range<u64>)| bytes.len() as u64 == range.end - range.start;
        if read.len() != ranges.len() || !read.iter().zip(ranges).all(is_whole) {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<Listed>> {
        let (store, prefix) = (Arc::clone(&self.store), Path::from(prefix));
        let found = wait(async move { store.list(Some(&prefix)).try_collect::<Vec<_>>().await })?;
        let listed = |object: object_store::ObjectMeta| Listed {
            path: object.location.to_string(),
            bytes: object.size,
            modified_at: Instant::from_micros(object.last_modified.timestamp_micros()),
        };
        let mut listed: Vec<Listed> = found.into_iter().map(listed).collect();
        listed.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(listed)
    }

    fn delete(&self, path: &str) -> io::Result<()> {
        if let Ok(mut lengths) = self.lengths.lock() {
            lengths.remove(path);
        }
        let (store, location) = (Arc::clone(&self.store), Path::from(path));
        match wait(async move { store.delete(&location).await }) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            deleted => deleted,
        }
    }
}

impl Write for RemoteDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Draft for RemoteDraft {
    /// A store shows an object only when all of it is there.
    fn keep(self: Box<Self>, path: &str) -> io::Result<()> {
        let RemoteDraft { store, mut file } = *self;
        let location = Path::from(path);
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        if length <= PART_BYTES as u64 {
            let mut bytes = Vec::with_capacity(length as usize);
            file.read_to_end(&mut bytes)?;
            wait(async move { store.put(&location, bytes.into()).await })?;
            return Ok(());
        }
        wait(async move {
            let mut upload =
                WriteMultipart::new_with_chunk_size(store.put_multipart(&location).await?, PART_BYTES);
            let mut part = vec![0; PART_BYTES];
            loop {
                let read = match file.read(&mut part) {
                    Ok(0) => break,
                    Ok(read) => read,
                    Err(error) => {
                        upload.abort().await?;
                        return Err(object_store::Error::Generic { store: "spool", source: error.into() });
                    }
                };
                upload.wait_for_capacity(PARTS).await?;
                upload.write(&part[..read]);
            }
            // Where this fails, what was sent is taken back.
            upload.finish().await
        })?;
        Ok(())
    }
}

/// Waits for an answer of a store on threads of its own, so that it does not matter on which thread it is asked for.
fn wait<T: Send + 'static>(
    answer: impl Future<Output = object_store::Result<T>> + Send + 'static,
) -> io::Result<T> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("dearly-lake")
            .enable_all()
            .build()
    });
    let runtime = runtime.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    let (sender, receiver) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        // Whoever asked may have gone.
        let _ = sender.send(answer.await);
    });
    match receiver.recv() {
        Ok(answer) => answer.map_err(error),
        Err(_) => Err(io::Error::other("the request was given up")),
    }
}

fn error(error: object_store::Error) -> io::Error {
    let kind = match &error {
        object_store::Error::NotFound { .. } => ErrorKind::NotFound,
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
            ErrorKind::PermissionDenied
        }
        _ => ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use dearly_domain::AccountId;
    use dearly_events::{Compaction, Eagerness, EventRow, Lake, Occurrences};
    use dearly_testing::S3Server;
    use object_store::memory::InMemory;

    use super::*;

    /// What a lake does, done on any files.
    fn exercise(files: Arc<dyn Files>) {
        let lake = Lake::on(Arc::clone(&files));
        let mut stager = lake.stage().with_rows_per_segment(20_000);
        let mut occurrences = Occurrences::default();
        for number in 0_i64..60_000 {
            let account = (number % 3 > 0).then(|| AccountId(format!("account {}", number % 7)));
            let mut row =
                EventRow::new(account, Instant::from_micros(1_760_000_000_000_000 + number), "login");
            // Noise, so that the file becomes large enough to go in parts.
            let noise = (0..20_u64).map(|place| {
                format!(
                    "{:016x}",
                    (number as u64 * 20 + place).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
                )
            });
            row.attributes = Some(noise.collect());
            stager.push(&row, occurrences.key(&row)).unwrap();
        }
        let live = stager.finish().unwrap();
        assert_eq!(live.len(), 3);
        let merged =
            Compaction::plan(&live, Eagerness::Always).unwrap()[0].run(&lake, |_| true).unwrap().unwrap();
        assert_eq!(merged.len(), 1);
        assert!(merged[0].bytes > PART_BYTES as u64, "{} bytes", merged[0].bytes);
        let events = |segments| lake.events(segments).unwrap().map(|event| event.unwrap().0);
        assert!(events(&live).eq(events(&merged)));
        let accounts =
            Lake::on(Arc::clone(&files)).accounts(&merged, None).map(|own| own.unwrap().rows.len());
        assert_eq!(accounts.sum::<usize>(), 40_000);

        assert_eq!(files.list("events/").unwrap().len(), 4);
        let keep = merged.iter().map(|own| own.path.as_str());
        assert_eq!(lake.sweep(keep, Instant::from_micros(i64::MAX)).unwrap().files, 3);
        let error = lake.known_keys(&live).unwrap_err();
        assert!(matches!(error, dearly_events::Error::Missing { .. }), "{error}");
        lake.discard(&merged).unwrap();
        lake.discard(&merged).unwrap();
        assert_eq!(files.list("events/").unwrap(), []);
        assert_eq!(files.length("events/nothing").unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_lake_lies_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let store = PrefixStore::new(InMemory::new(), "some/prefix");
        exercise(Arc::new(RemoteFiles::on(Arc::new(store), "memory:///some/prefix", folder.path())));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing waits any more");
    }

    #[test]
    fn a_lake_lies_in_a_folder_by_its_address() {
        let folder = tempfile::tempdir().unwrap();
        let address = Url::from_file_path(folder.path().join("lake")).unwrap();
        exercise(RemoteFiles::open(address.as_str(), folder.path()).unwrap());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn it_is_asked_from_within_a_runtime() {
        let files = RemoteFiles::on(Arc::new(InMemory::new()), "memory:///", FilePath::new("."));
        files.put("events/one", b"one").unwrap();
        assert_eq!(files.read("events/one", std::slice::from_ref(&(1..3))).unwrap(), [&b"ne"[..]]);
        assert_eq!(
            files.read("events/one", std::slice::from_ref(&(1..9))).unwrap_err().kind(),
            ErrorKind::UnexpectedEof
        );
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for address in
            ["", "bucket/prefix", "s3:", "ftp://host/x", "s3://key:secret@bucket/prefix", "s3://b/p?x=1"]
        {
            let error = RemoteFiles::open(address, FilePath::new(".")).unwrap_err();
            assert!(error.to_string().contains("expected s3://bucket/prefix"), "{address}: {error}");
        }
    }

    #[test]
    fn a_lake_lies_in_s3() {
        let Some(server) = S3Server::start() else { return };
        let builder = object_store::aws::AmazonS3Builder::new()
            .with_endpoint(&server.address)
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_bucket_name("lake")
            .with_access_key_id("test")
            .with_secret_access_key("test");
        let store: Arc<dyn ObjectStore> = Arc::new(builder.build().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let files = || RemoteFiles::on(Arc::clone(&store), "s3://lake", folder.path());
        let error = files().put("events/one", b"one").unwrap_err();
        assert!(error.to_string().contains("NoSuchBucket"), "{error}");
        server.create_bucket("lake");
        exercise(Arc::new(files()));
    }
}
