//! Which segments a generated lake has: the records of a data folder say so otherwise.

use std::fs;
use std::path::Path;

use anyhow::Context;
use dearly_domain::{AccountId, Instant};
use dearly_events::Segment;

const LIST: &str = "segments.tsv";

/// Writes the list of segments beside them.
pub(crate) fn write_list(folder: &Path, segments: &[Segment]) -> anyhow::Result<()> {
    let line = |segment: &Segment| {
        let account = |account: &Option<AccountId>| account.clone().unwrap_or_default().0;
        format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
            segment.path,
            segment.rows,
            segment.min_at.micros(),
            segment.max_at.micros(),
            segment.n_unattributed,
            account(&segment.min_account),
            account(&segment.max_account),
            segment.bytes
        )
    };
    fs::write(folder.join(LIST), segments.iter().map(line).collect::<String>())?;
    Ok(())
}

/// The list of segments of a generated lake.
pub(crate) fn read_list(folder: &Path) -> anyhow::Result<Vec<Segment>> {
    let path = folder.join(LIST);
    let text =
        fs::read_to_string(&path).with_context(|| format!("no generated lake at {}", path.display()))?;
    text.lines().map(|line| read_line(line).with_context(|| format!("cannot read {line:?}"))).collect()
}

fn read_line(line: &str) -> Option<Segment> {
    let mut cells = line.split('\t');
    let mut next = || cells.next();
    let account = |name: &str| (!name.is_empty()).then(|| AccountId::from(name));
    Some(Segment {
        path: next()?.to_owned(),
        rows: next()?.parse().ok()?,
        min_at: Instant::from_micros(next()?.parse().ok()?),
        max_at: Instant::from_micros(next()?.parse().ok()?),
        n_unattributed: next()?.parse().ok()?,
        min_account: account(next()?),
        max_account: account(next()?),
        bytes: next()?.parse().ok()?,
    })
}

/// Makes the lake part of the records of its data folder, as an import would.
#[cfg(feature = "records")]
pub(crate) fn register(folder: &Path) -> anyhow::Result<()> {
    let segments = read_list(folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = dearly_store::Store::open(&dearly_store::Target::folder(folder)).await?;
        let mut write = store.write("a benchmark").await?;
        for segment in &segments {
            let account = |account: &Option<AccountId>| account.clone().map(|account| account.0);
            write
                .insert_segment(&dearly_store::Segment {
                    path: segment.path.clone(),
                    import_id: None,
                    rows: segment.rows as i64,
                    bytes: segment.bytes as i64,
                    min_at: segment.min_at,
                    max_at: segment.max_at,
                    n_unattributed: segment.n_unattributed as i64,
                    min_account: account(&segment.min_account),
                    max_account: account(&segment.max_account),
                })
                .await?;
        }
        write.commit().await?;
        println!("{} segments are live", segments.len());
        Ok(())
    })
}
