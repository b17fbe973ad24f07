//! The commands, one file each.

pub(crate) mod accounts;
#[cfg(feature = "cluster")]
pub(crate) mod cluster;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod drivers;
pub(crate) mod effect;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod lake;
pub(crate) mod openapi;
pub(crate) mod query;
pub(crate) mod refresh;
pub(crate) mod retention;
pub(crate) mod rollup;
pub(crate) mod score;
pub(crate) mod serve;
pub(crate) mod workbook;

use dearly_app::{App, When};

use crate::arguments::{Arguments, WhenArguments};

/// The data folder of the arguments, opened.
async fn open(arguments: &Arguments) -> anyhow::Result<App> {
    let (database_url, lake) = (arguments.database_url.as_deref(), arguments.lake.as_deref());
    Ok(App::open_with(&arguments.data, database_url, lake).await?)
}

/// The data folder for reading: one that is not there yet holds nothing, and says so.
async fn open_existing(arguments: &Arguments) -> anyhow::Result<App> {
    anyhow::ensure!(
        arguments.data.is_dir() || arguments.database_url.is_some(),
        "there is no data folder {}; import a book into it first (dearly import PATH --data {}), or name another with --data",
        arguments.data.display(),
        arguments.data.display()
    );
    open(arguments).await
}

/// The day and the knowledge of the arguments.
fn when(own: &WhenArguments) -> When {
    When { as_of: own.as_of, known_by: own.known_by.map(|known_by| known_by.0) }
}
