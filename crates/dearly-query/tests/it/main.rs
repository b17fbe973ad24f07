//! Questions over a small book.

mod cancel;
mod documentation;
mod limits;
mod measures;
mod mistakes;
mod records;
mod small_book;
mod telemetry;
