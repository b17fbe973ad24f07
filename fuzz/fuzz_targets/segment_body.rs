//! Bodies of the Segment HTTP API: whatever comes, the parser answers, every call of a batch is accounted for, and what
//! is kept as text is JSON to others too. `cargo +nightly fuzz run segment_body` from the folder of the repository.
#![no_main]

use dearly_domain::Instant;
use dearly_segment::{Arrival, Call, Endpoint, LONGEST_NAME, parse};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const DAY: i64 = 86_400_000_000;

fuzz_target!(|body: &[u8]| {
    let received_at = Instant::from_micros(1_795_341_600_000_000);
    let tree: Option<Value> = serde_json::from_slice(body).ok();
    for endpoint in Endpoint::ALL {
        let arrival = Arrival { endpoint, received_at, nonce: 7, account_property: Some("account_id") };
        let Ok(parsed) = parse(body, &arrival) else { continue };
        if let Some(batch) = tree.as_ref().filter(|_| endpoint == Endpoint::Batch).and_then(|tree| tree["batch"].as_array()) {
            assert_eq!(parsed.calls.len() + parsed.rejected.len(), batch.len());
        }
        for call in &parsed.calls {
            let stamp = call.stamp();
            assert!((1..=LONGEST_NAME).contains(&stamp.message_id.len()));
            assert!(stamp.at.micros() <= received_at.micros() + DAY);
            let kept = match call {
                Call::Event(own) => own.attributes.as_deref(),
                Call::Identify(own) => own.traits.as_deref(),
                Call::Group(own) => own.traits.as_deref(),
                Call::Alias(_) => None,
            };
            if let Some(kept) = kept {
                assert!(!kept.contains('\0'));
                // A number of any size is JSON; not every reader holds it.
                let read = serde_json::from_str::<Value>(kept);
                assert!(read.as_ref().is_ok_and(Value::is_object) || read.is_err_and(|error| error.to_string().contains("out of range")));
            }
        }
    }
});
