//! A place within a segment that is read from front to back.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use dearly_domain::{AccountId, Attribution, Instant};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::columns::{
    ACCOUNT, AT, ATTRIBUTED_BY, ATTRIBUTES, COUNT, EVENT, LINKED_AT, MESSAGE_ID, ORIGINAL_AT, PRODUCT,
    RECORDED_AT, SENT_AT, SOURCE, USER, VALUE,
};
use crate::event_row::order_of_values;
use crate::names::SharedNames;
use crate::scan::Projection;
use crate::segment_file::{Accounts, SegmentFile};
use crate::{Error, EventKey};

/// The columns that a projection reads, in the order of the file.
pub(crate) fn columns_of(projection: Projection) -> Vec<usize> {
    let mut columns = vec![ACCOUNT, USER, EVENT, PRODUCT, AT];
    if projection.recorded_at {
        columns.push(RECORDED_AT);
    }
    columns.push(LINKED_AT);
    if projection.origin {
        columns.extend([ORIGINAL_AT, SENT_AT, ATTRIBUTED_BY, SOURCE]);
    }
    columns.push(COUNT);
    let optional =
        [(projection.value, VALUE), (projection.message_id, MESSAGE_ID), (projection.attributes, ATTRIBUTES)];
    columns.extend(optional.into_iter().filter(|(wanted, _)| *wanted).map(|(_, column)| column));
    columns
}

/// Rows decoded at once.
const BATCH_ROWS: usize = 16_384;

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
    /// How many of the wanted accounts lie before the current one.
    passed: usize,
    /// Row groups not read yet, the next one last.
    row_groups: Vec<usize>,
    reader: Option<ParquetRecordBatchReader>,
    batch: Option<Arc<Batch>>,
    names: Arc<SharedNames>,
    /// The rows of the batch that are of the current account.
    run: Range<usize>,
}

impl Cursor {
    /// Stands at the first wanted account; `None` where the segment has none.
    pub(crate) fn open(
        file: SegmentFile,
        columns: Arc<[usize]>,
        wanted: Wanted,
        names: Arc<SharedNames>,
    ) -> Result<Option<Cursor>, Error> {
        let holds_wanted = |group: &usize| match file.accounts_of(*group) {
            Accounts::Within(least, greatest) => any_within(&wanted, least, greatest),
            Accounts::None => false,
            Accounts::Unknown => true,
        };
        let row_groups: Vec<usize> = (0..file.row_groups()).rev().filter(holds_wanted).collect();
        let mut cursor = Cursor {
            file,
            columns,
            wanted,
            passed: 0,
            row_groups,
            reader: None,
            batch: None,
            names,
            run: 0..0,
        };
        Ok(cursor.advance()?.then_some(cursor))
    }

    /// The account at which the cursor stands.
    pub(crate) fn account(&self) -> &str {
        self.batch.as_ref().map_or("", |batch| batch.account.text(self.run.start))
    }

    /// The rows at which the cursor stands; all of one account, but not all of it where a batch ends.
    pub(crate) fn rows(&self) -> Option<(Arc<Batch>, Range<usize>)> {
        self.batch.as_ref().map(|batch| (Arc::clone(batch), self.run.clone()))
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
            let Some(wanted) = &self.wanted else { return Ok(true) };
            // Accounts ascend here and there.
            let passed = wanted[self.passed..].iter().position(|wanted| wanted.as_str() >= account);
            self.passed = passed.map_or(wanted.len(), |passed| self.passed + passed);
            if wanted.get(self.passed).is_some_and(|wanted| wanted.as_str() == account) {
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
                    let batch = Batch::new(&batch, self.batch.as_deref(), Some(&self.names))
                        .map_err(|found| self.file.damaged(found))?;
                    self.batch = Some(Arc::new(batch));
                    self.run = 0..0;
                    return Ok(true);
                }
                self.reader = None;
            }
            let Some(row_group) = self.row_groups.pop() else {
                self.batch = None;
                return Ok(false);
            };
            // Whoever reads whole rows reads blank columns too, so that any damaged byte is noticed.
            let whole = self.columns.contains(&ATTRIBUTES);
            let is_blank = |column: &usize| match *column {
                _ if whole => false,
                PRODUCT | RECORDED_AT | LINKED_AT => self.file.is_blank(row_group, *column),
                COUNT => self.file.is_all_ones(row_group, COUNT),
                _ => false,
            };
            let columns: Vec<usize> =
                self.columns.iter().copied().filter(|column| !is_blank(column)).collect();
            self.reader = Some(self.file.read(row_group, &columns, BATCH_ROWS)?);
        }
    }
}

/// Decoded rows of a segment. Columns that were not asked for are absent.
pub(crate) struct Batch {
    rows: usize,
    pub(crate) account: Words,
    pub(crate) user: Words,
    pub(crate) event: Words,
    pub(crate) product: Words,
    at: TimestampMicrosecondArray,
    recorded_at: Option<TimestampMicrosecondArray>,
    linked_at: Option<TimestampMicrosecondArray>,
    pub(crate) origin: Option<Origin>,
    /// Absent where every event counts once.
    count: Option<Int64Array>,
    counts_differ: bool,
    value: Option<Float64Array>,
    message_id: Option<StringArray>,
    attributes: Option<StringArray>,
    key: Option<FixedSizeBinaryArray>,
}

/// Where an event came from, and how it was attributed.
pub(crate) struct Origin {
    original_at: TimestampMicrosecondArray,
    sent_at: TimestampMicrosecondArray,
    attributed_by: Words,
    pub(crate) source: Words,
}

impl Batch {
    /// As [`Batch::new`]; what the former batch had learnt is taken out of it.
    pub(crate) fn after(batch: &RecordBatch, former: Option<&mut Batch>) -> Result<Batch, String> {
        let mut next = Batch::new(batch, None, None)?;
        if let Some(former) = former {
            next.account.learn_from(&mut former.account);
            next.user.learn_from(&mut former.user);
            next.event.learn_from(&mut former.event);
            next.product.learn_from(&mut former.product);
            if let (Some(next), Some(former)) = (&mut next.origin, &mut former.origin) {
                next.source.learn_from(&mut former.source);
            }
        }
        Ok(next)
    }

    /// Takes the columns over, and from the batch before it the numbers that names of events and products have among
    /// those of all segments, where anybody asks for them.
    fn new(
        batch: &RecordBatch,
        former: Option<&Batch>,
        names: Option<&SharedNames>,
    ) -> Result<Batch, String> {
        let column = |name: &str| batch.column_by_name(name);
        let required = |name: &str| column(name).ok_or_else(|| format!("column {name:?} is missing"));
        let instants = |name: &str| {
            let array = required(name)?.as_primitive_opt::<TimestampMicrosecondType>();
            array.cloned().ok_or_else(|| format!("column {name:?} holds no instants"))
        };
        let origin = match (column("attributed_by"), column("source")) {
            (Some(kinds), Some(sources)) => Some(Origin {
                original_at: instants("original_at")?,
                sent_at: instants("sent_at")?,
                attributed_by: Words::new(kinds)?,
                source: Words::new(sources)?,
            }),
            _ => None,
        };
        let count = column("count").map(|array| array.as_primitive::<Int64Type>().clone());
        Ok(Batch {
            rows: batch.num_rows(),
            account: Words::new(required("account")?)?,
            user: Words::new(required("user")?)?,
            event: Words::new(required("event")?)?.shared_by(former.map(|former| &former.event), names),
            product: column("product")
                .map_or_else(|| Ok(Words::none(batch.num_rows())), Words::new)?
                .shared_by(former.map(|former| &former.product), names),
            at: instants("at")?,
            recorded_at: column("recorded_at").map(|_| instants("recorded_at")).transpose()?,
            linked_at: column("linked_at").map(|_| instants("linked_at")).transpose()?,
            origin,
            counts_differ: count.iter().any(|counts| counts.values().iter().any(|count| *count != 1)),
            count,
            value: column("value").map(|array| array.as_primitive::<Float64Type>().clone()),
            message_id: column("message_id").map(|array| array.as_string::<i32>().clone()),
            attributes: column("attributes").map(|array| array.as_string::<i32>().clone()),
            key: column("key").map(|array| array.as_fixed_size_binary().clone()),
        })
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The order of rows at rest, as [`crate::EventRow::order`] has it; the key decides between equal rows. Only for
    /// batches of all columns.
    pub(crate) fn order(&self, row: usize, other: &Batch, other_row: usize) -> Ordering {
        let (a, b) = ((self, row), (other, other_row));
        let by = |key: fn(&Batch, usize) -> Option<&str>| key(a.0, a.1).cmp(&key(b.0, b.1));
        by(|batch, row| batch.account.get(row))
            .then_with(|| self.at.value(row).cmp(&other.at.value(other_row)))
            .then_with(|| by(|batch, row| batch.user.get(row)))
            .then_with(|| by(|batch, row| batch.event.get(row)))
            .then_with(|| by(|batch, row| batch.product.get(row)))
            .then_with(|| {
                let cells = |(batch, row): (&Batch, usize)| {
                    (batch.count(row), batch.recorded_at(row), batch.linked_at(row))
                };
                cells(a).cmp(&cells(b))
            })
            .then_with(|| order_of_values(self.value(row), other.value(other_row)))
            .then_with(|| by(Batch::message_id))
            .then_with(|| by(Batch::attributes))
            .then_with(|| by(Batch::source))
            .then_with(|| {
                let cells = |(batch, row): (&Batch, usize)| {
                    (batch.attributed_by(row), batch.original_at(row), batch.sent_at(row), batch.key(row).0)
                };
                cells(a).cmp(&cells(b))
            })
    }

    /// The key of an event; zero where keys are not read.
    pub(crate) fn key(&self, row: usize) -> EventKey {
        let key = self.key.as_ref().and_then(|keys| keys.value(row).try_into().ok());
        EventKey(key.map_or(0, u128::from_be_bytes))
    }

    pub(crate) fn at(&self, row: usize) -> Instant {
        Instant::from_micros(self.at.value(row))
    }

    /// When rows happened.
    pub(crate) fn instants(&self, rows: Range<usize>) -> impl ExactSizeIterator<Item = Instant> + '_ {
        self.at.values()[rows].iter().map(|micros| Instant::from_micros(*micros))
    }

    /// Whether any event counts otherwise than once.
    pub(crate) fn counts_differ(&self) -> bool {
        self.counts_differ
    }

    pub(crate) fn recorded_at(&self, row: usize) -> Option<Instant> {
        instant(self.recorded_at.as_ref()?, row)
    }

    pub(crate) fn linked_at(&self, row: usize) -> Option<Instant> {
        instant(self.linked_at.as_ref()?, row)
    }

    /// Whether any event was linked to its account later.
    pub(crate) fn has_links(&self) -> bool {
        self.linked_at.as_ref().is_some_and(|linked_at| linked_at.null_count() < self.rows)
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
        self.count.as_ref().map_or(1, |counts| u32::try_from(counts.value(row)).unwrap_or(u32::MAX))
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
    /// For each text of the dictionary its number among those of all segments, where anybody asked for it.
    shared: Arc<[u32]>,
    /// For each text of the dictionary the number that a filling gave it, and which filling that was.
    given: Vec<Given>,
}

#[derive(Clone, Copy, Default)]
struct Given {
    filling: u64,
    number: u32,
}

impl Words {
    fn new(array: &ArrayRef) -> Result<Words, String> {
        let dictionary = array.as_any_dictionary_opt().ok_or("a column of texts has no dictionary")?;
        let keys = dictionary
            .keys()
            .as_primitive_opt::<Int32Type>()
            .ok_or("a dictionary has keys of another type")?;
        let texts =
            dictionary.values().as_string_opt::<i32>().ok_or("a dictionary has values that are no texts")?;
        // Arrow has seen to it that every key lies within its dictionary.
        Ok(Words { keys: keys.clone(), texts: texts.clone(), shared: Arc::default(), given: Vec::new() })
    }

    /// A column in which no row has a text.
    fn none(rows: usize) -> Words {
        let (keys, texts) = (Int32Array::new_null(rows), StringArray::new_null(0));
        Words { keys, texts, shared: Arc::default(), given: Vec::new() }
    }

    /// With the numbers that the texts have among those of all segments.
    fn shared_by(mut self, former: Option<&Words>, names: Option<&SharedNames>) -> Words {
        let Some(names) = names else { return self };
        self.shared = match former.filter(|former| former.shares_texts(&self)) {
            Some(former) => Arc::clone(&former.shared),
            None => names.numbers(&self.texts),
        };
        self
    }

    /// The numbers that the texts of the dictionary have among those of all segments.
    pub(crate) fn shared(&self) -> &[u32] {
        &self.shared
    }

    /// Whether both stand in the very same dictionary, kept alive by either.
    pub(crate) fn shares_texts(&self, other: &Words) -> bool {
        same_texts(&self.texts, &other.texts)
    }

    /// How many texts the dictionary has.
    pub(crate) fn n_texts(&self) -> usize {
        self.texts.len()
    }

    /// Whether any row has a text.
    pub(crate) fn has_any(&self) -> bool {
        self.keys.null_count() < self.keys.len()
    }

    /// Adds to the column what `number` makes of the place in the dictionary of each row's text, `none` for rows without one.
    #[inline]
    pub(crate) fn number_each(
        &self,
        rows: Range<usize>,
        column: &mut Vec<u32>,
        none: u32,
        mut number: impl FnMut(usize) -> u32,
    ) {
        let keys = self.keys.values()[rows.clone()].iter().map(|key| *key as usize);
        match self.keys.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => column.extend(keys.map(number)),
            Some(nulls) => column.extend(
                keys.zip(rows).map(|(place, row)| if nulls.is_valid(row) { number(place) } else { none }),
            ),
        }
    }

    /// The text at a place of the dictionary.
    pub(crate) fn text_at(&self, place: usize) -> &str {
        self.texts.value(place)
    }

    /// Takes over what an earlier batch had learnt of the same dictionary.
    fn learn_from(&mut self, former: &mut Words) {
        if same_texts(&former.texts, &self.texts) {
            self.given = std::mem::take(&mut former.given);
        }
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

    /// The number that a filling (from 1) gives the text of a row: `give` is asked for one when the filling meets the
    /// text for the first time in this dictionary.
    #[inline]
    pub(crate) fn number(&mut self, row: usize, filling: u64, give: impl FnOnce(&str) -> u32) -> Option<u32> {
        if self.keys.is_null(row) {
            return None;
        }
        let key = self.keys.value(row) as usize;
        if self.given.is_empty() {
            self.given = vec![Given::default(); self.texts.len()];
        }
        let given = &mut self.given[key];
        if given.filling != filling {
            *given = Given { filling, number: give(self.texts.value(key)) };
        }
        Some(given.number)
    }
}

/// Batches of one row group mostly share a dictionary: the same memory, kept alive by the former batch.
fn same_texts(former: &StringArray, texts: &StringArray) -> bool {
    former.len() == texts.len()
        && std::ptr::eq(former.value_data().as_ptr(), texts.value_data().as_ptr())
        && std::ptr::eq(former.value_offsets().as_ptr(), texts.value_offsets().as_ptr())
}
