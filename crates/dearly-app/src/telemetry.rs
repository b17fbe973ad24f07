//! What comes in by the telemetry API: how fresh, how much, and what became of it (the Data page).

use dearly_domain::{Calendar, Instant};
use dearly_store::SourceDay;

use crate::app::App;
use crate::error::Result;
use crate::view::{RejectedCallRow, Telemetry, TelemetryCounts, TelemetryDay, TelemetrySource};

/// How many days are shown.
const DAYS: i32 = 30;

/// How many calls that could not be taken are shown.
const REJECTED: i64 = 50;

impl App {
    /// Every source of telemetry, and the newest calls that could not be taken.
    pub async fn telemetry(&self) -> Result<Telemetry> {
        let mut view = self.store.view().await?;
        let keys = view.write_keys().await?;
        let today = Calendar::utc().day_of(Instant::now());
        let days = view.source_days(today.plus_days(1 - DAYS)).await?;
        let sources = view.sources().await?.into_iter().map(|source| {
            let own = days.iter().filter(|day| day.source == source.id);
            let own: Vec<TelemetryDay> =
                own.map(|day| TelemetryDay { on: day.day, counts: counts(day) }).collect();
            TelemetrySource {
                n_keys: keys.iter().filter(|key| key.source == source.id && key.revoked_at.is_none()).count()
                    as i64,
                last_received_at: source.last_received_at,
                last_event_at: source.last_event_at,
                total: own.iter().fold(TelemetryCounts::default(), |sum, day| sum.plus(day.counts)),
                days: own,
                source: source.id,
            }
        });
        let sources = sources.collect();
        let rejected = view.rejected_calls(REJECTED).await?.into_iter().map(|call| RejectedCallRow {
            source: call.source,
            received_at: call.received_at,
            reason: call.reason,
            excerpt: call.excerpt,
        });
        let rejected = rejected.collect();
        let n_unattributed_events = view.segments().await?.iter().map(|segment| segment.n_unattributed).sum();
        Ok(Telemetry { sources, n_unattributed_events, rejected })
    }
}

fn counts(day: &SourceDay) -> TelemetryCounts {
    TelemetryCounts {
        n_events: day.n_events,
        n_calls: day.n_calls,
        n_duplicates: day.n_duplicates,
        n_rejected: day.n_rejected,
        n_unattributed: day.n_unattributed,
    }
}

impl TelemetryCounts {
    fn plus(self, other: TelemetryCounts) -> TelemetryCounts {
        TelemetryCounts {
            n_events: self.n_events + other.n_events,
            n_calls: self.n_calls + other.n_calls,
            n_duplicates: self.n_duplicates + other.n_duplicates,
            n_rejected: self.n_rejected + other.n_rejected,
            n_unattributed: self.n_unattributed + other.n_unattributed,
        }
    }
}
