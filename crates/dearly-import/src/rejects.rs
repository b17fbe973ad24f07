//! The rejected rows as a file: the original cells with `_line`, `_column` and `_reason`.

use std::fs::File as DiskFile;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use crate::read::{Prepared, Reject};

/// Writes `rejects/<import>/<file>.csv` under the data folder, from the first reject on.
///
/// The cells stand as they were, also where a spreadsheet would take one for a formula: the corrected file is meant
/// to be imported again.
#[derive(Debug)]
pub struct RejectWriter {
    path: PathBuf,
    columns: Vec<String>,
    with_source: bool,
    writer: Option<csv::Writer<BufWriter<DiskFile>>>,
    count: u64,
}

impl RejectWriter {
    /// A writer for the rejects of a file; nothing is created yet.
    pub fn new(data: &Path, import_id: &str, prepared: &Prepared) -> RejectWriter {
        let path = data.join("rejects").join(import_id).join(format!("{}.csv", prepared.file().name));
        let (columns, with_source) = (prepared.reject_columns().to_vec(), prepared.has_several_sources());
        RejectWriter { path, columns, with_source, writer: None, count: 0 }
    }

    /// Writes a reject.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn write(&mut self, reject: &Reject) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                if let Some(folder) = self.path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                let file = BufWriter::new(DiskFile::create(&self.path)?);
                let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
                let source = self.with_source.then_some("_source");
                let own = source.into_iter().chain(["_line", "_column", "_reason"]);
                writer.write_record(self.columns.iter().map(String::as_str).chain(own))?;
                self.writer.insert(writer)
            }
        };
        let line = reject.line.to_string();
        let source = self.with_source.then_some(reject.source.as_str());
        let own = [line.as_str(), reject.column.as_deref().unwrap_or_default(), &reject.reason];
        let cells = (0..self.columns.len()).map(|index| reject.raw.get(index).map_or("", String::as_str));
        writer.write_record(cells.chain(source).chain(own))?;
        self.count += 1;
        Ok(())
    }

    /// Brings the file to the disk; its path, where there was any reject.
    ///
    /// # Errors
    /// Where the file cannot be written to its end.
    pub fn finish(self) -> io::Result<Option<PathBuf>> {
        let Some(writer) = self.writer else {
            return Ok(None);
        };
        let buffer = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        buffer.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(Some(self.path))
    }
}
