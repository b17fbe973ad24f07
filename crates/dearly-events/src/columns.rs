//! The columns of a segment, and how each is encoded.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

pub(crate) const ACCOUNT: usize = 0;
pub(crate) const USER: usize = 1;
pub(crate) const EVENT: usize = 2;
pub(crate) const PRODUCT: usize = 3;
pub(crate) const AT: usize = 4;
pub(crate) const RECORDED_AT: usize = 5;
pub(crate) const LINKED_AT: usize = 6;
pub(crate) const ORIGINAL_AT: usize = 7;
pub(crate) const SENT_AT: usize = 8;
pub(crate) const ATTRIBUTED_BY: usize = 9;
pub(crate) const SOURCE: usize = 10;
pub(crate) const COUNT: usize = 11;
pub(crate) const VALUE: usize = 12;
pub(crate) const MESSAGE_ID: usize = 13;
pub(crate) const ATTRIBUTES: usize = 14;
pub(crate) const KEY: usize = 15;

/// Bytes of an event's key.
pub(crate) const KEY_BYTES: i32 = 16;

/// Rows of a row group: what a reader holds of one segment at a time.
pub(crate) const ROW_GROUP_ROWS: usize = 65_536;

/// The entry of the file's metadata with the checksum of every column of every row group.
pub(crate) const CHECKSUMS: &str = "dearly.checksums";

/// The entry of the file's metadata with the version of this layout, and that version.
pub(crate) const LAYOUT: &str = "dearly.layout";
pub(crate) const LAYOUT_VERSION: &str = "2";

pub(crate) const UTC: &str = "UTC";

/// The schema of every segment.
pub(crate) static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let words = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let instant = || DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into()));
    Arc::new(Schema::new(vec![
        Field::new("account", words(), true),
        Field::new("user", words(), true),
        Field::new("event", words(), false),
        Field::new("product", words(), true),
        Field::new("at", instant(), false),
        Field::new("recorded_at", instant(), true),
        Field::new("linked_at", instant(), true),
        Field::new("original_at", instant(), true),
        Field::new("sent_at", instant(), true),
        Field::new("attributed_by", words(), true),
        Field::new("source", words(), true),
        Field::new("count", DataType::Int64, false),
        Field::new("value", DataType::Float64, true),
        Field::new("message_id", DataType::Utf8, true),
        Field::new("attributes", DataType::Utf8, true),
        Field::new("key", DataType::FixedSizeBinary(KEY_BYTES), false),
    ]))
});

/// How segments are written.
pub(crate) fn writer_properties() -> WriterProperties {
    let path = |column: usize| ColumnPath::from(SCHEMA.field(column).name().as_str());
    let ascending =
        |column: usize| SortingColumn { column_idx: column as i32, descending: false, nulls_first: true };
    // A dictionary larger than its page would be given up half way, and the reader would have to rebuild it for
    // every batch: with this limit even a row group of as many users as rows keeps its own.
    let dictionary_bytes = 8 * 1024 * 1024;
    let mut properties = WriterProperties::builder()
        .set_created_by(format!("dearly-events {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).expect("3 is a level")))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_sorting_columns(Some([ACCOUNT, AT, USER, EVENT].map(ascending).to_vec()))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    // Of the others it matters whether anything is there at all: mostly nothing is, and nothing need be read.
    for column in [ACCOUNT, AT, PRODUCT, RECORDED_AT, LINKED_AT] {
        properties = properties.set_column_statistics_enabled(path(column), EnabledStatistics::Chunk);
    }
    for column in [ACCOUNT, USER, EVENT, PRODUCT, ATTRIBUTED_BY, SOURCE] {
        properties = properties.set_column_dictionary_page_size_limit(path(column), dictionary_bytes);
    }
    // Instants ascend within an account, or nearly: their differences are short.
    for column in [AT, RECORDED_AT, ORIGINAL_AT, SENT_AT] {
        properties = properties
            .set_column_dictionary_enabled(path(column), false)
            .set_column_encoding(path(column), Encoding::DELTA_BINARY_PACKED);
    }
    properties = properties.set_column_dictionary_enabled(path(MESSAGE_ID), false);
    // Keys are noise: no dictionary, no compression.
    properties
        .set_column_dictionary_enabled(path(KEY), false)
        .set_column_compression(path(KEY), Compression::UNCOMPRESSED)
        .build()
}
