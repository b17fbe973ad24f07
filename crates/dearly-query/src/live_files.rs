//! The only place that a question can read from: the live files of telemetry, and nothing beside them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::common::{DataFusionError, Result as EngineResult};
use datafusion::execution::object_store::ObjectStoreRegistry;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use url::Url;

use crate::telemetry::{Check, SegmentFile};

/// The scheme and host under which the live files are known to the engine.
pub(crate) const ADDRESS: &str = "dearly://lake/";

/// A store that holds the live files of another, and can only be read. What a plan shows of a file is its name below
/// the lake, never where the lake is.
#[derive(Clone)]
pub(crate) struct LiveFiles {
    store: Arc<dyn ObjectStore>,
    files: Arc<HashMap<Path, LiveFile>>,
    check: Option<Check>,
}

struct LiveFile {
    bytes: u64,
    /// Set once it was found to be as it was written.
    is_whole: OnceCell<()>,
}

impl LiveFiles {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, files: &[SegmentFile], check: Option<Check>) -> LiveFiles {
        let file = |own: &SegmentFile| LiveFile { bytes: own.bytes, is_whole: OnceCell::new() };
        let files = files.iter().map(|own| (Path::from(own.path.as_str()), file(own))).collect();
        LiveFiles { store, files: Arc::new(files), check }
    }

    /// Sees, the first time, that the file is as it was written.
    async fn see_whole(&self, location: &Path, file: &LiveFile) -> Result<()> {
        let Some(check) = &self.check else { return Ok(()) };
        let damaged = |source| object_store::Error::Generic { store: "lake", source };
        let look = || async {
            let (check, path) = (Arc::clone(check), location.to_string());
            let looked = spawn_blocking(move || check(&path)).await;
            looked.map_err(|error| damaged(error.into()))?.map_err(damaged)
        };
        file.is_whole.get_or_try_init(look).await?;
        Ok(())
    }

    /// The live file at a location.
    fn live(&self, location: &Path) -> Result<&LiveFile> {
        if let Some(file) = self.files.get(location) {
            return Ok(file);
        }
        Err(object_store::Error::NotFound {
            path: location.to_string(),
            source: "it is no live file of the lake".into(),
        })
    }
}

/// A live file that is not there is no empty table: to the engine `NotFound` would be one.
pub(crate) fn gone_is_wrong(error: object_store::Error) -> object_store::Error {
    match error {
        object_store::Error::NotFound { path, source } => object_store::Error::Generic {
            store: "lake",
            source: format!("the live file {path} is gone: {source}").into(),
        },
        other => other,
    }
}

fn refused() -> object_store::Error {
    object_store::Error::NotSupported { source: "the lake can only be read here".into() }
}

#[async_trait]
impl ObjectStore for LiveFiles {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(refused())
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(refused())
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let live = self.live(location)?;
        let bytes = live.bytes;
        self.see_whole(location, live).await?;
        let mut file = self.store.get_opts(location, options).await.map_err(gone_is_wrong)?;
        // A store below a prefix may tell the whole path, which the engine would take for another file, and for no rows.
        file.meta.location = location.clone();
        if file.meta.size != bytes {
            // The engine takes a file of no bytes for one of no rows, and trusts the end of any other.
            let found = file.meta.size;
            let source =
                format!("the live file {location} is damaged: it has {found} bytes, expected {bytes}").into();
            return Err(object_store::Error::Generic { store: "lake", source });
        }
        Ok(file)
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        stream::once(async { Err(refused()) }).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        // Files are asked for by name; nothing is ever looked for.
        stream::empty().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Ok(ListResult { common_prefixes: Vec::new(), objects: Vec::new() })
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(refused())
    }
}

impl fmt::Display for LiveFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} live files", self.files.len())
    }
}

impl fmt::Debug for LiveFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Knows the live files and no other store: not the file system, not the network.
#[derive(Debug)]
pub(crate) struct OnlyLiveFiles(pub(crate) LiveFiles);

impl ObjectStoreRegistry for OnlyLiveFiles {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> EngineResult<Arc<dyn ObjectStore>> {
        if url.as_str().starts_with(ADDRESS.trim_end_matches('/')) {
            return Ok(Arc::new(self.0.clone()));
        }
        Err(DataFusionError::Plan("a question reads the documented tables only".to_owned()))
    }
}
