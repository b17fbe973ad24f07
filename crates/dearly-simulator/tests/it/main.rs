//! Tests of simulated books.

mod books;
mod determinism;
mod experiment;
mod import;
mod integrity;
mod law;
mod leak;
mod states;
