//! Events in, events out: every test goes through the public API and a folder of its own.

mod damage;
mod keys;
mod lake;
mod rows;
mod scan;
