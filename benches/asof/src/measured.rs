//! What a piece of work takes of the machine.

use std::fs;
use std::time::Instant as Clock;

/// Ticks of a second in `/proc/self/stat`, on every Linux there is.
const TICKS: f64 = 100.0;

/// Runs it and prints one line that `scripts/bench-asof` reads: wall and CPU seconds and peak memory of the process.
pub(crate) fn measured<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let (clock, cpu) = (Clock::now(), cpu_seconds());
    let result = work()?;
    println!(
        "measured wall {:.2} cpu {:.2} peak_mib {:.0}",
        clock.elapsed().as_secs_f64(),
        cpu_seconds() - cpu,
        peak_mib()
    );
    Ok(result)
}

fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the process, in brackets, may hold spaces.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |place: usize| after.split_whitespace().nth(place).and_then(|text| text.parse::<f64>().ok());
    (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / TICKS
}

fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
