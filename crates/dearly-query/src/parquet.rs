//! Answers as Parquet.

use std::fs::File;
use std::path::Path;

use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;

use crate::answer::Answer;
use crate::error::{Error, Result};

/// Writes the rows to a file, and says how many they were. The file appears whole or not at all.
///
/// # Errors
/// [`Error::Failed`] where it cannot be written, and what the answer says.
pub async fn write_parquet(answer: &mut Answer, path: &Path) -> Result<u64> {
    let failed =
        |error: &dyn std::fmt::Display| Error::Failed(format!("cannot write {}: {error}", path.display()));
    let partial = path.with_extension("parquet.partial");
    let file = File::create(&partial).map_err(|error| failed(&error))?;
    let properties = WriterProperties::builder()
        .set_created_by(concat!("dearly ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).expect("3 is a level")))
        .build();
    let mut writer =
        ArrowWriter::try_new(file, answer.schema(), Some(properties)).map_err(|error| failed(&error))?;
    let mut n_rows = 0;
    while let Some(batch) = answer.next().await? {
        n_rows += batch.num_rows() as u64;
        writer.write(&batch).map_err(|error| failed(&error))?;
    }
    let file = writer.into_inner().map_err(|error| failed(&error))?;
    file.sync_all().map_err(|error| failed(&error))?;
    std::fs::rename(&partial, path).map_err(|error| failed(&error))?;
    Ok(n_rows)
}
