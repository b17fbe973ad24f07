//! Records in the log: what goes in comes out, and any bytes are read without harm.

use dearly_domain::Instant;
use dearly_events::{Record, RecordKind};
use proptest::prelude::*;

fn kind() -> impl Strategy<Value = RecordKind> {
    prop::sample::select(vec![
        RecordKind::Event,
        RecordKind::Identify,
        RecordKind::Group,
        RecordKind::Alias,
        RecordKind::Rejected,
    ])
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![".{0,12}", ".{120,140}", Just(String::new()), Just("\0".to_owned())])
}

fn instant() -> impl Strategy<Value = Instant> {
    any::<i64>().prop_map(Instant::from_micros)
}

proptest! {
    #[test]
    fn a_record_is_read_as_it_was_written(
        kind in kind(),
        at in instant(),
        others in (prop::option::of(instant()), prop::option::of(instant())),
        count in prop_oneof![Just(1), any::<u32>()],
        value in prop::option::of(any::<f64>()),
        texts in prop::collection::vec(text(), 8),
        message_id in ".{0,40}",
        bytes in (any::<prop::sample::Index>(), any::<u8>()),
    ) {
        let mut record = Record::new(kind, at);
        record.message_id = &message_id;
        (record.original_at, record.sent_at, record.count) = (others.0, others.1, count);
        record.value = value;
        let mut texts = texts.iter().map(|text| text.as_deref());
        for field in [
            &mut record.user, &mut record.anonymous, &mut record.group, &mut record.account,
            &mut record.name, &mut record.product, &mut record.body, &mut record.extra,
        ] {
            *field = texts.next().unwrap();
        }
        let mut written = Vec::new();
        record.encode(&mut written);
        let read = Record::decode(&written).unwrap();
        prop_assert_eq!(read.value.map(f64::to_bits), record.value.map(f64::to_bits));
        prop_assert_eq!(Record { value: None, ..read }, Record { value: None, ..record });

        // Cut or changed, it is some record or none.
        prop_assert!(Record::decode(&written[..bytes.0.index(written.len())]).is_err());
        let place = bytes.0.index(written.len());
        written[place] = bytes.1;
        let _ = Record::decode(&written);
        written.push(0);
        prop_assert!(Record::decode(&written).is_err() || place < written.len() - 1);
    }

    #[test]
    fn any_bytes_are_some_record_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Record::decode(&bytes);
        let mut known = vec![1, 0];
        known.extend(bytes);
        let _ = Record::decode(&known);
    }
}
