//! Bytes as they come: whatever is sent, the parser answers, and every call of a batch is accounted for.

use std::sync::LazyLock;

use dearly_segment::{Endpoint, LONGEST_NAME, parse};
use proptest::prelude::*;

use crate::support::arrival;

/// Bodies that are nearly right, and what the fuzzer made of them: what it starts from.
static CORPUS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/segment_body");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "the corpus is there");
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
});

/// What must hold of any body. The fuzzer asks the same.
fn check(body: &[u8]) {
    for endpoint in Endpoint::ALL {
        let arrival = arrival(endpoint);
        let Ok(parsed) = parse(body, &arrival) else { continue };
        // What is taken is JSON to others too.
        let value: Option<serde_json::Value> = serde_json::from_slice(body).ok();
        if let (Endpoint::Batch, Some(value)) = (endpoint, &value)
            && value["batch"].is_array()
        {
            let n_calls = value["batch"].as_array().map_or(0, Vec::len);
            assert_eq!(parsed.calls.len() + parsed.rejected.len(), n_calls);
        }
        for call in &parsed.calls {
            let stamp = call.stamp();
            assert!((1..=LONGEST_NAME).contains(&stamp.message_id.len()));
            assert!(stamp.at.micros() <= arrival.received_at.micros() + 86_400_000_000);
            if let dearly_segment::Call::Event(event) = call {
                assert!(!event.event.is_empty() && !event.user.is_empty());
                assert!(!event.event.contains('\0') && !event.user.contains('\0'));
                if let Some(attributes) = &event.attributes {
                    assert!(attributes.starts_with('{') && !attributes.contains('\0'));
                }
            }
        }
        for rejected in &parsed.rejected {
            assert!(!rejected.reason.is_empty());
        }
    }
}

#[test]
fn every_body_of_the_corpus_is_answered() {
    for body in CORPUS.iter() {
        check(body);
        for end in 0..body.len() {
            check(&body[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damaged_bodies_are_answered(
        file in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..8),
    ) {
        let mut body = CORPUS[file.index(CORPUS.len())].clone();
        for (place, byte, what) in edits {
            let place = place.index(body.len().max(1));
            match what {
                0 if place < body.len() => body[place] = byte,
                1 if place < body.len() => drop(body.remove(place)),
                _ => body.insert(place.min(body.len()), byte),
            }
        }
        check(&body);
    }

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&body);
    }
}
