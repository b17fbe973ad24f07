//! The events as zstd-compressed CSV: of the ways to write them the one that is read fastest (docs/BENCHMARKS.md).

use std::fs::File;
use std::io::{BufWriter, Write};

use rayon::prelude::*;

use crate::life::SimulatedAccount;
use crate::simulation::Simulation;

/// Accounts in one frame. Frames stand behind each other in the file, so that they can be packed side by side.
const ACCOUNTS_PER_FRAME: usize = 64;
/// Fast, and still a tenth of the text.
const LEVEL: i32 = 1;
const HEADER: &[u8] = b"at,account,event,user,product,count\n";
const SECOND_MICROS: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;

pub(super) fn write(simulation: &Simulation, mut file: BufWriter<File>) -> std::io::Result<u64> {
    file.write_all(&zstd::bulk::compress(HEADER, LEVEL)?)?;
    // A few frames at a time: the text of a whole book is large.
    for accounts in simulation.accounts.chunks(ACCOUNTS_PER_FRAME * 8) {
        let frames: Vec<Vec<u8>> = accounts
            .par_chunks(ACCOUNTS_PER_FRAME)
            .map(|accounts| zstd::bulk::compress(&text_of(accounts), LEVEL))
            .collect::<Result<_, _>>()?;
        for frame in frames {
            file.write_all(&frame)?;
        }
    }
    file.flush()?;
    Ok(simulation.accounts.iter().map(|account| account.facts.usage.rows.len() as u64).sum())
}

/// The rows of accounts. No text among them holds a comma or a quote: all are made here.
fn text_of(accounts: &[SimulatedAccount]) -> Vec<u8> {
    let mut text = Vec::new();
    for account in accounts {
        let usage = &account.facts.usage;
        let (mut day, mut date) = (i64::MIN, String::new());
        for row in usage.rows.iter() {
            let seconds = row.at.micros() / SECOND_MICROS;
            if seconds.div_euclid(DAY_SECONDS) != day {
                day = seconds.div_euclid(DAY_SECONDS);
                date = crate::world::day_of(row.at).to_string();
            }
            let of_day = seconds.rem_euclid(DAY_SECONDS);
            let user = row.user.map_or("", |user| &usage.users[user as usize]);
            let product = row.product.map_or("", |product| &usage.products[product as usize]);
            let event = &usage.events[row.event as usize];
            let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
            writeln!(
                text,
                "{date}T{hour:02}:{minute:02}:{second:02}Z,{},{event},{user},{product},{}",
                account.facts.account, row.count
            )
            .expect("memory takes all");
        }
    }
    text
}
