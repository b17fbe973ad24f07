//! The demo: a simulated book with known truth, imported through the same door as anybody's data.

use std::sync::Arc;

use dearly_domain::Day;
use dearly_simulator::{Settings, simulate, workbook_documents};

use crate::app::{App, SIMULATED};
use crate::error::{Error, Result};
use crate::import::{ImportRequest, Imported, Progress};

/// How to make the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoRequest {
    /// How many accounts are customers at the end.
    pub n_accounts: usize,
    /// The same seed gives the same book.
    pub seed: u64,
    /// The last day with facts.
    pub until: Day,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoStep {
    /// So many of so many accounts are simulated.
    Simulating(usize, usize),
    /// The files are written.
    Writing,
    /// They are imported.
    Importing(Progress),
}

/// The folder of the files within the data folder.
const FOLDER: &str = "simulated";

impl App {
    /// Makes the demo book in the data folder; `None` where it is there already.
    pub async fn demo(
        &self,
        request: DemoRequest,
        progress: Arc<dyn Fn(DemoStep) + Send + Sync>,
    ) -> Result<Option<Imported>> {
        let mark = format!("accounts {}, seed {}, until {}", request.n_accounts, request.seed, request.until);
        let present = self.store.setting(SIMULATED).await?;
        if present.as_deref() == Some(&mark) {
            return Ok(None);
        }
        if self.summary().await?.n_accounts > 0 {
            let holds =
                present.map_or("a book".to_owned(), |present| format!("another demo book ({present})"));
            return Err(Error::Invalid(format!(
                "{} already holds {holds}; name an empty folder with --data, or remove it",
                self.folder.display()
            )));
        }
        let documents = workbook_documents(&dearly_workbook::defaults());
        self.apply_workbook(&documents, "dearly demo").await?;
        let in_force = self.in_force().await?;
        let settings = Settings {
            n_accounts: request.n_accounts,
            seed: request.seed,
            until: request.until,
            ..Settings::default()
        };
        let simulation = simulate(&settings, &in_force.workbook, &|done, total| {
            progress(DemoStep::Simulating(done, total));
        });
        progress(DemoStep::Writing);
        let folder = self.folder.join(FOLDER);
        simulation
            .write(&folder)
            .map_err(|error| Error::Io { doing: format!("write {}", error.path), source: error.source })?;
        drop(simulation);
        let import = ImportRequest {
            path: folder,
            source: Some(format!("demo: {mark}")),
            strict: true,
            ..Default::default()
        };
        let tell = Arc::clone(&progress);
        let imported =
            self.import(&import, Some(Arc::new(move |own| tell(DemoStep::Importing(own))))).await?;
        if imported.kept {
            let mut write = self.store.write("demo").await?;
            write.set_setting(SIMULATED, Some(&mark)).await?;
            write.commit().await?;
        }
        Ok(Some(imported))
    }
}
