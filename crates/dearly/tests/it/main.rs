//! The real binary, as a user runs it: arguments in, exit code, stdout, stderr and files out.

mod bad_input;
mod book;
mod demo;
mod drivers;
mod effect;
mod examples;
mod explain;
mod fit;
mod import;
mod interrupted;
mod lake;
mod query;
mod refresh;
mod retention;
mod score;
mod serve;
mod support;
mod telemetry;
mod versions;
mod workbook;
mod writers;
