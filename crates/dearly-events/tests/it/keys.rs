//! What makes an event the same event.

use dearly_events::{EventKey, EventRow, KnownKeys, Lake, Occurrences, Segment};

use crate::rows::event;

/// Stages what is new of the rows, as an import does.
fn import(lake: &Lake, rows: &[EventRow], live: &mut Vec<Segment>) -> (usize, usize) {
    let mut known = lake.known_keys(live).unwrap();
    let (mut stager, mut occurrences) = (lake.stage(), Occurrences::default());
    let mut added = 0;
    for row in rows {
        let key = occurrences.key(row);
        if known.insert(key) {
            stager.push(row, key).unwrap();
            added += 1;
        }
    }
    live.extend(stager.finish().unwrap());
    (added, rows.len() - added)
}

#[test]
fn the_same_file_again_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let login = event("a", "u", "2026-01-01T00:00:00Z", "login");
    let named = EventRow { message_id: Some("m1".to_owned()), ..login.clone() };
    let other = EventRow { count: 9, ..named.clone() };
    let mut live = Vec::new();
    // Two equal rows both count; of one message id only the first does, whatever else it says.
    let rows = [login.clone(), login.clone(), named, other];
    assert_eq!(import(&Lake::open(folder.path()), &rows, &mut live), (3, 1));
    assert_eq!(import(&Lake::open(folder.path()), &rows, &mut live), (0, 4));
    // A third equal row is new, and only it.
    let more = [login.clone(), login.clone(), login];
    assert_eq!(import(&Lake::open(folder.path()), &more, &mut live), (1, 2));
    assert_eq!(Lake::open(folder.path()).known_keys(&live).unwrap().len(), 4);
}

#[test]
fn every_cell_is_part_of_the_key() {
    let row = event("a", "u", "2026-01-01T00:00:00Z", "login");
    let differing = [
        row.clone(),
        EventRow { account: Some("b".into()), ..row.clone() },
        EventRow { account: None, ..row.clone() },
        EventRow { at: "2026-01-01T00:00:01Z".parse().unwrap(), ..row.clone() },
        EventRow { event: "logout".to_owned(), ..row.clone() },
        EventRow { user: None, ..row.clone() },
        EventRow { user: Some(String::new()), ..row.clone() },
        EventRow { user: None, product: Some("u".to_owned()), ..row.clone() },
        EventRow { count: 2, ..row.clone() },
        EventRow { value: Some(0.0), ..row.clone() },
        EventRow { recorded_at: Some("1970-01-01T00:00:00Z".parse().unwrap()), ..row.clone() },
        EventRow { attributes: Some("{}".to_owned()), ..row.clone() },
        EventRow { account: Some("al".into()), event: "ogin".to_owned(), ..row.clone() },
        EventRow { message_id: Some("m".to_owned()), ..row.clone() },
    ];
    let mut keys = KnownKeys::default();
    for row in &differing {
        assert!(keys.insert(EventKey::of(row, 0)), "{row:?}");
    }
    assert!(keys.insert(EventKey::of(&row, 1)));
    assert!(keys.contains(EventKey::of_message("m")));
    assert_eq!(keys.len(), differing.len() + 1);
}

#[test]
fn keys_stay_what_they_are() {
    // Live segments hold keys: another hash would import every file a second time.
    let row = event("a", "u", "2026-01-01T00:00:00Z", "login");
    let keys = [EventKey::of(&row, 0), EventKey::of(&row, 1), EventKey::of_message("m1")];
    let keys: Vec<String> = keys.iter().map(|key| format!("{:032x}", key.0)).collect();
    assert_eq!(
        keys,
        [
            "8f47305daccb386244af23a4ab3c6a6a",
            "cbd5770553ae29ebb160c5531ae64f6e",
            "2830645573f9ff7ab5aa8dccf2f1a4da"
        ]
    );
}

#[test]
fn occurrences_count_equal_rows_only() {
    let row = event("a", "u", "2026-01-01T00:00:00Z", "login");
    let other = EventRow { count: 2, ..row.clone() };
    let mut occurrences = Occurrences::default();
    let keys: Vec<EventKey> = [&row, &other, &row, &row].map(|row| occurrences.key(row)).to_vec();
    let expected = [(&row, 0), (&other, 0), (&row, 1), (&row, 2)];
    assert_eq!(keys, expected.map(|(row, occurrence)| EventKey::of(row, occurrence)));
}
