//! What API, pages and command line show: one set of shapes, so that all three agree to the last digit.
//!
//! Keys are stable. Amounts are cents of the reporting currency, rates and coverages are fractions, scores are 0 to 100
//! and unrounded, days are ISO dates, instants RFC 3339.

mod account;
mod accounts;
mod drivers;
mod explain;
mod history;
mod import;
mod invoices;
mod lake;
mod people;
mod plans;
mod refresh;
mod retention;
mod score;
mod sources;
mod telemetry;
mod tickets;
mod timeline;
mod usage;
mod workbook;
mod write_keys;

pub use account::*;
pub use accounts::*;
pub use drivers::*;
pub use explain::*;
pub use history::*;
pub use import::*;
pub use invoices::*;
pub use lake::*;
pub use people::*;
pub use plans::*;
pub use refresh::*;
pub use retention::*;
pub use score::*;
pub use sources::*;
pub use telemetry::*;
pub use tickets::*;
pub use timeline::*;
pub use usage::*;
pub use workbook::*;
pub use write_keys::*;
