//! Writes a run: keys in ascending order, each once.

use std::io;
use std::path::{Path, PathBuf};

use dearly_domain::Instant;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::filter::{BLOCK_BYTES, Block, block_of, blocks_for};
use super::run::{Footer, KEYS_PER_PAGE, PAGE_BYTES, page_checksum};
use crate::EventKey;
use crate::disk::{Disk, DiskFile};

/// How much is handed to the disk at once.
const BUFFER_BYTES: usize = 1 << 18;

/// The suffix of a run that is not finished.
pub(super) const PARTIAL: &str = ".partial";

pub(super) struct RunWriter<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
    partial: PathBuf,
    file: Box<dyn DiskFile>,
    buffer: Vec<u8>,
    /// The keys of the page that is being filled.
    page: Vec<EventKey>,
    /// The upper half of each page's first key.
    index: Vec<u64>,
    keys: u64,
    filter: FilterWriter,
}

impl<'a> RunWriter<'a> {
    /// Starts a run of at most so many keys.
    pub(super) fn create(disk: &'a dyn Disk, path: &Path, most_keys: u64) -> io::Result<RunWriter<'a>> {
        let partial = path.with_extension(format!("keys{PARTIAL}"));
        Ok(RunWriter {
            disk,
            file: disk.create(&partial)?,
            path: path.to_owned(),
            partial,
            buffer: Vec::with_capacity(BUFFER_BYTES + PAGE_BYTES),
            page: Vec::with_capacity(KEYS_PER_PAGE),
            index: Vec::new(),
            keys: 0,
            filter: FilterWriter::create(disk, &filter_path(path), most_keys)?,
        })
    }

    /// Adds a key, which is greater than every key before.
    pub(super) fn push(&mut self, key: EventKey) -> io::Result<()> {
        if self.page.len() == KEYS_PER_PAGE {
            self.end_page()?;
        }
        debug_assert!(self.page.last().is_none_or(|&last| last < key), "keys ascend");
        self.page.push(key);
        self.keys += 1;
        self.filter.push(key)
    }

    fn end_page(&mut self) -> io::Result<()> {
        let Some(first) = self.page.first() else { return Ok(()) };
        self.index.push((first.0 >> 64) as u64);
        let start = self.buffer.len();
        for key in &self.page {
            self.buffer.extend_from_slice(&key.0.to_le_bytes());
        }
        // An empty place repeats the last key, so that a page is searched without knowing how many it holds.
        let last = self.page[self.page.len() - 1];
        for _ in self.page.len()..KEYS_PER_PAGE {
            self.buffer.extend_from_slice(&last.0.to_le_bytes());
        }
        let checksum = page_checksum(&self.buffer[start..], self.page.len() as u64);
        self.buffer.extend_from_slice(&checksum.to_le_bytes());
        self.buffer.extend_from_slice(&(self.page.len() as u64).to_le_bytes());
        debug_assert_eq!(self.buffer.len() - start, PAGE_BYTES);
        self.page.clear();
        if self.buffer.len() >= BUFFER_BYTES { self.write_out() } else { Ok(()) }
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.file.append(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Finishes the run and puts it in place durably. The filter need not be durable: it can be made again.
    pub(super) fn finish(mut self, earliest: Instant, latest: Instant) -> io::Result<()> {
        self.end_page()?;
        let mut index = Vec::with_capacity(self.index.len() * 8);
        self.index.iter().for_each(|first| index.extend_from_slice(&first.to_le_bytes()));
        let footer = Footer {
            keys: self.keys,
            pages: self.index.len() as u64,
            earliest,
            latest,
            index_checksum: xxh3_64(&index),
        };
        self.buffer.extend_from_slice(&index);
        self.buffer.extend_from_slice(&footer.encode());
        self.write_out()?;
        self.file.sync()?;
        self.filter.finish()?;
        self.disk.rename(&self.partial, &self.path)?;
        self.disk.sync_folder(self.path.parent().expect("a run lies in a folder"))
    }
}

pub(super) fn filter_path(run: &Path) -> PathBuf {
    run.with_extension("filter")
}

/// Writes a filter from front to back, as the keys ascend, and at its end how many blocks it has and their checksum.
pub(super) struct FilterWriter {
    file: Box<dyn DiskFile>,
    buffer: Vec<u8>,
    checksum: Xxh3,
    blocks: u64,
    /// The block that is being filled, and its number.
    block: Block,
    number: u64,
}

pub(super) const FILTER_MAGIC: &[u8; 8] = b"dearlyf1";
pub(super) const FILTER_TAIL: usize = 24;

impl FilterWriter {
    pub(super) fn create(disk: &dyn Disk, path: &Path, most_keys: u64) -> io::Result<FilterWriter> {
        Ok(FilterWriter {
            file: disk.create(path)?,
            buffer: Vec::with_capacity(BUFFER_BYTES + BLOCK_BYTES),
            checksum: Xxh3::new(),
            blocks: blocks_for(most_keys),
            block: Block::default(),
            number: 0,
        })
    }

    pub(super) fn push(&mut self, key: EventKey) -> io::Result<()> {
        let number = block_of(key, self.blocks);
        while self.number < number {
            self.end_block()?;
        }
        self.block.insert(key);
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.buffer.extend_from_slice(&self.block.encode());
        self.block = Block::default();
        self.number += 1;
        if self.buffer.len() >= BUFFER_BYTES {
            self.checksum.update(&self.buffer);
            self.file.append(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        while self.number < self.blocks {
            self.end_block()?;
        }
        self.checksum.update(&self.buffer);
        self.buffer.extend_from_slice(&self.checksum.digest().to_le_bytes());
        self.buffer.extend_from_slice(&self.blocks.to_le_bytes());
        self.buffer.extend_from_slice(FILTER_MAGIC);
        self.file.append(&self.buffer)
    }
}
