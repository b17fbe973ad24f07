//! CSV, JSON Lines and Parquet, packed or not, say the same.

use std::io::Write;
use std::sync::{Arc, Mutex};

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray, TimestampNanosecondArray, types::Int32Type,
};
use dearly_domain::{Attribute, Cell};
use dearly_import::{Book, ParsedRow, Reading};
use parquet::arrow::ArrowWriter;

use crate::support::{Folder, Store, import};

const CSV: &str = "\
external_id,account,type,at,people,minutes,direction,subject,score,beta,plan
x1,a1,call,2026-01-05T09:30:00Z,p1;p2,30,two_way,\"First, of all\",1.5,true,pro
x2,a1,email,2026-01-06T00:00:00Z,,,,,2,false,basic
x3,a1,meeting,2026-01-07T10:00:00.25Z,p1,45.5,outbound,Grüße,,true,
";

const JSON: &str = r#"
{"external_id": "x1", "account": "a1", "type": "call", "at": "2026-01-05T09:30:00Z", "people": ["p1", "p2"], "minutes": 30, "direction": "two_way", "subject": "First, of all", "score": 1.5, "beta": true, "plan": "pro"}
{"external_id": "x2", "account": "a1", "type": "email", "at": "2026-01-06T00:00:00Z", "people": [], "minutes": null, "direction": null, "subject": "", "score": 2, "beta": false, "plan": "basic"}
{"plan": null, "external_id": "x3", "account": "a1", "type": "meeting", "at": "2026-01-07T10:00:00.25Z", "people": "p1", "minutes": 45.5, "direction": "outbound", "subject": "Gr\u00fc\u00dfe", "score": null, "beta": "true"}
"#;

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    );
    let batch = batch.unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn activities() -> Vec<u8> {
    let mut people = ListBuilder::new(StringBuilder::new());
    people.append_value([Some("p1"), Some("p2")]);
    people.append_null();
    people.append_value([Some("p1")]);
    let at = TimestampNanosecondArray::from(vec![
        1_767_605_400_000_000_000_i64,
        1_767_657_600_000_000_000,
        1_767_780_000_250_000_000,
    ]);
    parquet(vec![
        ("external_id", Arc::new(StringArray::from(vec!["x1", "x2", "x3"]))),
        ("account", Arc::new(vec!["a1", "a1", "a1"].into_iter().collect::<DictionaryArray<Int32Type>>())),
        ("type", Arc::new(StringArray::from(vec!["call", "email", "meeting"]))),
        ("at", Arc::new(at.with_timezone("Europe/Berlin"))),
        ("people", Arc::new(people.finish())),
        ("minutes", Arc::new(Float64Array::from(vec![Some(30.0), None, Some(45.5)]))),
        ("direction", Arc::new(StringArray::from(vec![Some("two_way"), None, Some("outbound")]))),
        ("subject", Arc::new(StringArray::from(vec![Some("First, of all"), Some(""), Some("Grüße")]))),
        ("score", Arc::new(Float64Array::from(vec![Some(1.5), Some(2.0), None]))),
        ("beta", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("plan", Arc::new(StringArray::from(vec![Some("pro"), Some("basic"), None]))),
    ])
}

fn rows(name: &str, bytes: &[u8]) -> (Vec<ParsedRow>, Vec<String>) {
    let folder = Folder::new(&[
        ("accounts.csv", "external_id,name\na1,Acme\n"),
        ("people.csv", "external_id,account\np1,a1\np2,a1\n"),
    ]);
    folder.write(name, bytes);
    let all = import(folder.path(), None, &mut Store::default());
    let imported = &all["activities"];
    assert_eq!(
        (imported.report.rejected, &imported.report.error),
        (0, &None),
        "{name}: {:?}",
        imported.rejects
    );
    let mut rows = imported.rows.clone();
    rows.iter_mut().for_each(|row| row.line = 0);
    (rows, imported.report.notes.clone())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn every_format_gives_the_same_rows() {
    let (expected, notes) = rows("activities.csv", CSV.as_bytes());
    assert_eq!(expected.len(), 3);
    assert_eq!(expected[0].cells[4], Some(Cell::List(vec!["p1".into(), "p2".into()])));
    assert_eq!(expected[1].cells[7], Some(Cell::Empty));
    assert_eq!(expected[0].cells[5], None, "no such column in the file");
    assert_eq!(expected[0].attributes["score"], Attribute::Decimal(1.5));
    assert_eq!(expected[0].attributes["beta"], Attribute::Boolean(true));
    assert_eq!(expected[2].attributes.get("plan"), None);
    assert_eq!(
        notes,
        [
            "no recorded_at: every fact counts as known from its own day",
            "unknown columns kept as attributes: beta (boolean), plan (text), score (decimal)",
        ]
    );
    let bom = format!("\u{feff}{}", CSV.replace('\n', "\r\n"));
    // Two packed parts, one after the other, are one file.
    let halves: Vec<u8> = [gzip(&CSV[..200]), gzip(&CSV[200..])].concat();
    for (name, bytes) in [
        ("activities.csv", bom.into_bytes()),
        ("activities.csv.gz", halves),
        ("activities.csv.zst", zstd::encode_all(CSV.as_bytes(), 3).unwrap()),
        ("activities.jsonl", JSON.as_bytes().to_vec()),
        ("activities.jsonl.gz", gzip(JSON)),
        ("activities.ndjson.zst", zstd::encode_all(JSON.as_bytes(), 3).unwrap()),
        ("activities.parquet", activities()),
    ] {
        assert_eq!(rows(name, &bytes), (expected.clone(), notes.clone()), "{name}");
    }
}

#[test]
fn parquet_numbers_and_dates_fit_the_kinds_of_the_book() {
    let bytes = parquet(vec![
        ("external_id", Arc::new(Int64Array::from(vec![1, 2]))),
        ("account", Arc::new(StringArray::from(vec!["a1", "a1"]))),
        ("product", Arc::new(StringArray::from(vec!["crm", "crm"]))),
        ("starts_on", Arc::new(Date32Array::from(vec![20_454, 20_455]))),
        ("ends_on", Arc::new(TimestampMicrosecondArray::from(vec![Some(1_798_761_600_000_000), None]))),
        ("arr", Arc::new(Decimal128Array::from(vec![120_050, 99]).with_precision_and_scale(12, 2).unwrap())),
        ("mrr", Arc::new(Float64Array::from(vec![100.0, 1e7]))),
        ("quantity", Arc::new(Int64Array::from(vec![Some(5), None]))),
    ]);
    let folder = Folder::new(&[("accounts.csv", "external_id,name\na1,Acme\n")]);
    folder.write("subscriptions.parquet", &bytes);
    let all = import(folder.path(), None, &mut Store::default());
    let terms = &all["subscriptions"];
    assert_eq!(terms.report.added, 2, "{:?}", terms.rejects);
    let text = |row: usize| -> Vec<String> {
        terms.rows[row]
            .cells
            .iter()
            .take(9)
            .map(|cell| cell.clone().unwrap_or_default().to_string())
            .collect()
    };
    assert_eq!(text(0), ["1", "a1", "crm", "2026-01-01", "2027-01-01", "120050", "10000", "", "5"]);
    assert_eq!(text(1), ["2", "a1", "crm", "2026-01-02", "", "99", "1000000000", "", ""]);
}

#[test]
fn a_parquet_column_that_no_cell_can_hold_is_the_error_of_its_file() {
    let seconds = arrow_array::DurationSecondArray::from(vec![1]);
    let bytes =
        parquet(vec![("external_id", Arc::new(StringArray::from(vec!["a1"]))), ("name", Arc::new(seconds))]);
    let folder = Folder::new(&[]);
    folder.write("accounts.parquet", &bytes);
    let all = import(folder.path(), None, &mut Store::default());
    let error = all["accounts"].report.error.as_deref().unwrap();
    assert!(error.starts_with("accounts.parquet: the column \"name\" is Duration"), "{error}");
}

#[test]
fn an_absent_key_of_an_object_is_absent_and_null_is_empty() {
    let folder = Folder::new(&[(
        "accounts.jsonl",
        "{\"external_id\":\"a\",\"name\":\"A\",\"tier\":null}\n{\"external_id\":\"b\",\"name\":\"B\"}\n{\"name\":\"C\"}\n",
    )]);
    let all = import(folder.path(), None, &mut Store::default());
    let rows = &all["accounts"].rows;
    assert_eq!((rows[0].cells[4].clone(), rows[1].cells[4].clone()), (Some(Cell::Empty), None));
    assert_eq!(all["accounts"].rejects[0].reason, "is missing and required");
}

#[test]
fn progress_comes_to_its_end() {
    let folder = Folder::new(&[]);
    let rows: String = (0..200_000).map(|row| format!("a{row},Account {row}\n")).collect();
    folder.write("accounts.csv", format!("external_id,name\n{rows}").as_bytes());
    let book = Book::open(folder.path(), None).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let reading = Reading { progress: Some(Arc::new(move |progress| told.lock().unwrap().push(progress))) };
    let prepared = book.files()[0].prepare(&reading).unwrap();
    let half = seen.lock().unwrap().last().copied().unwrap();
    assert!(half.read <= half.total / 2);
    assert_eq!(prepared.rows(&Store::default()).unwrap().count(), 200_000);
    let seen = seen.lock().unwrap();
    assert!(seen.len() > 4);
    assert!(seen.windows(2).all(|pair| pair[0].read <= pair[1].read));
    assert_eq!(seen.last().map(|progress| progress.read), Some(2 * book.files()[0].bytes()));
}

#[test]
fn a_reading_may_move_between_threads() {
    fn moves<T: Send>() {}
    fn is_shared<T: Send + Sync>() {}
    moves::<dearly_import::Rows<'_>>();
    is_shared::<dearly_import::Prepared>();
    is_shared::<Book>();
    is_shared::<dearly_import::Mapping>();
}
