//! Events in, events out: every test goes through the public API and a folder of its own.

mod compaction;
mod damage;
mod faults;
mod keys;
mod lake;
mod rewrite;
mod rows;
mod scan;
