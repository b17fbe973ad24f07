//! The only place that a question can read from: the live files of telemetry, and nothing beside them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use object_store::path::Path;
use object_store::{GetOptions, GetResult, ObjectStore, Result};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::read_only::{Readable, get_file};
use crate::telemetry::{Check, SegmentFile};

/// The live files of a store.
pub(crate) struct LiveFiles {
    store: Arc<dyn ObjectStore>,
    files: HashMap<Path, LiveFile>,
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
        LiveFiles { store, files, check }
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

#[async_trait]
impl Readable for LiveFiles {
    async fn get(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let live = self.live(location)?;
        self.see_whole(location, live).await?;
        // The engine takes a file of no bytes for one of no rows, and trusts the end of any other.
        get_file(&self.store, location, options, |found| match live.bytes {
            bytes if bytes == found => Ok(()),
            bytes => Err(format!("it has {found} bytes, expected {bytes}")),
        })
        .await
    }
}

impl fmt::Debug for LiveFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} live files", self.files.len())
    }
}
