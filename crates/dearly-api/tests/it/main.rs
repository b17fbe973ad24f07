//! The API as its callers see it: every answer is held against the description of the API.

mod test_app;

mod account;
mod accounts;
mod drivers;
mod guard;
mod import;
mod ingest;
mod openapi;
mod pages;
mod problems;
mod retention;
mod scores;
mod serve;
mod sources;
mod sql;
mod workbook;
