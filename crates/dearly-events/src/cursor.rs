//! A place within a segment that is read from front to back.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use dearly_domain::{AccountId, Attribution, Instant};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::Error;
use crate::columns::{
    ACCOUNT, AT, ATTRIBUTED_BY, ATTRIBUTES, COUNT, EVENT, LINKED_AT, MESSAGE_ID, ORIGINAL_AT, PRODUCT,
    RECORDED_AT, SENT_AT, SOURCE, USER, VALUE,
};
use crate::scan::Projection;
use crate::segment_file::{Accounts, SegmentFile};

/// The columns that a projection reads, in the order of the file.
pub(crate) fn columns_of(projection: Projection) -> Vec<usize> {
    let mut columns = vec![ACCOUNT, USER, EVENT, PRODUCT, AT, RECORDED_AT, LINKED_AT];
    if projection.origin {
        columns.extend([ORIGINAL_AT, SENT_AT, ATTRIBUTED_BY, SOURCE]);
    }
    columns.push(COUNT);
    let optional =
        [(projection.value, VALUE), (projection.message_id, MESSAGE_ID), (projection.attributes, ATTRIBUTES)];
    columns.extend(optional.into_iter().filter(|(wanted, _)| *wanted).map(|(_, column)| column));
    columns
}

/// Which accounts are wanted: in byte order, or all.
pub(crate) type Wanted = Option<Arc<[AccountId]>>;

/// Whether any wanted account lies within the bounds, both inclusive.
pub(crate) fn any_within(wanted: &Wanted, least: &[u8], greatest: &[u8]) -> bool {
    let Some(accounts) = wanted else { return true };
    let first = accounts.partition_point(|account| account.as_str().as_bytes() < least);
    accounts.get(first).is_some_and(|account| account.as_str().as_bytes() <= greatest)
}

/// Reads the wanted accounts of one segment in ascending order, a batch at a time.
pub(crate) struct Cursor {
    file: SegmentFile,
    columns: Arc<[usize]>,
    wanted: Wanted,
    /// Row groups not read yet, the next one last.
    row_groups: Vec<usize>,
    reader: Option<ParquetRecordBatchReader>,
    batch: Option<Batch>,
    /// The rows of the batch that are of the current account.
    run: Range<usize>,
}

impl Cursor {
    /// Stands at the first wanted account; `None` where the segment has none.
    pub(crate) fn open(
        file: SegmentFile,
        columns: Arc<[usize]>,
        wanted: Wanted,
    ) -> Result<Option<Cursor>, Error> {
        let holds_wanted = |group: &usize| match file.accounts_of(*group) {
            Accounts::Within(least, greatest) => any_within(&wanted, least, greatest),
            Accounts::None => false,
            Accounts::Unknown => true,
        };
        let row_groups: Vec<usize> = (0..file.row_groups()).rev().filter(holds_wanted).collect();
        let mut cursor = Cursor { file, columns, wanted, row_groups, reader: None, batch: None, run: 0..0 };
        Ok(cursor.advance()?.then_some(cursor))
    }

    /// The account at which the cursor stands.
    pub(crate) fn account(&self) -> &str {
        self.batch.as_ref().map_or("", |batch| batch.account.text(self.run.start))
    }

    /// The rows at which the cursor stands; all of one account, but not all of it where a batch ends.
    pub(crate) fn rows(&mut self) -> Option<(&mut Batch, Range<usize>)> {
        let run = self.run.clone();
        self.batch.as_mut().map(|batch| (batch, run))
    }

    /// Moves to the next rows of a wanted account; `false` at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, Error> {
        loop {
            let start = self.run.end;
            let Some(batch) = self.batch.as_ref().filter(|batch| start < batch.rows) else {
                if !self.load()? {
                    return Ok(false);
                }
                continue;
            };
            self.run = start..batch.account.end_of_run(start);
            let Some(account) = batch.account.get(start) else {
                continue;
            };
            let is_wanted = |accounts: &Arc<[AccountId]>| {
                accounts.binary_search_by(|wanted| wanted.as_str().cmp(account)).is_ok()
            };
            if self.wanted.as_ref().is_none_or(is_wanted) {
                return Ok(true);
            }
        }
    }

    /// Loads the next batch; `false` where there is none.
    fn load(&mut self) -> Result<bool, Error> {
        loop {
            if let Some(reader) = &mut self.reader {
                if let Some(batch) = reader.next() {
                    let batch = batch.map_err(|error| self.file.damaged(error.to_string()))?;
                    let former = self.batch.take();
                    self.batch = Some(Batch::new(&batch, former).map_err(|found| self.file.damaged(found))?);
                    self.run = 0..0;
                    return Ok(true);
                }
                self.reader = None;
            }
            let Some(row_group) = self.row_groups.pop() else {
                self.batch = None;
                return Ok(false);
            };
            self.reader = Some(self.file.read(row_group, &self.columns)?);
        }
    }
}

/// Decoded rows of a segment. Columns that were not asked for are absent.
pub(crate) struct Batch {
    rows: usize,
    account: Words,
    pub(crate) user: Words,
    pub(crate) event: Words,
    pub(crate) product: Words,
    at: TimestampMicrosecondArray,
    recorded_at: TimestampMicrosecondArray,
    linked_at: TimestampMicrosecondArray,
    origin: Option<Origin>,
    count: Int64Array,
    value: Option<Float64Array>,
    message_id: Option<StringArray>,
    attributes: Option<StringArray>,
}

/// Where an event came from, and how it was attributed.
struct Origin {
    original_at: TimestampMicrosecondArray,
    sent_at: TimestampMicrosecondArray,
    attributed_by: Words,
    source: Words,
}

impl Batch {
    /// Takes the columns over, and from the batch before it what it had learnt of the same dictionaries.
    fn new(batch: &RecordBatch, former: Option<Batch>) -> Result<Batch, String> {
        let column = |name: &str| batch.column_by_name(name);
        let required = |name: &str| column(name).ok_or_else(|| format!("column {name:?} is missing"));
        let instants = |name: &str| {
            let array = required(name)?.as_primitive_opt::<TimestampMicrosecondType>();
            array.cloned().ok_or_else(|| format!("column {name:?} holds no instants"))
        };
        let (mut account, mut user, mut event, mut product) = (None, None, None, None);
        let (mut attributed_by, mut source) = (None, None);
        if let Some(former) = former {
            (account, user) = (Some(former.account), Some(former.user));
            (event, product) = (Some(former.event), Some(former.product));
            if let Some(origin) = former.origin {
                (attributed_by, source) = (Some(origin.attributed_by), Some(origin.source));
            }
        }
        let origin = match (column("attributed_by"), column("source")) {
            (Some(kinds), Some(sources)) => Some(Origin {
                original_at: instants("original_at")?,
                sent_at: instants("sent_at")?,
                attributed_by: Words::new(kinds, attributed_by)?,
                source: Words::new(sources, source)?,
            }),
            _ => None,
        };
        Ok(Batch {
            rows: batch.num_rows(),
            account: Words::new(required("account")?, account)?,
            user: Words::new(required("user")?, user)?,
            event: Words::new(required("event")?, event)?,
            product: Words::new(required("product")?, product)?,
            at: instants("at")?,
            recorded_at: instants("recorded_at")?,
            linked_at: instants("linked_at")?,
            origin,
            count: required("count")?.as_primitive::<Int64Type>().clone(),
            value: column("value").map(|array| array.as_primitive::<Float64Type>().clone()),
            message_id: column("message_id").map(|array| array.as_string::<i32>().clone()),
            attributes: column("attributes").map(|array| array.as_string::<i32>().clone()),
        })
    }

    pub(crate) fn at(&self, row: usize) -> Instant {
        Instant::from_micros(self.at.value(row))
    }

    pub(crate) fn recorded_at(&self, row: usize) -> Option<Instant> {
        instant(&self.recorded_at, row)
    }

    pub(crate) fn linked_at(&self, row: usize) -> Option<Instant> {
        instant(&self.linked_at, row)
    }

    pub(crate) fn original_at(&self, row: usize) -> Option<Instant> {
        instant(&self.origin.as_ref()?.original_at, row)
    }

    pub(crate) fn sent_at(&self, row: usize) -> Option<Instant> {
        instant(&self.origin.as_ref()?.sent_at, row)
    }

    pub(crate) fn attributed_by(&self, row: usize) -> Option<Attribution> {
        Attribution::named(self.origin.as_ref()?.attributed_by.get(row)?)
    }

    pub(crate) fn source(&self, row: usize) -> Option<&str> {
        self.origin.as_ref()?.source.get(row)
    }

    /// How many times; only counts that fit were ever written.
    pub(crate) fn count(&self, row: usize) -> u32 {
        u32::try_from(self.count.value(row)).unwrap_or(u32::MAX)
    }

    pub(crate) fn value(&self, row: usize) -> Option<f64> {
        self.value.as_ref().filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }

    pub(crate) fn message_id(&self, row: usize) -> Option<&str> {
        self.message_id.as_ref().filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }

    pub(crate) fn attributes(&self, row: usize) -> Option<&str> {
        self.attributes.as_ref().filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }
}

fn instant(array: &TimestampMicrosecondArray, row: usize) -> Option<Instant> {
    array.is_valid(row).then(|| Instant::from_micros(array.value(row)))
}

/// A column of texts that repeat: numbers into a dictionary.
pub(crate) struct Words {
    keys: Int32Array,
    texts: StringArray,
    /// For each text of the dictionary the number that an account gave it, and which account that was.
    given: Vec<Given>,
}

#[derive(Clone, Copy, Default)]
struct Given {
    account: u64,
    number: u32,
}

impl Words {
    fn new(array: &ArrayRef, former: Option<Words>) -> Result<Words, String> {
        let dictionary = array.as_any_dictionary_opt().ok_or("a column of texts has no dictionary")?;
        let keys = dictionary
            .keys()
            .as_primitive_opt::<Int32Type>()
            .ok_or("a dictionary has keys of another type")?;
        let texts =
            dictionary.values().as_string_opt::<i32>().ok_or("a dictionary has values that are no texts")?;
        let within = keys.values().iter().all(|&key| (key as usize) < texts.len());
        if !within && keys.iter().flatten().any(|key| key as usize >= texts.len()) {
            return Err("a text lies outside its dictionary".to_owned());
        }
        // Batches of one row group mostly share a dictionary: the same memory, kept alive by the former batch.
        let same = |former: &Words| {
            former.texts.len() == texts.len()
                && std::ptr::eq(former.texts.value_data().as_ptr(), texts.value_data().as_ptr())
                && std::ptr::eq(former.texts.value_offsets().as_ptr(), texts.value_offsets().as_ptr())
        };
        let given = match former {
            Some(former) if same(&former) => former.given,
            _ => vec![Given::default(); texts.len()],
        };
        Ok(Words { keys: keys.clone(), texts: texts.clone(), given })
    }

    /// The text of a row that has one.
    fn text(&self, row: usize) -> &str {
        self.texts.value(self.keys.value(row) as usize)
    }

    /// The text of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.keys.is_valid(row).then(|| self.text(row))
    }

    /// The first row after `start` that has another text, or one where `start` has none and the reverse.
    fn end_of_run(&self, start: usize) -> usize {
        let keys = &self.keys.values()[start..];
        let Some(nulls) = self.keys.nulls().filter(|nulls| nulls.null_count() > 0) else {
            return start + keys.iter().position(|key| *key != keys[0]).unwrap_or(keys.len());
        };
        let first = nulls.is_valid(start);
        let same = |row: &usize| nulls.is_valid(*row) == first && (!first || keys[row - start] == keys[0]);
        (start..start + keys.len()).find(|row| !same(row)).unwrap_or(start + keys.len())
    }

    /// The number that the account (from 1) gives the text of a row: `give` is asked for one when the account
    /// meets the text for the first time in this dictionary.
    #[inline]
    pub(crate) fn number(&mut self, row: usize, account: u64, give: impl FnOnce(&str) -> u32) -> Option<u32> {
        if self.keys.is_null(row) {
            return None;
        }
        let key = self.keys.value(row) as usize;
        let given = &mut self.given[key];
        if given.account != account {
            *given = Given { account, number: give(self.texts.value(key)) };
        }
        Some(given.number)
    }
}
