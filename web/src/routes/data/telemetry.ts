/** Telemetry as the Data page shows it. */

import type { Day, RejectedCallRow, TelemetryCounts, TelemetryDay, TelemetrySource } from '../../api/client';
import { addDays, shortDay } from '../../format/day';
import { count } from '../../format/number';

/** How many days the server counts over. */
export const DAYS = 30;

const NOTHING: TelemetryCounts = { n_events: 0, n_calls: 0, n_duplicates: 0, n_rejected: 0, n_unattributed: 0 };

/** What was taken: events, and calls that say who someone is. */
export function accepted(counts: TelemetryCounts): number {
  return counts.n_events + counts.n_calls;
}

/** The last days up to today, also those on which nothing came. */
export function everyDay(days: readonly TelemetryDay[], today: Day): TelemetryDay[] {
  const known = new Map(days.map((day) => [day.on, day.counts]));
  return Array.from({ length: DAYS }, (_, index) => {
    const on = addDays(today, index + 1 - DAYS);
    return { on, counts: known.get(on) ?? NOTHING };
  });
}

/** The volume of days in words: all of it, the most on a day, and what the last day brought. */
export function volumeText(days: readonly TelemetryDay[]): string {
  const all = days.reduce((sum, day) => sum + accepted(day.counts), 0);
  const most = busiest(days);
  const over = `Accepted in ${days.length} days: ${count(all)}`;
  if (!most) return over;
  const last = accepted(days.at(-1)?.counts ?? NOTHING);
  return `${over}, most on ${shortDay(most.on)} with ${count(accepted(most.counts))}, today ${count(last)}`;
}

/** The day on which most came, the latest of several; none where nothing came. */
export function busiest(days: readonly TelemetryDay[]): TelemetryDay | undefined {
  let most: TelemetryDay | undefined;
  for (const day of days) {
    if (accepted(day.counts) > 0 && accepted(day.counts) >= accepted(most?.counts ?? NOTHING)) most = day;
  }
  return most;
}

export interface SourceDay extends TelemetryDay {
  source: string;
}

/** The days of all sources on which anything came, the newest first. */
export function byDay(sources: readonly TelemetrySource[]): SourceDay[] {
  return sources
    .flatMap(({ source, days }) => days.map((day) => ({ source, ...day })))
    .toSorted((a, b) => b.on.localeCompare(a.on) || a.source.localeCompare(b.source));
}

export interface RejectedCall extends RejectedCallRow {
  key: string;
}

/**
 * Each call with a key that stays when the call is sent again, and where newer ones come: what is open stays open. The
 * instant is no part of it, for it is that of the last sending.
 */
export function withKeys(calls: readonly RejectedCallRow[]): RejectedCall[] {
  const seen = new Map<string, number>();
  // The oldest first: of equal calls the newer ones get the later numbers.
  return calls
    .toReversed()
    .map((call) => {
      const own = JSON.stringify([call.source, call.reason, call.excerpt]);
      const nth = seen.get(own) ?? 0;
      seen.set(own, nth + 1);
      return { ...call, key: `${own} ${nth}` };
    })
    .toReversed();
}

/** The beginning of a text on one line, cut between characters. */
export function cut(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : line;
}

/** The text with what would turn its direction, or cannot be seen, written out as JSON does: it shows what was sent. */
export function visible(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}
