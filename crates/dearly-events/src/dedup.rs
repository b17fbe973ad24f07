//! The window of deduplication: the keys of everything taken in the last days, exactly, in bounded memory.
//!
//! Keys of events that are not in the lake yet are in memory (see `ingest/recent.rs`). Those of flushed events lie in
//! *runs*: immutable files `dedup/<id>.keys` of sorted keys. Which runs there are needs no list: keys are a set, so a
//! run that lies there twice, or beside what it was merged into, changes no answer. Each run has a filter in memory
//! that says *no* for nearly every key it does not hold; its *perhaps* is looked up in the file. A filter can be
//! halved: where the volume outgrows the memory, more looks go to the file, and no answer changes.
//!
//! A run belongs to the generation (an eighth of the window) of its youngest key; runs of one generation are merged
//! in the background, and a generation is dropped when its youngest key is older than the window.

mod filter;
mod run;
mod run_writer;
mod window;

pub(crate) use window::{Window, keys_and_bytes, look_up};
