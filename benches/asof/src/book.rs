//! The least book that the scorecards ask for: accounts, terms and licences.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::generate::{Random, account, span, users};

/// Writes the book.
pub(crate) fn run(folder: &Path, n_accounts: u64) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let open = |name: &str| Ok::<_, std::io::Error>(BufWriter::new(fs::File::create(folder.join(name))?));
    let (mut accounts, mut terms, mut licences) =
        (open("accounts.csv")?, open("subscriptions.csv")?, open("licences.csv")?);
    writeln!(accounts, "external_id,name,segment,tier,customer_since")?;
    writeln!(terms, "external_id,account,product,starts_on,ends_on,arr,quantity,unit")?;
    writeln!(licences, "account,product,on,assigned,activated")?;
    let (first, end) = span();
    let mut random = Random::new(2);
    for rank in 0..n_accounts {
        let (id, seats) = (account(rank, n_accounts), users(rank, n_accounts));
        let since = first.plus_days((random.uniform() * 300.0) as i32 - 200);
        let tier = 1 + rank * 4 / n_accounts;
        writeln!(
            accounts,
            "{id},{id},{},{tier},{since}",
            ["enterprise", "mid_market", "smb", "smb"][tier as usize - 1]
        )?;
        let mut number = 0;
        let mut starts_on = since;
        while starts_on < end {
            let ends_on = starts_on.plus_months(12);
            writeln!(terms, "{id}-{number},{id},core,{starts_on},{ends_on},{},{seats},seats", 100 * seats)?;
            (number, starts_on) = (number + 1, ends_on);
        }
        for quarter in 0..8 {
            let activated = (seats as f64 * random.uniform()) as u64;
            writeln!(licences, "{id},core,{},{seats},{activated}", since.plus_months(3 * quarter + 1))?;
        }
    }
    for mut file in [accounts, terms, licences] {
        file.flush()?;
    }
    Ok(())
}
