//! Bad input costs the row, or the file, and says why; nothing else is lost.

use dearly_import::{Book, Entry, Error, Reading, RejectWriter};

use crate::support::{Folder, Store, import, told};

const ACCOUNTS: (&str, &str) = ("accounts.csv", "external_id,name\na1,Acme\na2,Beta\n");

/// Imports files beside two accounts; the rows taken of a file, its rejects, and its error.
fn check(name: &str, text: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>, Option<String>) {
    let folder = Folder::new(&[ACCOUNTS]);
    folder.write(name, text.as_ref());
    let mut store = Store { rates: vec!["EUR"], ..Store::default() };
    let mut all = import(folder.path(), None, &mut store);
    if !name.starts_with("accounts") {
        assert_eq!(all["accounts"].report.added, 2, "the other file is still imported");
    }
    let imported = all.remove(name.split('.').next().unwrap()).unwrap();
    let rows = imported.rows.iter().map(|row| row.key.replace('\u{1f}', "|")).collect();
    (rows, imported.rejects.iter().map(told).collect(), imported.report.error)
}

#[test]
fn a_row_that_cannot_be_read_is_rejected_alone() {
    let subscriptions = |row: &str| {
        format!(
            "external_id,account,product,starts_on,ends_on,arr,currency,quantity\n{row}\nok,a1,crm,2026-01-01,,1200,EUR,5\n"
        )
    };
    let cases = [
        ("s,a1,crm,22.11.2026,,1,,1", "starts_on", "\"22.11.2026\" is not a date like 2026-11-22"),
        ("s,a1,crm,2026-02-30,,1,,1", "starts_on", "\"2026-02-30\" is not a date like 2026-11-22"),
        ("s,a1,crm,2026-01-01,,1,,-5", "quantity", "-5 is less than 0"),
        ("s,a1,crm,2026-01-01,,1,,many", "quantity", "\"many\" is not a number like 12.5"),
        ("s,a1,crm,2026-01-01,,-1,,1", "arr", "-1 is less than 0"),
        ("s,a1,crm,2026-01-01,,\"1,200\",,1", "arr", "\"1,200\" is not an amount like 1200.50"),
        ("s,a1,crm,2026-01-01,,,,1", "arr", "arr and mrr are both empty, one is required"),
        ("s,a1,crm,2026-01-01,2026-01-01,1,,1", "ends_on", "2026-01-01 is not after starts_on 2026-01-01"),
        ("s,a9,crm,2026-01-01,,1,,1", "account", "account \"a9\" does not exist"),
        (
            "s,a1,crm,2026-01-01,,1,XAU,1",
            "currency",
            "no rate is known for \"XAU\"; add one to organisation.yaml",
        ),
        ("s,,crm,2026-01-01,,1,,1", "account", "is empty and required"),
        (",a1,crm,2026-01-01,,1,,1", "external_id", "is empty and required"),
        ("s,a1,c\0rm,2026-01-01,,1,,1", "product", "a NUL character"),
        ("s,a1,crm,2026-01-01,,1", "-", "the row has 6 cells, the header has 8"),
        ("s,a1,crm,2026-01-01,,1,,1,9", "-", "the row has 9 cells, the header has 8"),
        ("s,a1,\"crm,2026-01-01,,1,,1", "product", "the quote is not closed by the end of the file"),
        ("s,a1,\"c\"rm,2026-01-01,,1,,1", "product", "the closing quote is followed by more text"),
        ("s,a1,c\"rm,2026-01-01,,1,,1", "product", "a quote stands inside a cell that is not quoted"),
    ];
    for (row, column, reason) in cases {
        for ending in ["\n", "\r\n"] {
            let text = subscriptions(row).replace('\n', ending);
            let (rows, rejects, error) = check("subscriptions.csv", &text);
            assert_eq!((rows, error), (vec!["ok".to_owned()], None), "{row}");
            assert_eq!(rejects.len(), 1, "{row}");
            let start = format!("2: {column}: ");
            assert!(rejects[0].starts_with(&start) && rejects[0].contains(reason), "{row}: {}", rejects[0]);
        }
    }
}

#[test]
fn invalid_utf_8_and_a_cell_of_ten_million_characters_cost_their_row() {
    let (rows, rejects, _) = check("tickets.csv", b"external_id,account,severity,opened_at,subject\nt1,a1,1,2026-01-01,\xff\xfe\nt2,a1,2,2026-01-01,x\n");
    assert_eq!(rows, ["t2"]);
    assert_eq!(rejects, ["2: subject: the cell is not UTF-8; save the file as UTF-8"]);
    for quote in ["", "\""] {
        let long = "x".repeat(10_000_000);
        let text = format!(
            "external_id,account,severity,opened_at,subject\nt1,a1,1,2026-01-01,{quote}{long}{quote}\nt2,a1,2,2026-01-01,x\n"
        );
        let (rows, rejects, _) = check("tickets.csv", &text);
        assert_eq!(rows, ["t2"]);
        assert!(rejects[0].starts_with("2: subject: the cell is longer than 1 MiB"), "{}", rejects[0]);
    }
}

#[test]
fn a_file_that_is_none_says_so_and_the_others_are_imported() {
    for (name, text, reason) in [
        ("people.csv", "", "people.csv is empty; expected a header with external_id*, account*, name"),
        ("people.csv", "\n\n", "people.csv is empty"),
        (
            "people.csv",
            "External ID,Account,name\n",
            "people.csv has no column external_id, account; expected external_id*",
        ),
        ("people.csv", "External ID,account\n", "did you mean \"External ID\" for external_id?"),
        ("people.csv", "external_id,account,name,name\n", "people.csv names the column \"name\" twice"),
        ("people.csv", "external_id,account,vip,vip\n", "people.csv names the column \"vip\" twice"),
        ("people.csv", "external_id;account;name\n", "people.csv has no column external_id, account"),
        (
            "people.csv",
            "external_id,\"account\n",
            "people.csv: the header cannot be read: the quote is not closed",
        ),
        ("people.jsonl", "", "people.jsonl is empty"),
        ("people.jsonl", "[{\"external_id\": 1}]", "people.jsonl: is a JSON array; expected JSON Lines"),
        ("people.parquet", "", "people.parquet: is empty; expected a Parquet file"),
        ("people.parquet", "PAR1 and no more", "people.parquet: cannot be read as Parquet"),
        ("people.csv.gz", "not packed", "people.csv.gz: cannot be read"),
        ("people.csv.zst", "not packed", "people.csv.zst: cannot be read"),
        ("subscriptions.csv", "external_id,account,product,starts_on\n", "has no column arr (or mrr)"),
    ] {
        let (rows, rejects, error) = check(name, text);
        assert_eq!((rows.len(), rejects.len()), (0, 0), "{name} {text}");
        let error = error.unwrap_or_else(|| panic!("{name} {text:?} has no error"));
        assert!(error.contains(reason), "{text:?}: {error}");
    }
    let (_, _, error) = check("people.csv", b"\xff\xfee\0x\0");
    assert_eq!(error.as_deref(), Some("people.csv: is UTF-16; save it as UTF-8"));
    let (rows, rejects, error) = check("people.csv", "external_id,account\n");
    assert_eq!((rows.len(), rejects.len(), error), (0, 0, None), "a header alone is an empty file, and fine");
}

#[test]
fn a_truncated_file_takes_nothing_rather_than_a_part() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let rows: String = (0..10_000).map(|row| format!("p{row},a{}\n", row % 2 + 1)).collect();
    packed.write_all(format!("external_id,account\n{rows}").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let (rows, rejects, error) = check("people.csv.gz", &packed[..packed.len() / 2]);
    assert_eq!((rows.len(), rejects.len()), (0, 0));
    assert!(error.unwrap().starts_with("people.csv.gz: cannot be read beyond line "));
}

#[test]
fn two_files_of_one_noun_are_an_error_that_names_both() {
    let people = "external_id,account\np1,a1\n";
    let folder = Folder::new(&[ACCOUNTS, ("people.csv", people), ("people.jsonl", "{}")]);
    let all = import(folder.path(), None, &mut Store::default());
    assert_eq!(
        all["people"].report.error.as_deref(),
        Some("people stands in people.csv and people.jsonl; keep one of them")
    );
    assert_eq!(all["accounts"].report.added, 2);
}

#[test]
fn a_folder_that_is_no_book_is_refused() {
    let folder = Folder::new(&[]);
    let open = |path: &std::path::Path| Book::open(path, None).unwrap_err();
    assert!(matches!(open(&folder.path().join("missing")), Error::Missing { .. }));
    assert!(matches!(open(folder.path()), Error::NoFiles { found: None, .. }));
    folder.write("account.csv", b"external_id,name\n");
    let error = open(folder.path()).to_string();
    assert!(
        error.contains("account.csv is not a file of the book and was left out (did you mean accounts?)"),
        "{error}"
    );
    folder.write("people.csv", b"external_id,account\n");
    assert!(matches!(open(folder.path()), Error::NoAccounts { .. }));
    let error = open(&folder.path().join("account.csv")).to_string();
    assert!(error.contains("(did you mean accounts?)"), "{error}");
    let single = Book::open(&folder.path().join("people.csv"), None).unwrap();
    assert_eq!(single.files().len(), 1);
}

#[test]
fn a_row_twice_counts_once_and_two_that_differ_not_at_all() {
    let (rows, rejects, _) = check(
        "tickets.csv",
        "external_id,account,severity,opened_at\nt1,a1,1,2026-01-01\nt1,a1,1.0, 2026-01-01\n",
    );
    assert_eq!((rows, rejects), (vec!["t1".to_owned()], vec![]));
    let (rows, rejects, _) = check(
        "tickets.csv",
        "external_id,account,severity,opened_at\nt1,a1,1,2026-01-01\nt2,a1,1,2026-01-01\nt1,a1,2,2026-01-01\nt1,a1,1,2026-01-01\n",
    );
    assert_eq!(rows, ["t2"]);
    let reason = "with the same external_id \"t1\", and no different recorded_at says which is newer";
    assert_eq!(
        rejects,
        [
            format!("2: external_id: differs from line 4 {reason}"),
            format!("4: external_id: differs from line 2 {reason}"),
            format!("5: external_id: differs from line 4 {reason}"),
        ]
    );
    let (rows, rejects, _) = check(
        "licences.csv",
        "account,product,on,assigned\na1,crm,2026-01-01,5\na1,crm,2026-01-01T00:00:00,6\na1,crm,2026-01-02,6\n",
    );
    assert_eq!(rows, ["a1|crm|2026-01-02"]);
    assert!(
        rejects[0].contains("with the same account, product, on \"a1, crm, 2026-01-01\""),
        "{}",
        rejects[0]
    );
    let (rows, rejects, _) = check(
        "tickets.csv",
        "external_id,account,severity,opened_at\nt1,a1,1,2026-01-01\nt1,a1,soon,2026-01-01\n",
    );
    assert_eq!((rows.len(), rejects.len()), (1, 1), "a row that cannot be read contradicts nobody");
}

#[test]
fn an_account_falls_with_its_parent_and_a_list_with_its_person() {
    let folder = Folder::new(&[
        (
            "accounts.csv",
            "external_id,name,parent\nc,C,b\nb,B,a\na,A,missing\nd,D,stored\ne,E,d\ndup,1,\ndup,2,\nf,F,dup\nn,N,refused\nrefused,R,\n",
        ),
        ("people.csv", "external_id,account\np1,d\n"),
        (
            "activities.csv",
            "external_id,account,type,at,people\nx1,d,call,2026-01-01,p1\nx2,d,call,2026-01-01,p1; p9\n",
        ),
    ]);
    let mut store = Store { refused: vec!["refused"], ..Store::default() };
    store.keys.entry("accounts".to_owned()).or_default().insert("stored".to_owned());
    let all = import(folder.path(), None, &mut store);
    let keys: Vec<_> = all["accounts"].rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["d", "e"]);
    assert_eq!(
        told(&all["accounts"].rejects[0]),
        "2: parent: account \"b\" does not exist and no row of the file that is taken adds it"
    );
    assert_eq!(
        all["activities"].rejects.iter().map(told).collect::<Vec<_>>(),
        ["3: people: person \"p9\" does not exist"]
    );
}

#[test]
fn rejects_are_written_as_they_stood_and_can_be_imported_again() {
    let folder = Folder::new(&[(
        "accounts.csv",
        "external_id,name,tier,note\na1,Acme,1,\"=1+1, \"\"x\"\"\"\na2,Beta,first,\"=1+1, \"\"x\"\"\"\na3,\"Gam\"ma,1,\n",
    )]);
    let book = Book::open(folder.path(), None).unwrap();
    let prepared = book.files()[0].prepare(&Reading::default()).unwrap();
    let mut writer = RejectWriter::new(folder.path(), "import-1", &prepared);
    let store = Store::default();
    for entry in prepared.rows(&store).unwrap() {
        if let Entry::Reject(reject) = entry.unwrap() {
            writer.write(&reject).unwrap();
        }
    }
    let path = writer.finish().unwrap().unwrap();
    assert_eq!(path, folder.path().join("rejects/import-1/accounts.csv"));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        "external_id,name,tier,note,_line,_column,_reason\n\
         a2,Beta,first,\"=1+1, \"\"x\"\"\",3,tier,\"\"\"first\"\" is not a whole number\"\n\
         \"a3,\"\"Gam\"\"ma,1,\",,,,4,name,the closing quote is followed by more text; double the quotes inside a quoted cell\n"
    );
    // A row that cannot be split is kept, too, where the first column is one of the rejects' own.
    folder.write("people.csv", b"_line,external_id,account\n1,\"p\"1,a1\n");
    let people = import(&folder.path().join("people.csv"), None, &mut Store::default());
    assert_eq!(people["people"].rejects[0].raw, ["1,\"p\"1,a1", ""]);
    std::fs::write(&path, text.replace("first", "2")).unwrap();
    let all = import(&path, None, &mut Store::default());
    assert_eq!((all["accounts"].report.added, all["accounts"].report.rejected), (1, 1));
    assert!(
        all["accounts"].report.notes.iter().any(|note| note.starts_with("left out: _line, _column, _reason"))
    );
}

#[test]
fn a_file_that_changes_between_the_passes_is_refused() {
    let folder = Folder::new(&[ACCOUNTS]);
    let book = Book::open(folder.path(), None).unwrap();
    let prepared = book.files()[0].prepare(&Reading::default()).unwrap();
    folder.write("accounts.csv", b"external_id,name\n");
    let store = Store::default();
    let error = prepared.rows(&store).unwrap_err().to_string();
    assert!(error.contains("changed while it was being imported"), "{error}");
}
