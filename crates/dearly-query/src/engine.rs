//! What `dearly-cluster` needs of the engine, so that the same tables stand on several machines. For nobody else.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, Result as EngineResult};
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use url::Url;

use crate::answer::Answer;
use crate::error::{Error, Result};
use crate::live_files::gone_is_wrong;
use crate::records::{in_memory, schema_of};
use crate::session::{self, Limits, Moment, Session};
use crate::table::Table;
use crate::telemetry;

/// The settings of every session.
pub fn settings() -> SessionConfig {
    session::settings()
}

/// All rows of the files at these addresses.
///
/// # Errors
/// The engine's, where an address is none.
pub fn files(addresses: &[String]) -> EngineResult<Arc<dyn TableProvider>> {
    telemetry::all_rows(addresses)
}

/// The rows as a table.
///
/// # Errors
/// The engine's.
pub fn rows(batch: &RecordBatch) -> EngineResult<Arc<dyn TableProvider>> {
    Ok(Arc::new(in_memory(batch)?))
}

/// The schema of a documented table.
pub fn schema(table: &Table) -> SchemaRef {
    schema_of(table)
}

/// A session in a context that was made elsewhere. Tables that are not given are empty; `documentation` is always there.
///
/// # Errors
/// [`Error::Failed`] where the engine refuses a table.
pub fn session(
    context: SessionContext,
    moment: &Moment,
    events: Arc<dyn TableProvider>,
    tables: &HashMap<&'static str, RecordBatch>,
    table_of: impl Fn(&RecordBatch) -> Arc<dyn TableProvider>,
    limits: Limits,
) -> Result<Session> {
    let records = |table: &'static Table| match tables.get(table.name) {
        Some(batch) => table_of(batch),
        None if table.name == "documentation" => table_of(&session::documentation(table)),
        None => table_of(&RecordBatch::new_empty(schema_of(table))),
    };
    session::register(&context, moment, events, records).map_err(|error| Error::Failed(error.to_string()))?;
    Ok(Session::over(context, limits))
}

/// The batches of an answer that has come to its end, as an answer of their own.
pub fn whole(answer: &Answer, batches: Vec<RecordBatch>) -> Answer {
    answer.again(batches)
}

/// Knows the files below one folder and nothing else: whoever may ask a cluster may not read its machines.
#[derive(Debug)]
pub struct OnlyBelow {
    store: Arc<Below>,
}

impl OnlyBelow {
    /// The files below the folder, under their own addresses.
    pub fn new(folder: &FilePath) -> std::io::Result<OnlyBelow> {
        let folder = folder.canonicalize()?;
        let store = Below {
            root: Path::from_filesystem_path(&folder).map_err(std::io::Error::other)?,
            folder,
            store: LocalFileSystem::new(),
        };
        Ok(OnlyBelow { store: Arc::new(store) })
    }
}

impl ObjectStoreRegistry for OnlyBelow {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> EngineResult<Arc<dyn ObjectStore>> {
        match url.scheme() {
            "file" => Ok(Arc::clone(&self.store) as Arc<dyn ObjectStore>),
            other => Err(DataFusionError::Plan(format!(
                "a cluster reads files below {}, not {other}",
                self.store.folder.display()
            ))),
        }
    }
}

/// The files below a folder, which can only be read.
struct Below {
    folder: PathBuf,
    root: Path,
    store: LocalFileSystem,
}

fn refused(what: impl fmt::Display) -> object_store::Error {
    object_store::Error::NotSupported { source: what.to_string().into() }
}

#[async_trait]
impl ObjectStore for Below {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> object_store::Result<PutResult> {
        Err(refused("a cluster writes no files of the lake"))
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        Err(refused("a cluster writes no files of the lake"))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        if !location.prefix_matches(&self.root) || location.parts().any(|part| part.as_ref() == "..") {
            return Err(refused(format!("{location} is not below {}", self.folder.display())));
        }
        self.store.get_opts(location, options).await.map_err(gone_is_wrong)
    }

    fn delete_stream(
        &self,
        _: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        stream::once(async { Err(refused("a cluster deletes no files of the lake")) }).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        // Files are asked for by name; nothing is ever looked for.
        stream::empty().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> object_store::Result<ListResult> {
        Ok(ListResult { common_prefixes: Vec::new(), objects: Vec::new() })
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> object_store::Result<()> {
        Err(refused("a cluster copies no files of the lake"))
    }
}

impl fmt::Display for Below {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "files below {}", self.folder.display())
    }
}

impl fmt::Debug for Below {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
