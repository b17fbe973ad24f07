//! Stores that can only be read, and the only address under which the engine knows one.

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
use url::Url;

/// The scheme and host under which the files of the lake are known to the engine: what a plan shows of a file is its name
/// below the lake, never where the lake is.
pub(crate) const ADDRESS: &str = "dearly://lake/";

/// What a question may read.
#[async_trait]
pub(crate) trait Readable: fmt::Debug + Send + Sync + 'static {
    /// The file at a location below the lake, or a part of it.
    async fn get(&self, location: &Path, options: GetOptions) -> Result<GetResult>;
}

/// It as a store in which nothing can be written, deleted, or looked for.
#[derive(Debug)]
pub(crate) struct ReadOnly<R>(pub(crate) R);

/// A file of the lake; where the store tells another place or size than the records, that is an error, for the engine would
/// pass over it.
pub(crate) async fn get_file(
    store: &dyn ObjectStore,
    location: &Path,
    options: GetOptions,
    is_size: impl FnOnce(u64) -> std::result::Result<(), String>,
) -> Result<GetResult> {
    let wrong = |source: String| object_store::Error::Generic { store: "lake", source: source.into() };
    let mut file = store.get_opts(location, options).await.map_err(|error| match error {
        // To the engine `NotFound` would be an empty table.
        object_store::Error::NotFound { path, source } => {
            wrong(format!("the live file {path} is gone: {source}"))
        }
        other => other,
    })?;
    is_size(file.meta.size)
        .map_err(|found| wrong(format!("the live file {location} is damaged: {found}")))?;
    // A store below a prefix may tell the whole path, which the engine would take for another file, and for no rows.
    file.meta.location = location.clone();
    Ok(file)
}

fn refused() -> object_store::Error {
    object_store::Error::NotSupported { source: "the lake can only be read here".into() }
}

#[async_trait]
impl<R: Readable> ObjectStore for ReadOnly<R> {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(refused())
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(refused())
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get(location, options).await
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

impl<R: Readable> fmt::Display for ReadOnly<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Knows the files of the lake and no other store: not the file system, not the network.
#[derive(Debug)]
pub(crate) struct OnlyLake<R>(Arc<ReadOnly<R>>);

impl<R> OnlyLake<R> {
    pub(crate) fn new(files: R) -> OnlyLake<R> {
        OnlyLake(Arc::new(ReadOnly(files)))
    }
}

impl<R: Readable> ObjectStoreRegistry for OnlyLake<R> {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> EngineResult<Arc<dyn ObjectStore>> {
        if url.as_str().starts_with(ADDRESS.trim_end_matches('/')) {
            return Ok(Arc::clone(&self.0) as Arc<dyn ObjectStore>);
        }
        Err(DataFusionError::Plan("a question reads the documented tables only".to_owned()))
    }
}
