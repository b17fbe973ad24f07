/** The renewals behind a number: the same conditions as the report counts by. */

import type { Day, DriversReport, PanelCounts, RenewalRow } from '../../../api/client';
import { shortDay } from '../../../format/day';
import { spaced } from '../../../format/words';

export const COLOURS = ['green', 'yellow', 'red', 'unknown'] as const;
export const OUTCOMES = ['renewed', 'churned', 'expansion', 'flat', 'contraction'] as const;
export const ROW_GROUPS = ['compared', 'used', 'value_unknown', 'early_signed', 'early_notice', 'not_customer'] as const;

type RowGroup = (typeof ROW_GROUPS)[number];
export type Outcome = (typeof OUTCOMES)[number];
type RowColour = (typeof COLOURS)[number];

/** Which rows are on view; all decided ones without any. */
export interface RowFilter {
  rows?: RowGroup;
  colour?: RowColour;
  outcome?: Outcome;
  /** A column that has no value. */
  missing?: string;
  /** The first day on which it was due, and the day after the last. */
  due_from?: Day;
  due_to?: Day;
}

/** No condition, to be laid over those there are. */
export const NO_FILTER: { [Name in keyof Required<RowFilter>]: undefined } = {
  rows: undefined,
  colour: undefined,
  outcome: undefined,
  missing: undefined,
  due_from: undefined,
  due_to: undefined,
};

/** How the API says why a row is left out. */
const LEFT_OUT: Partial<Record<RowGroup, string>> = {
  early_signed: 'signed before the as-of day',
  early_notice: 'under notice on the as-of day',
  not_customer: 'no customer on the as-of day',
};

export const GROUP_WORDS: Record<RowGroup, string> = {
  compared: 'open on the as-of day',
  used: 'used by the model',
  value_unknown: 'with an unknown value',
  early_signed: 'signed before the as-of day',
  early_notice: 'under notice on the as-of day',
  not_customer: 'of no customer on the as-of day',
};

export const OUTCOME_WORDS: Record<Outcome, string> = {
  renewed: 'renewed, for whatever amount',
  churned: 'churned',
  expansion: 'renewed for more',
  flat: 'renewed for the same',
  contraction: 'renewed for less',
};

/** Components above this share of unknown values have no coefficient, and no row is left out for them. */
const MOST_UNKNOWN = 0.3;

/** Decided renewals that were open on their as-of day, of customers. */
export function comparedOf(counts: PanelCounts): number {
  return counts.n_decided - counts.n_early_signed - counts.n_early_notice - counts.n_not_customer;
}

/** The columns that a row needs to be used. */
export function neededColumns(report: DriversReport): string[] {
  const n = comparedOf(report.counts);
  return report.counts.missing
    .filter(({ column, n: missing }) => column === 'arr' || column === 'tenure' || missing <= MOST_UNKNOWN * n)
    .map(({ column }) => column);
}

/** Whether the row has no value in the column, as the report counts it. */
export function isMissing(row: RenewalRow, column: string): boolean {
  if (column === 'arr') return row.arr_cents <= 0;
  if (column === 'tenure') return row.tenure_days == null;
  const values: Record<string, number | null | undefined> = {
    deployment: row.deployment,
    engagement: row.engagement,
    adoption: row.adoption,
    roi: row.roi,
  };
  return column in values && values[column] == null;
}

export function filteredRows(rows: readonly RenewalRow[], filter: RowFilter, needed: readonly string[]): RenewalRow[] {
  return rows.filter(
    (row) =>
      isOfGroup(row, filter.rows, needed) &&
      (!filter.colour || row.colour === filter.colour) &&
      isOfOutcome(row, filter.outcome) &&
      (!filter.missing || isMissing(row, filter.missing)) &&
      (!filter.due_from || row.due_on >= filter.due_from) &&
      (!filter.due_to || row.due_on < filter.due_to),
  );
}

function isOfGroup(row: RenewalRow, group: RowGroup | undefined, needed: readonly string[]): boolean {
  if (!group) return true;
  if (LEFT_OUT[group]) return row.left_out === LEFT_OUT[group];
  if (row.left_out != null) return false;
  if (group === 'compared') return true;
  return needed.some((column) => isMissing(row, column)) === (group === 'value_unknown');
}

function isOfOutcome(row: RenewalRow, outcome: Outcome | undefined): boolean {
  if (!outcome) return true;
  return outcome === 'renewed' ? row.outcome !== 'churned' : row.outcome === outcome;
}

export function isFiltered(filter: RowFilter): boolean {
  return Object.keys(NO_FILTER).some((name) => filter[name as keyof RowFilter] !== undefined);
}

/** The filter in words: `decided renewals, open on the as-of day, red, churned`. */
export function filterWords({ rows, colour, outcome, missing, due_from: from, due_to: to }: RowFilter): string {
  return [
    'Decided renewals',
    rows && GROUP_WORDS[rows],
    colour && (colour === 'unknown' ? 'colour unknown' : colour),
    outcome && OUTCOME_WORDS[outcome],
    missing && `${missing === 'roi' ? 'ROI' : spaced(missing)} unknown`,
    from && `due from ${shortDay(from)}`,
    to && `due before ${shortDay(to)}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
