/** Days as people say them. A day is an ISO date and never meets a time zone. */

import type { Day } from '../api/client';
import { counted } from './number';

const MS_PER_DAY = 86_400_000;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Whether the text is a day that exists: `2025-02-29` is none. */
export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
}

function numberOf(day: Day): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY);
}

/** Days from `from` to `to`; negative where `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return numberOf(to) - numberOf(from);
}

/** The day so many days later. */
export function addDays(day: Day, days: number): Day {
  return new Date((numberOf(day) + days) * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The day of an instant, in UTC as the server counts days. */
export function dayOf(instant: string): Day {
  return instant.slice(0, 10);
}

function parts(day: Day): { year: string; month: string; date: string } {
  const [year = '', month = '1', date = '1'] = day.split('-');
  return { year, month: MONTHS[Number(month) - 1] ?? '', date: String(Number(date)) };
}

/** `3 March 2025`. */
export function longDay(day: Day): string {
  const { year, month, date } = parts(day);
  return `${date} ${month} ${year}`;
}

/** `3 Mar 2025`, without the year where it is that of `asOf`. */
export function shortDay(day: Day, asOf?: Day): string {
  const { year, month, date } = parts(day);
  const short = `${date} ${month.slice(0, 3)}`;
  return asOf?.slice(0, 4) === year ? short : `${short} ${year}`;
}

/** `today`, `12 d ago`, `in 84 d`: a day seen from another. */
export function relativeDay(day: Day, asOf: Day): string {
  const days = daysBetween(asOf, day);
  if (days === 0) return 'today';
  return days > 0 ? `in ${days} d` : `${-days} d ago`;
}

/** `3 Mar 2025, 14:05 UTC`. */
export function longInstant(instant: string): string {
  const milliseconds = Date.parse(instant);
  if (Number.isNaN(milliseconds)) return instant;
  const text = new Date(milliseconds).toISOString();
  return `${shortDay(dayOf(text))}, ${text.slice(11, 16)} UTC`;
}

const UNITS = [
  { one: 'day', ms: MS_PER_DAY },
  { one: 'hour', ms: 3_600_000 },
  { one: 'minute', ms: 60_000 },
] as const;

/** `3 minutes ago`, `just now`, `in 2 hours`: an instant seen from another, in milliseconds since 1970. */
export function relativeInstant(instant: string, now: number): string {
  const milliseconds = now - Date.parse(instant);
  if (Number.isNaN(milliseconds)) return instant;
  const distance = Math.abs(milliseconds);
  const unit = UNITS.find(({ ms }) => distance >= ms);
  if (!unit) return 'just now';
  const text = counted(Math.floor(distance / unit.ms), unit.one);
  return milliseconds > 0 ? `${text} ago` : `in ${text}`;
}

/** `3 min 20 s`: how long something took. */
export function duration(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  if (seconds < 1) return 'under 1 s';
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
