import type { AsOfQuery, BookSummary, Day, DriversQuery } from '../../../api/client';
import { addDays, isDay } from '../../../format/day';
import { COLOURS, OUTCOMES, ROW_GROUPS, type RowFilter } from './rows';

const LONGEST_LEAD = 730;
const MOST_DOTS = 10;

/** What the address of the page holds beside the day: which renewals, under which rules, and which rows are on view. */
export interface DriversSearch extends RowFilter {
  from?: Day;
  /** The day after the last due day. */
  to?: Day;
  lead?: string;
  workbook?: string;
  /** What somebody has looked at, and signed off as known before: columns of the model, with commas between. */
  sign_off?: string;
  /** A kept run, instead of one of today's facts. */
  run?: string;
}

/** What of an address the page understands. */
export function driversSearch(search: Record<string, unknown>): DriversSearch {
  const rows = oneOf(search.rows, ROW_GROUPS);
  const colour = oneOf(search.colour, COLOURS);
  const outcome = oneOf(search.outcome, OUTCOMES);
  return {
    ...(isDay(search.from) ? { from: search.from } : {}),
    ...(isDay(search.to) ? { to: search.to } : {}),
    ...(isWhole(search.lead, 1, LONGEST_LEAD) ? { lead: search.lead } : {}),
    ...(isWhole(search.workbook, 0, Number.MAX_SAFE_INTEGER) ? { workbook: search.workbook } : {}),
    ...(typeof search.sign_off === 'string' && search.sign_off !== '' ? { sign_off: search.sign_off } : {}),
    ...(typeof search.run === 'string' && search.run !== '' ? { run: search.run } : {}),
    ...(rows ? { rows } : {}),
    ...(colour ? { colour } : {}),
    ...(outcome ? { outcome } : {}),
    ...(typeof search.missing === 'string' && /^[a-z_]+$/.test(search.missing) ? { missing: search.missing } : {}),
    ...(isDay(search.period) ? { period: search.period } : {}),
    ...(isWhole(search.dot, 1, MOST_DOTS) ? { dot: search.dot } : {}),
    ...(isWhole(search.at_lead, 1, LONGEST_LEAD) ? { at_lead: search.at_lead } : {}),
  };
}

function oneOf<Value extends string>(value: unknown, known: readonly Value[]): Value | undefined {
  return known.find((one) => one === value);
}

function isWhole(value: unknown, least: number, most: number): value is string {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most;
}

/** What the API is asked: without a window of its own the page looks back from the day of the frame. */
export function driversQueryOf(search: DriversSearch, asOf: AsOfQuery): DriversQuery {
  const to = search.to ?? (asOf.as_of ? addDays(asOf.as_of, 1) : undefined);
  return {
    ...(search.from ? { from: search.from } : {}),
    ...(to ? { to } : {}),
    ...(search.lead ? { lead_days: Number(search.lead) } : {}),
    ...(search.workbook ? { workbook: Number(search.workbook) } : {}),
    ...(search.sign_off ? { sign_off: search.sign_off } : {}),
  };
}

/** The window that the server takes where none is asked for. */
export function defaultWindow(book: BookSummary, asOf: AsOfQuery): { from: Day; to: Day } {
  const to = addDays(asOf.as_of ?? book.default_as_of, 1);
  return { from: monthsBefore(to, 12), to };
}

/** The same day so many months before, or the last one of a shorter month. */
export function monthsBefore(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  const longest = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date, longest));
  return first.toISOString().slice(0, 10);
}
