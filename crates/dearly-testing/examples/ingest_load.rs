//! Sends telemetry over HTTP as fast as it is taken, or at a rate, and says what came of it as JSON.
//!
//! ```sh
//! cargo run -p dearly-testing --example ingest_load -- --address 127.0.0.1:8080 --key KEY --seconds 10
//! ```
//!
//! | option | for |
//! | --- | --- |
//! | `--address HOST:PORT`, `--key KEY` | where to, with which write key |
//! | `--connections 32`, `--batch 100` | connections kept open, events in each request |
//! | `--seconds 10` or `--until FILE` | for how long: a time, or until the file exists |
//! | `--rate N` | events per second in all; without it, as fast as they are taken |
//! | `--server PID` | the process whose CPU time is counted |
//! | `--persist` | sends a request again, over a new connection, until it is acknowledged |
//! | `--prefix TEXT` | how the message ids begin |
//!
//! The bodies are made beforehand and only their message ids change, so that little of the machine goes to the
//! client. With `--rate`, a request's time counts from when it was due, not from when its connection was free.

use std::error::Error;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Clone)]
struct Options {
    address: String,
    key: String,
    connections: usize,
    batch: usize,
    seconds: f64,
    until: Option<PathBuf>,
    rate: Option<f64>,
    server: Option<u32>,
    persist: bool,
    prefix: String,
}

/// What one connection did.
#[derive(Default)]
struct Done {
    /// Events of acknowledged requests; their message ids count from 0.
    events: u64,
    /// Requests that were answered 429 or 503, and connections that broke.
    turned_away: u64,
    broken: u64,
    /// Of each acknowledged request, in microseconds.
    latencies: Vec<u32>,
}

fn main() -> Result<()> {
    let options = options()?;
    let server_before = options.server.map(cpu_seconds).transpose()?;
    let own_before = cpu_seconds(std::process::id())?;
    let start = Instant::now();
    let threads: Vec<_> = (0..options.connections)
        .map(|number| {
            let options = options.clone();
            thread::spawn(move || Connection::new(&options, number).run(&options, number, start))
        })
        .collect();
    let done: Vec<Done> = threads
        .into_iter()
        .map(|thread| thread.join().map_err(|_| "a connection's thread panicked")?)
        .collect::<Result<_>>()?;
    let wall = start.elapsed().as_secs_f64();
    let own = cpu_seconds(std::process::id())? - own_before;
    let server = match (options.server, server_before) {
        (Some(pid), Some(before)) => Some(cpu_seconds(pid)? - before),
        _ => None,
    };

    let events: u64 = done.iter().map(|done| done.events).sum();
    let mut latencies: Vec<u32> = done.iter().flat_map(|done| done.latencies.iter().copied()).collect();
    latencies.sort_unstable();
    let quantile = |share: f64| {
        let place = (latencies.len() as f64 * share) as usize;
        latencies
            .get(place.min(latencies.len().saturating_sub(1)))
            .map_or(0.0, |&micros| f64::from(micros) / 1e3)
    };
    let per_connection: Vec<String> = done.iter().map(|done| done.events.to_string()).collect();
    println!("{{");
    println!("  \"events\": {events},");
    println!("  \"wall_seconds\": {wall:.3},");
    println!("  \"events_per_second\": {:.0},", events as f64 / wall);
    println!("  \"client_cpu_seconds\": {own:.2},");
    if let Some(server) = server {
        println!("  \"server_cpu_seconds\": {server:.2},");
        println!("  \"events_per_server_cpu_second\": {:.0},", events as f64 / server.max(0.01));
        println!("  \"server_cpu_us_per_event\": {:.3},", server * 1e6 / events.max(1) as f64);
    }
    println!("  \"latency_ms_p50\": {:.2},", quantile(0.5));
    println!("  \"latency_ms_p99\": {:.2},", quantile(0.99));
    println!("  \"latency_ms_max\": {:.2},", quantile(1.0));
    println!("  \"turned_away\": {},", done.iter().map(|done| done.turned_away).sum::<u64>());
    println!("  \"broken\": {},", done.iter().map(|done| done.broken).sum::<u64>());
    println!("  \"prefix\": \"{}\",", options.prefix);
    println!("  \"events_by_connection\": [{}]", per_connection.join(", "));
    println!("}}");
    Ok(())
}

/// One connection, and the one request that it sends with ever new message ids.
struct Connection {
    stream: Option<TcpStream>,
    request: Vec<u8>,
    /// Where the numbers of the message ids stand in the request.
    places: Vec<usize>,
    answer: Vec<u8>,
}

/// Digits of a message id's number.
const DIGITS: usize = 12;

enum Answer {
    Acknowledged,
    /// After so long.
    TurnedAway(Duration),
}

impl Connection {
    fn new(options: &Options, number: usize) -> Connection {
        let mut body = String::from("{\"batch\":[");
        let mut places = Vec::with_capacity(options.batch);
        for event in 0..options.batch {
            let mixed = (number * options.batch + event) as u64;
            let mixed = mixed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            body.push_str(if event == 0 { "{" } else { ",{" });
            body.push_str(&format!("\"type\":\"track\",\"messageId\":\"{}-{number:03}-", options.prefix));
            places.push(body.len());
            body.push_str(&"0".repeat(DIGITS));
            body.push_str(&format!(
                "\",\"event\":\"feature_{}_used\",\"userId\":\"user-{:05}\",\"timestamp\":\"2026-11-20T08:{:02}:{:02}.{:03}Z\",\
                 \"properties\":{{\"plan\":\"business\",\"seats\":{},\"path\":\"/reports/monthly\"}},\
                 \"context\":{{\"groupId\":\"account-{:03}\",\"library\":{{\"name\":\"ingest_load\",\"version\":\"1\"}}}},\
                 \"integrations\":{{}}}}",
                (mixed >> 20) % 40,
                (mixed >> 40) % 20_000,
                (mixed >> 8) % 60,
                (mixed >> 14) % 60,
                mixed % 1_000,
                mixed % 500,
                (mixed >> 50) % 500,
            ));
        }
        body.push_str("],\"sentAt\":\"2026-11-20T09:00:00.000Z\"}");
        let head = format!(
            "POST /v1/batch HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            options.address,
            base64(format!("{}:", options.key).as_bytes()),
            body.len()
        );
        places.iter_mut().for_each(|place| *place += head.len());
        Connection { stream: None, request: (head + &body).into_bytes(), places, answer: Vec::new() }
    }

    fn run(mut self, options: &Options, number: usize, start: Instant) -> Result<Done> {
        let mut done = Done::default();
        let interval = options
            .rate
            .map(|rate| Duration::from_secs_f64((options.batch * options.connections) as f64 / rate));
        let mut due =
            start + interval.unwrap_or_default().mul_f64(number as f64 / options.connections as f64);
        loop {
            let over = match &options.until {
                Some(file) => file.exists(),
                None => start.elapsed().as_secs_f64() >= options.seconds,
            };
            if over {
                return Ok(done);
            }
            let sent_at = match interval {
                Some(interval) => {
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    let sent_at = due;
                    due += interval;
                    sent_at
                }
                None => Instant::now(),
            };
            self.write_numbers(done.events);
            loop {
                match self.exchange(&options.address) {
                    Ok(Answer::Acknowledged) => break,
                    Ok(Answer::TurnedAway(wait)) => {
                        done.turned_away += 1;
                        thread::sleep(wait);
                    }
                    Err(error) if options.persist && error.is::<io::Error>() => {
                        self.stream = None;
                        done.broken += 1;
                        thread::sleep(Duration::from_millis(20));
                    }
                    Err(error) => return Err(error),
                }
            }
            done.events += options.batch as u64;
            done.latencies.push(sent_at.elapsed().as_micros() as u32);
        }
    }

    fn write_numbers(&mut self, first: u64) {
        for (place, number) in self.places.iter().zip(first..) {
            let mut rest = number;
            for digit in self.request[*place..*place + DIGITS].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
    }

    /// Sends the request and reads the answer.
    fn exchange(&mut self, address: &str) -> Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(60)))?;
                none.insert(stream)
            }
        };
        stream.write_all(&self.request)?;
        self.answer.clear();
        let mut buffer = [0; 4096];
        loop {
            let read = stream.read(&mut buffer)?;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            self.answer.extend_from_slice(&buffer[..read]);
            let Some(head) = self.answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&self.answer[..head])?;
            let length: usize =
                header(text, "content-length").ok_or("an answer without its length")?.parse()?;
            if self.answer.len() < head + 4 + length {
                continue;
            }
            return match text.split(' ').nth(1) {
                Some("200") => Ok(Answer::Acknowledged),
                Some("429" | "503") => {
                    let seconds: u64 = header(text, "retry-after").ok_or("no Retry-After")?.parse()?;
                    Ok(Answer::TurnedAway(Duration::from_secs(seconds)))
                }
                _ => Err(String::from_utf8_lossy(&self.answer).into_owned().into()),
            };
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |number, &byte| number << 8 | u32::from(byte))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[(number >> (18 - 6 * place)) as usize & 63]);
            text.push(if place <= three.len() { letter } else { '=' });
        }
    }
    text
}

/// CPU seconds of a process, with the threads that have ended, in ticks of a hundredth.
fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').ok_or("no name in /proc")?;
    let ticks = |place: usize| rest.split_whitespace().nth(place).unwrap_or_default().parse::<f64>();
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

fn options() -> Result<Options> {
    let mut options = Options {
        address: String::new(),
        key: String::new(),
        connections: 32,
        batch: 100,
        seconds: 10.0,
        until: None,
        rate: None,
        server: None,
        persist: false,
        prefix: "load".to_owned(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--persist" {
            options.persist = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--address" => options.address = value,
            "--key" => options.key = value,
            "--connections" => options.connections = value.parse()?,
            "--batch" => options.batch = value.parse()?,
            "--seconds" => options.seconds = value.parse()?,
            "--until" => options.until = Some(value.into()),
            "--rate" => options.rate = Some(value.parse()?),
            "--server" => options.server = Some(value.parse()?),
            "--prefix" => options.prefix = value,
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    if options.address.is_empty() || options.key.is_empty() {
        return Err("--address and --key are needed".into());
    }
    Ok(options)
}
