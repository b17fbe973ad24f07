//! HTTP: routes, JSON shapes, status codes, OpenAPI.
//!
//! A handler reads what was asked, calls one use case of `dearly-app` and answers; no rule lives here, and no status
//! code below. A file per noun; besides those, [`server`] puts the routes together and listens, `guard` refuses who may
//! not ask, `observe` gives every request its id, `work` keeps long work off the asynchronous threads, `query` reads
//! what was asked, and `problem` is the one place that turns errors into statuses.

pub mod server;

mod guard;
mod headers;
mod observe;
mod openapi;
mod problem;
mod query;
mod work;

mod account;
mod accounts;
mod book;
mod drivers;
mod explanation;
mod health;
mod history;
mod import;
mod imports;
mod ingest;
mod invoices;
mod pages;
mod people;
mod plans;
mod retention;
mod scores;
mod sources;
mod sql;
mod telemetry;
mod tickets;
mod timeline;
mod usage;
mod workbook;

pub use openapi::openapi;
pub use server::{Error, Listeners, check_loopback, ingest_router, router, serve};
