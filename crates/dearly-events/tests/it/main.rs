//! Events in, events out: every test goes through the public API and a folder of its own.

mod compaction;
mod damage;
mod faults;
mod keys;
mod lake;
mod log;
mod memory_disk;
mod power;
mod power_lake;
mod records;
mod rewrite;
mod rows;
mod scan;
mod taking;
mod window;
