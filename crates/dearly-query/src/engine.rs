//! What `dearly-cluster` needs of the engine, so that the same tables stand on several machines. For nobody else.

use std::collections::HashMap;
use std::fmt;
use std::path::Path as FilePath;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::Result as EngineResult;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::prelude::{SessionConfig, SessionContext};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetResult, ObjectStore};

use crate::answer::Answer;
use crate::error::{Error, Result};
use crate::read_only::{OnlyLake, Readable, get_file};
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

/// The telemetry of one lake and nothing else, as every part of a cluster reads it: whoever may ask a cluster may not read
/// its machines.
#[derive(Clone)]
pub struct SharedLake {
    store: Arc<dyn ObjectStore>,
}

impl SharedLake {
    /// The lake in a folder.
    ///
    /// # Errors
    /// [`Error::Failed`] where there is no such folder.
    pub fn in_folder(folder: &FilePath) -> Result<SharedLake> {
        let store =
            LocalFileSystem::new_with_prefix(folder).map_err(|error| Error::Failed(error.to_string()))?;
        Ok(SharedLake::in_store(Arc::new(store)))
    }

    /// The lake in any store, paths being relative to its root.
    pub fn in_store(store: Arc<dyn ObjectStore>) -> SharedLake {
        SharedLake { store }
    }

    /// The only store that the engine is to know.
    pub fn registry(&self) -> Arc<dyn ObjectStoreRegistry> {
        Arc::new(OnlyLake::new(self.clone()))
    }
}

#[async_trait]
impl Readable for SharedLake {
    async fn get(&self, location: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        if location.extension() != Some("parquet") || location.parts().any(|part| part.as_ref() == "..") {
            let source = format!("{location} is no file of telemetry").into();
            return Err(object_store::Error::NotSupported { source });
        }
        // The engine takes a file of no bytes for one of no rows.
        get_file(&self.store, location, options, |found| match found {
            0 => Err("it is empty".to_owned()),
            _ => Ok(()),
        })
        .await
    }
}

impl fmt::Debug for SharedLake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedLake({})", self.store)
    }
}
