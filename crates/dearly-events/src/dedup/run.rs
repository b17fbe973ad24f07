//! An immutable file of sorted keys, and the filter in front of it.

use std::io;
use std::path::{Path, PathBuf};

use dearly_domain::Instant;
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use super::filter::{BLOCK_BYTES, Block, Filter, MOST_FOLDS, blocks_for};
use super::run_writer::{FILTER_MAGIC, FILTER_TAIL, FilterWriter, filter_path};
use crate::EventKey;
use crate::disk::{Disk, DiskFile};
use crate::ingest::IngestError;

pub(super) const KEY_BYTES: usize = 16;
/// A page is what one look reads: keys, their checksum, and how many they are.
pub(super) const PAGE_BYTES: usize = 4096;
pub(super) const KEYS_PER_PAGE: usize = (PAGE_BYTES - 16) / KEY_BYTES;

pub(super) const FOOTER_BYTES: usize = 56;
const MAGIC: &[u8; 8] = b"dearlyk1";

/// The last bytes of a run, after its pages and its index.
pub(super) struct Footer {
    pub(super) keys: u64,
    pub(super) pages: u64,
    /// When the oldest and the youngest of its events were received.
    pub(super) earliest: Instant,
    pub(super) latest: Instant,
    pub(super) index_checksum: u64,
}

impl Footer {
    pub(super) fn encode(&self) -> [u8; FOOTER_BYTES] {
        let mut bytes = [0; FOOTER_BYTES];
        let numbers = [
            self.keys,
            self.pages,
            self.earliest.micros() as u64,
            self.latest.micros() as u64,
            self.index_checksum,
        ];
        bytes[..8].copy_from_slice(MAGIC);
        for (place, number) in numbers.into_iter().enumerate() {
            bytes[8 + place * 8..16 + place * 8].copy_from_slice(&number.to_le_bytes());
        }
        let checksum = xxh3_64(&bytes[..FOOTER_BYTES - 8]);
        bytes[FOOTER_BYTES - 8..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; FOOTER_BYTES]) -> Option<Footer> {
        let number = |place: usize| {
            u64::from_le_bytes(bytes[8 + place * 8..16 + place * 8].try_into().expect("eight bytes"))
        };
        if &bytes[..8] != MAGIC || xxh3_64(&bytes[..FOOTER_BYTES - 8]) != number(5) {
            return None;
        }
        Some(Footer {
            keys: number(0),
            pages: number(1),
            earliest: Instant::from_micros(number(2) as i64),
            latest: Instant::from_micros(number(3) as i64),
            index_checksum: number(4),
        })
    }
}

/// A run, open. Its file is held: one for each of a few dozen runs.
pub(crate) struct Run {
    pub(super) path: PathBuf,
    pub(super) keys: u64,
    pub(super) earliest: Instant,
    pub(super) latest: Instant,
    file: Box<dyn DiskFile>,
    /// The upper half of each page's first key.
    index: Vec<u64>,
    filter: Option<Filter>,
}

impl Run {
    /// Opens a run without its filter.
    pub(super) fn open(disk: &dyn Disk, path: &Path) -> Result<Run, IngestError> {
        let reading = |error: io::Error| IngestError::io("reading", path, &error);
        let damaged = |found: &str| IngestError::Damaged { path: path.to_owned(), found: found.to_owned() };
        let file = disk.open(path).map_err(reading)?;
        let length = file.length().map_err(reading)?;
        let end = length.checked_sub(FOOTER_BYTES as u64).ok_or_else(|| damaged("it is too short"))?;
        let mut footer = [0; FOOTER_BYTES];
        file.read_at(end, &mut footer).map_err(reading)?;
        let footer =
            Footer::decode(&footer).ok_or_else(|| damaged("its footer does not have its checksum"))?;
        if footer.pages.checked_mul(PAGE_BYTES as u64 + 8) != Some(end) {
            return Err(damaged("its length is not that of its pages"));
        }
        let mut index = vec![0; footer.pages as usize * 8];
        file.read_at(footer.pages * PAGE_BYTES as u64, &mut index).map_err(reading)?;
        if xxh3_64(&index) != footer.index_checksum {
            return Err(damaged("its index does not have its checksum"));
        }
        let index =
            index.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
        Ok(Run {
            path: path.to_owned(),
            keys: footer.keys,
            earliest: footer.earliest,
            latest: footer.latest,
            index: index.collect(),
            file,
            filter: None,
        })
    }

    /// The same run with another filter, or none.
    pub(super) fn with_filter(&self, disk: &dyn Disk, filter: Option<Filter>) -> Result<Run, IngestError> {
        let file = disk.open(&self.path).map_err(|error| IngestError::io("reading", &self.path, &error))?;
        let Run { path, keys, earliest, latest, file: _, index, filter: _ } = self;
        Ok(Run {
            path: path.clone(),
            keys: *keys,
            earliest: *earliest,
            latest: *latest,
            file,
            index: index.clone(),
            filter,
        })
    }

    /// Reads the filter, halved `folds` times; where there is none that is whole, it is made from the keys.
    pub(super) fn read_filter(&self, disk: &dyn Disk, folds: u32) -> Result<Filter, IngestError> {
        let path = filter_path(&self.path);
        if let Ok(Some(filter)) = read_filter(disk, &path, folds) {
            return Ok(filter);
        }
        let writing = |error: io::Error| IngestError::io("writing", &path, &error);
        let mut writer = FilterWriter::create(disk, &path, self.keys).map_err(writing)?;
        for page in 0..self.index.len() {
            for key in self.page(page)? {
                writer.push(key).map_err(writing)?;
            }
        }
        writer.finish().map_err(writing)?;
        match read_filter(disk, &path, folds) {
            Ok(Some(filter)) => Ok(filter),
            Ok(None) => {
                Err(IngestError::Damaged { path, found: "it is not what was just written".to_owned() })
            }
            Err(error) => Err(IngestError::io("reading", &path, &error)),
        }
    }

    pub(super) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// What the filter of this run takes in memory after so many halvings.
    pub(super) fn filter_bytes(&self, folds: u32) -> u64 {
        (blocks_for(self.keys) * BLOCK_BYTES as u64) >> folds.min(MOST_FOLDS)
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> u64 {
        self.index.len() as u64 * 8 + self.filter.as_ref().map_or(0, Filter::bytes)
    }

    pub(super) fn pages(&self) -> usize {
        self.index.len()
    }

    /// Whether the run holds the key, by its filter and, if that does not deny it, by its file.
    pub(super) fn contains(&self, key: EventKey) -> Result<bool, IngestError> {
        if self.filter.as_ref().is_some_and(|filter| !filter.may_contain(key)) {
            return Ok(false);
        }
        let high = (key.0 >> 64) as u64;
        let mut after = self.index.partition_point(|&first| first <= high);
        while after > 0 {
            let page = after - 1;
            if self.page_contains(page, key)? {
                return Ok(true);
            }
            // A page that begins with this very half may have a predecessor that ends with it.
            if self.index[page] != high {
                break;
            }
            after = page;
        }
        Ok(false)
    }

    fn page_contains(&self, page: usize, key: EventKey) -> Result<bool, IngestError> {
        let mut bytes = [0; PAGE_BYTES];
        self.read_page(page, &mut bytes)?;
        let (keys, _) = bytes[..KEYS_PER_PAGE * KEY_BYTES].as_chunks::<KEY_BYTES>();
        Ok(keys.binary_search_by_key(&key.0, |&bytes| u128::from_le_bytes(bytes)).is_ok())
    }

    fn read_page(&self, page: usize, bytes: &mut [u8; PAGE_BYTES]) -> Result<u64, IngestError> {
        self.file
            .read_at(page as u64 * PAGE_BYTES as u64, bytes)
            .map_err(|error| IngestError::io("reading", &self.path, &error))?;
        let (keys, tail) = bytes.split_at(KEYS_PER_PAGE * KEY_BYTES);
        let number =
            |place: usize| u64::from_le_bytes(tail[place..place + 8].try_into().expect("eight bytes"));
        if page_checksum(keys, number(8)) != number(0) || number(8) > KEYS_PER_PAGE as u64 {
            let found = format!("page {page} does not have its checksum");
            return Err(IngestError::Damaged { path: self.path.clone(), found });
        }
        Ok(number(8))
    }

    /// The keys of a page, ascending.
    pub(super) fn page(&self, page: usize) -> Result<Vec<EventKey>, IngestError> {
        let mut bytes = [0; PAGE_BYTES];
        let keys = self.read_page(page, &mut bytes)? as usize;
        let (all, _) = bytes.as_chunks::<KEY_BYTES>();
        Ok(all[..keys].iter().map(|&bytes| EventKey(u128::from_le_bytes(bytes))).collect())
    }
}

/// The checksum of a page with so many keys.
pub(super) fn page_checksum(keys: &[u8], count: u64) -> u64 {
    xxh3_64_with_seed(keys, count)
}

/// `None` where the file is not a whole filter.
fn read_filter(disk: &dyn Disk, path: &Path, folds: u32) -> io::Result<Option<Filter>> {
    const CHUNK: u64 = 1 << 18;
    let file = disk.open(path)?;
    let Some(end) = file.length()?.checked_sub(FILTER_TAIL as u64) else { return Ok(None) };
    let mut tail = [0; FILTER_TAIL];
    file.read_at(end, &mut tail)?;
    let number = |place: usize| u64::from_le_bytes(tail[place..place + 8].try_into().expect("eight bytes"));
    let (checksum, blocks) = (number(0), number(8));
    if &tail[16..] != FILTER_MAGIC || blocks.checked_mul(BLOCK_BYTES as u64) != Some(end) || blocks == 0 {
        return Ok(None);
    }
    let (mut hasher, mut failed) = (Xxh3::new(), None);
    let filter = {
        let chunks = (0..end).step_by(CHUNK as usize).map_while(|start| {
            let mut bytes = vec![0; CHUNK.min(end - start) as usize];
            match file.read_at(start, &mut bytes) {
                Ok(()) => {
                    hasher.update(&bytes);
                    Some(bytes)
                }
                Err(error) => {
                    failed = Some(error);
                    None
                }
            }
        });
        let decoded = chunks.flat_map(|bytes| {
            let blocks: Vec<Block> = bytes.chunks_exact(BLOCK_BYTES).map(Block::decode).collect();
            blocks
        });
        Filter::collect(decoded, blocks, folds)
    };
    match failed {
        Some(error) => Err(error),
        None => Ok((hasher.digest() == checksum).then_some(filter)),
    }
}
