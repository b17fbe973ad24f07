//! The benchmark of the as-of pass; `scripts/bench-asof` runs it beside DuckDB and Polars and compares the answers.

mod answers;
mod book;
mod decode;
mod generate;
mod lake;
mod measured;
mod pass;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Years of adoption measures over generated telemetry")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write telemetry as a lake into a folder.
    Generate {
        /// The data folder.
        folder: PathBuf,
        /// How many events.
        #[arg(long)]
        rows: u64,
        /// Of how many accounts.
        #[arg(long, default_value_t = 20_000)]
        accounts: u64,
    },
    /// Write accounts, terms and licences as a book of CSV, for `dearly import`.
    Book {
        /// The folder of the book.
        folder: PathBuf,
        /// How many accounts.
        #[arg(long, default_value_t = 20_000)]
        accounts: u64,
    },
    /// Make the lake part of the records of its data folder.
    #[cfg(feature = "records")]
    Register {
        /// The data folder.
        folder: PathBuf,
    },
    /// Answer with Dearly's own pass.
    Pass {
        /// The data folder.
        folder: PathBuf,
        /// Where the answers go.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Decode the columns that the answers need, and do nothing with them.
    Decode {
        /// The data folder.
        folder: PathBuf,
        /// Every text written out, rather than left in the dictionary of its row group.
        #[arg(long)]
        texts: bool,
    },
}

fn main() -> anyhow::Result<()> {
    // The comparison gives every engine two threads.
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global()?;
    match Arguments::parse().command {
        Command::Generate { folder, rows, accounts } => generate::run(&folder, rows, accounts),
        Command::Book { folder, accounts } => book::run(&folder, accounts),
        #[cfg(feature = "records")]
        Command::Register { folder } => lake::register(&folder),
        Command::Pass { folder, out } => pass::run(&folder, out.as_deref()),
        Command::Decode { folder, texts } => decode::run(&folder, texts),
    }
}
