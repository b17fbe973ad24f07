//! What reading a batch of a hundred events costs: `cargo bench -p dearly-segment`.

use std::time::Instant;

use dearly_segment::{Arrival, Endpoint, parse};

fn main() {
    let events: Vec<String> = (0..100)
        .map(|number| {
            format!(
                r#"{{"type":"track","event":"Report Opened","userId":"user-{number}","anonymousId":"5f0a1f5c-1d0c-4b8e-9f53-{number:012}","messageId":"ajs-next-1732268{number:04}-5f0a1f5c-1d0c-4b8e-9f53-2a3b4c5d6e7f","timestamp":"2026-11-22T09:59:{:02}.123Z","context":{{"groupId":"account-{}","library":{{"name":"analytics.js","version":"npm:next-1.84.3"}},"page":{{"path":"/reports","referrer":"","search":"","title":"Reports","url":"https://app.example/reports"}},"locale":"en-US","timezone":"Europe/Berlin","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"}},"properties":{{"report":"revenue","product":"core","rows":{number},"filters":["region","tier"],"value":12.5}},"integrations":{{}}}}"#,
                number % 60,
                number % 7
            )
        })
        .collect();
    let body =
        format!(r#"{{"batch":[{}],"sentAt":"2026-11-22T10:00:00.000Z","writeKey":"key"}}"#, events.join(","));
    let arrival = Arrival {
        endpoint: Endpoint::Batch,
        received_at: "2026-11-22T10:00:00Z".parse().expect("an instant"),
        nonce: 1,
        account_property: None,
    };
    let rounds = 3_000;
    let begun = Instant::now();
    let mut calls = 0;
    for _ in 0..rounds {
        calls += parse(std::hint::black_box(body.as_bytes()), &arrival).expect("a batch").calls.len();
    }
    let nanos = begun.elapsed().as_nanos() as f64 / calls as f64;
    println!(
        "{} bytes an event, {nanos:.0} ns an event, {:.0} events per second and core",
        body.len() / 100,
        1e9 / nanos
    );
}
