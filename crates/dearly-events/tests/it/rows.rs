//! Rows to test with.

use dearly_domain::{AccountId, Attribution, Instant};
use dearly_events::{EventRow, Lake, Occurrences, Projection, Segment};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

/// A plain event.
pub(crate) fn event(account: &str, user: &str, at: &str, event: &str) -> EventRow {
    let account = Some(AccountId::from(account));
    EventRow { user: Some(user.to_owned()), ..EventRow::new(account, at.parse().unwrap(), event) }
}

/// Any rows at all: few enough accounts, users and events that they repeat, any text, any number.
pub(crate) fn any_rows(most: usize) -> impl Strategy<Value = Vec<EventRow>> {
    let name = || prop_oneof![4 => "[a-e]", 1 => any::<String>(), 1 => "[a-c]{60,80}"];
    // Mostly within a few months, so that a case does not write a file per row.
    let instant = || {
        prop_oneof![20 => 1_760_000_000_000_000_i64..1_770_000_000_000_000, 1 => any::<i64>()]
            .prop_map(Instant::from_micros)
    };
    let kind = prop::sample::select(Attribution::ALL.to_vec());
    let row = (
        (of(name()), instant(), name(), of(name()), of(name())),
        (any::<u32>(), of(any::<f64>()), of(any::<String>()), of(instant()), of(any::<String>())),
        (of(name()), of(kind), of(instant()), of(instant()), of(instant())),
    );
    let row = row.prop_map(|(what, how, whence)| {
        let (account, at, event, user, product) = what;
        let (count, value, message_id, recorded_at, attributes) = how;
        let (source, attributed_by, linked_at, original_at, sent_at) = whence;
        EventRow {
            account: account.map(AccountId::from),
            at,
            event,
            user,
            product,
            count,
            value,
            message_id,
            recorded_at,
            attributes,
            source,
            attributed_by,
            linked_at,
            original_at,
            sent_at,
        }
    });
    vec(row, 0..most)
}

/// Stages the rows as segments of at most so many rows.
pub(crate) fn stage(lake: &Lake, rows: &[EventRow], rows_per_segment: usize) -> Vec<Segment> {
    let mut stager = lake.stage().with_rows_per_segment(rows_per_segment);
    let mut occurrences = Occurrences::default();
    for row in rows {
        stager.push(row, occurrences.key(row)).unwrap();
    }
    stager.finish().unwrap()
}

/// All rows of the segments that have an account, in the order in which they are read.
pub(crate) fn read(lake: &Lake, segments: &[Segment]) -> Vec<EventRow> {
    lake.scan(segments, None, Projection::ALL).flat_map(|account| account.unwrap().1).collect()
}

/// Debug text compares numbers that are none as equal, too.
pub(crate) fn text(rows: &[EventRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{row:?} {:?}", row.value.map(f64::to_bits))).collect()
}
