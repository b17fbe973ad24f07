//! Finds out, when the log is opened, what is in it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::reader::{GroupsError, LogReader, Opened};
use super::{DAMAGED, HEADER_BYTES, Header, path_of, sequence_of};
use crate::disk::{Disk, DiskFile, file_names};
use crate::ingest::{Damage, IngestError};

/// The extension of a file that is being written anew.
const PARTIAL: &str = "partial";

/// The log as it was found, durable as it stands.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// Files in the order of their numbers.
    pub(crate) files: Vec<RecoveredFile>,
    /// Bytes that were cut off: what a crash left of a group that was never acknowledged.
    pub(crate) cut_bytes: u64,
    /// What could not be read.
    pub(crate) damage: Vec<Damage>,
    /// The number of the next file.
    pub(crate) next_sequence: u64,
    /// Where the file before that ends.
    pub(crate) previous_end: u64,
}

#[derive(Debug)]
pub(crate) struct RecoveredFile {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    pub(crate) end: u64,
    pub(crate) damaged: bool,
}

/// Reads every file of the folder and hands each whole group to `each`, with the number of its file, in order.
///
/// What was never acknowledged is cut off: the end of the last file that is no group. What stays of that file is made
/// durable, because its events will now be answered for.
///
/// # Errors
/// What the disk refuses, and files of a newer version. Damage is no error: it is told in [`Recovered::damage`].
pub(crate) fn recover(
    disk: &dyn Disk,
    folder: &Path,
    flushed_through: u64,
    mut each: impl FnMut(u64, &[u8]) -> Result<(), IngestError>,
) -> Result<Recovered, IngestError> {
    let reading = |path: &Path, error: io::Error| IngestError::io("reading", path, &error);
    let writing = |path: &Path, error: io::Error| IngestError::io("writing", path, &error);
    let names = file_names(disk, folder).map_err(|error| reading(folder, error))?;
    for name in names.iter().filter(|name| Path::new(name).extension().is_some_and(|end| end == PARTIAL)) {
        let path = folder.join(name);
        disk.remove(&path).map_err(|error| writing(&path, error))?;
    }
    let mut sequences: Vec<u64> = names.iter().filter_map(|name| sequence_of(name)).collect();
    sequences.sort_unstable();

    let mut recovered = Recovered { next_sequence: flushed_through + 1, ..Recovered::default() };
    let mut opened: Vec<(PathBuf, Header, Box<dyn DiskFile>)> = Vec::with_capacity(sequences.len());
    let mut expected = flushed_through + 1;
    for &sequence in &sequences {
        let path = path_of(folder, sequence);
        let last = Some(&sequence) == sequences.last();
        let file = disk.open(&path).map_err(|error| reading(&path, error))?;
        match LogReader::header(&*file).map_err(|error| reading(&path, error))? {
            Opened::Header(header) if header.sequence == sequence => opened.push((path, header, file)),
            Opened::Unfinished if last => {
                disk.remove(&path).map_err(|error| writing(&path, error))?;
                continue;
            }
            Opened::Version(version) => return Err(IngestError::Newer { path, version }),
            Opened::Header(_) | Opened::Unfinished | Opened::NotAHeader => {
                let path = put_aside(disk, folder, sequence)?;
                recovered.damage.push(Damage {
                    path,
                    bytes: None,
                    found: "it does not begin as a file of the log".to_owned(),
                });
            }
        }
        if sequence > expected {
            recovered.damage.push(Damage {
                path: path_of(folder, expected),
                bytes: None,
                found: match sequence - expected {
                    1 => "it is missing".to_owned(),
                    files => format!("it is missing, with {} files after it", files - 1),
                },
            });
        }
        expected = expected.max(sequence + 1);
        recovered.next_sequence = recovered.next_sequence.max(sequence + 1);
    }

    let successors: Vec<Option<u64>> = opened
        .iter()
        .enumerate()
        .map(|(place, (_, header, _))| {
            let (_, next, _) = opened.get(place + 1)?;
            (next.sequence == header.sequence + 1).then_some(next.previous_end)
        })
        .collect();
    for ((path, header, file), known_end) in opened.into_iter().zip(successors) {
        let length = file.length().map_err(|error| reading(&path, error))?;
        let reader = LogReader::new(file, header, known_end.unwrap_or(length));
        let mut scanned =
            reader.groups(|group| each(header.sequence, group)).map_err(|error| match error {
                GroupsError::Io(error) => reading(&path, error),
                GroupsError::Each(error) => error,
            })?;
        if let Some(end) = known_end.filter(|&end| end > scanned.end) {
            scanned.damaged.push(scanned.end..end);
        }
        for range in &scanned.damaged {
            recovered.damage.push(Damage::unreadable(&path, range.clone()));
        }
        let end = known_end.unwrap_or(scanned.end);
        recovered.cut_bytes += length.saturating_sub(end);
        if known_end.is_none() {
            write_again(disk, folder, &path, end).map_err(|error| writing(&path, error))?;
        }
        recovered.previous_end = if header.sequence + 1 == recovered.next_sequence { end } else { 0 };
        recovered.files.push(RecoveredFile { path, header, end, damaged: !scanned.damaged.is_empty() });
    }
    disk.sync_folder(folder).map_err(|error| writing(folder, error))?;
    debug_assert!(recovered.files.iter().all(|file| file.end >= HEADER_BYTES as u64));
    Ok(recovered)
}

/// Makes a file of this length durable that nobody may have synced.
///
/// It is written anew. To sync it would not do: a disk that failed to write what is seen in memory does not try again,
/// and says nothing.
fn write_again(disk: &dyn Disk, folder: &Path, path: &Path, length: u64) -> io::Result<()> {
    const PART: u64 = 1 << 20;
    let mut file = disk.open(path)?;
    let partial = path.with_extension(PARTIAL);
    let copy = || -> io::Result<()> {
        let mut copy = disk.create(&partial)?;
        for start in (0..length).step_by(PART as usize) {
            let mut bytes = vec![0; PART.min(length - start) as usize];
            file.read_at(start, &mut bytes)?;
            copy.append(&bytes)?;
        }
        copy.sync()?;
        disk.rename(&partial, path)?;
        disk.sync_folder(folder)
    };
    match copy() {
        Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            // A disk that is full is no reason not to start: its syncs can be believed.
            let _ = disk.remove(&partial);
            file.truncate(length)?;
            file.sync()
        }
        result => result,
    }
}

/// Moves a file that cannot be read to the folder of damaged ones.
pub(crate) fn put_aside(disk: &dyn Disk, folder: &Path, sequence: u64) -> Result<PathBuf, IngestError> {
    let damaged = folder.join(DAMAGED);
    let (from, to) = (path_of(folder, sequence), path_of(&damaged, sequence));
    disk.create_folder(&damaged)
        .and_then(|()| disk.rename(&from, &to))
        .and_then(|()| disk.sync_folder(&damaged))
        .and_then(|()| disk.sync_folder(folder))
        .map_err(|error| IngestError::io("writing", &to, &error))?;
    Ok(to)
}
