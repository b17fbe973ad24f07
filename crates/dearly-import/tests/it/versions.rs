//! Versions of a row, events without an id, instants without an offset, currencies.

use dearly_import::{Book, dominant_currency};

use crate::support::{Folder, Store, import, told};

#[test]
fn versions_of_a_key_come_by_the_instant_they_became_known() {
    let folder = Folder::new(&[(
        "accounts.csv",
        "external_id,name,tier,recorded_at\n\
         a,A,3,2026-03-01\n\
         b,B,1,\n\
         a,A,1,2026-01-01T08:00:00Z\n\
         c,C,1,2026-01-01\n\
         a,A,2,2026-02-01T00:00:00+01:00\n\
         c,C,2,2026-01-01T00:00:00Z\n\
         a,A,1,\n\
         a,A,9,soon\n",
    )]);
    let all = import(folder.path(), None, &mut Store::default());
    let accounts = &all["accounts"];
    let rows: Vec<String> = accounts
        .rows
        .iter()
        .map(|row| {
            let recorded = row.recorded_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
            format!("{} {} {recorded}", row.key, row.cells[4].clone().unwrap())
        })
        .collect();
    assert_eq!(
        rows,
        [
            "b 1 -",
            "a 1 2026-01-01T08:00:00Z",
            "a 2 2026-01-31T23:00:00Z",
            "a 3 2026-03-01T00:00:00Z",
            "a 1 -"
        ]
    );
    let reason = "with the same external_id \"c\", and no different recorded_at says which is newer";
    assert_eq!(
        accounts.rejects.iter().map(told).collect::<Vec<_>>(),
        [
            format!("5: external_id: differs from line 7 {reason}"),
            format!("7: external_id: differs from line 5 {reason}"),
            "9: recorded_at: \"soon\" is not an instant like 2026-11-22T09:30:00Z".to_owned(),
        ]
    );
    assert_eq!(accounts.report.notes, ["2 instants without an offset were read as UTC"]);
}

#[test]
fn an_event_without_an_id_is_known_by_what_it_says_and_how_often() {
    let events = |rows: &[&str]| {
        let text = format!("at,account,event,user,message_id\n{}\n", rows.join("\n"));
        let folder = Folder::new(&[("accounts.csv", "external_id,name\na1,Acme\n"), ("events.csv", &text)]);
        let mut all = import(folder.path(), None, &mut Store::default());
        let imported = all.remove("events").unwrap();
        let mut keys: Vec<String> = imported.rows.into_iter().map(|row| row.key).collect();
        keys.sort();
        (keys, imported.rejects.iter().map(told).collect::<Vec<_>>(), imported.report.unchanged)
    };
    let (login, search) = ("2026-01-01T09:00:00Z,a1,login,u1,", "2026-01-01T09:00:00Z,a1,search,u1,");
    let (keys, rejects, _) = events(&[login, search, login, "2026-01-01T09:00:00Z,a1,login,u1,m1"]);
    assert_eq!((keys.len(), rejects.len()), (4, 0));
    assert_eq!(keys.iter().filter(|key| key.ends_with(":0")).count(), 2);
    assert_eq!(keys.iter().filter(|key| key.ends_with(":1")).count(), 1);
    assert!(keys.contains(&"m1".to_owned()));
    let (again, ..) = events(&[login, login, "2026-01-01 09:00:00,a1,login,u1,m1", search]);
    assert_eq!(again, keys, "another order and another form are the same events");
    let (keys, rejects, unchanged) = events(&[
        "2026-01-01T09:00:00Z,a1,login,u1,m1",
        "2026-01-01T09:00:00Z,a1,login,u2,m1",
        "2026-01-01T09:00:00Z,a1,login,u1,m2",
        "2026-01-01T09:00:00Z,a1,login,u1,m2",
    ]);
    assert_eq!((keys.as_slice(), rejects.len(), unchanged), (["m2".to_owned()].as_slice(), 2, 1));
}

#[test]
fn the_most_frequent_currency_of_the_terms_is_the_dominant_one() {
    for (currencies, dominant) in [
        (vec!["USD", "EUR", "", "EUR"], Some("EUR")),
        (vec!["USD", "EUR"], Some("EUR")),
        (vec!["", ""], None),
    ] {
        let rows: String = currencies
            .iter()
            .enumerate()
            .map(|(row, currency)| format!("s{row},a1,crm,2026-01-01,1,{currency}\n"))
            .collect();
        let terms = format!("external_id,account,product,starts_on,arr,currency\n{rows}");
        let folder =
            Folder::new(&[("accounts.csv", "external_id,name\na1,Acme\n"), ("subscriptions.csv", &terms)]);
        assert_eq!(dominant_currency(&Book::open(folder.path(), None).unwrap()).as_deref(), dominant);
    }
}

#[test]
fn a_misspelt_column_is_kept_and_asked_about() {
    let folder = Folder::new(&[("accounts.csv", "external_id,name,segmnt,,zip\na1,Acme,smb,7,01099\n")]);
    let all = import(folder.path(), None, &mut Store::default());
    assert_eq!(
        all["accounts"].report.notes,
        [
            "no recorded_at: every fact counts as known from its own day",
            "unknown columns kept as attributes: segmnt (text), zip (text)",
            "\"segmnt\" is not a column of accounts, did you mean segment?",
            "left out: column 4, which has no name",
        ]
    );
}
