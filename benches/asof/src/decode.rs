//! The floor: the columns that the answers need, decoded and dropped.

use std::fs::File;
use std::path::Path;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use crate::lake::read_list;
use crate::measured::measured;

const COLUMNS: [&str; 5] = ["account", "user", "event", "at", "count"];
const BATCH_ROWS: usize = 16_384;

pub(crate) fn run(folder: &Path, texts: bool) -> anyhow::Result<()> {
    let segments = read_list(folder)?;
    let rows = measured(|| {
        let rows = segments.par_iter().map(|segment| decode(&folder.join(&segment.path), texts));
        rows.try_reduce(|| 0, |left, right| Ok(left + right))
    })?;
    println!("{rows} rows");
    Ok(())
}

fn decode(path: &Path, texts: bool) -> anyhow::Result<usize> {
    // What the writer said of Arrow's types is what keeps dictionaries.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(texts);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(path)?, options)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
    let mut rows = 0;
    for batch in builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()? {
        rows += batch?.num_rows();
    }
    Ok(rows)
}
