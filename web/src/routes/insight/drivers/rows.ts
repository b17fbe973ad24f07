/** The renewals behind a number: as the report counts, by what each row says of itself. */

import type { Day, DriversReport, Fold, PanelCounts, RenewalRow } from '../../../api/client';
import { shortDay } from '../../../format/day';
import { spaced } from '../../../format/words';

export const COLOURS = ['green', 'yellow', 'red', 'unknown'] as const;
export const OUTCOMES = ['renewed', 'churned', 'expansion', 'flat', 'contraction'] as const;
export const ROW_GROUPS = [
  'due',
  'open',
  'decided',
  'early_signed',
  'early_notice',
  'not_customer',
  'compared',
  'value_unknown',
  'used',
  'held_out',
  'trained',
  'earlier',
] as const;

type RowGroup = (typeof ROW_GROUPS)[number];
export type Outcome = (typeof OUTCOMES)[number];
type RowColour = (typeof COLOURS)[number];

/** Which rows are on view; all without any. */
export interface RowFilter {
  rows?: RowGroup;
  colour?: RowColour;
  outcome?: Outcome;
  /** A column that has no value. */
  missing?: string;
  /** The first day of a period of the rolling origin: whose renewals, or for which its model was trained. */
  period?: Day;
  /** A dot of the calibration plot, from the left, beginning with 1. */
  dot?: string;
  /** A lead, in days, at which all components are known. */
  at_lead?: string;
}

/** None of the conditions that name a place within one report, and mean nothing in another. */
export const NO_PLACE = { period: undefined, dot: undefined, at_lead: undefined } as const;

/** For another question: no place within this one, and nothing signed off, for nobody has looked at the other's numbers. */
export const ANOTHER_QUESTION = { ...NO_PLACE, sign_off: undefined } as const;

/** No condition, to be laid over those there are. */
export const NO_FILTER: { [Name in keyof Required<RowFilter>]: undefined } = {
  rows: undefined,
  colour: undefined,
  outcome: undefined,
  missing: undefined,
  ...NO_PLACE,
};

/** How the API says why a row is left out. */
const EARLIER = 'due before the window';
const LEFT_OUT: Partial<Record<RowGroup, string>> = {
  open: 'open at the end of the window',
  early_signed: 'signed before the as-of day',
  early_notice: 'under notice on the as-of day',
  not_customer: 'no customer on the as-of day',
  earlier: EARLIER,
};

export const GROUP_WORDS: Record<RowGroup, string> = {
  due: 'due in the window',
  open: 'open at the end of the window',
  decided: 'decided in the window',
  early_signed: 'signed before the as-of day',
  early_notice: 'under notice on the as-of day',
  not_customer: 'of no customer on the as-of day',
  compared: 'compared by colour',
  value_unknown: 'with an unknown value',
  used: 'used by the model',
  held_out: 'held out',
  trained: 'known in time to train',
  earlier: 'due before the window',
};

export const OUTCOME_WORDS: Record<Outcome, string> = {
  renewed: 'renewed, for whatever amount',
  churned: 'churned',
  expansion: 'renewed for more',
  flat: 'renewed for the same',
  contraction: 'renewed for less',
};

/** Decided renewals that were open on their as-of day, of customers. */
export function comparedOf(counts: PanelCounts): number {
  return counts.n_decided - counts.n_early_signed - counts.n_early_notice - counts.n_not_customer;
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

export function filteredRows(rows: readonly RenewalRow[], filter: RowFilter, report: DriversReport): RenewalRow[] {
  const { rows: group, colour, outcome, missing, period, dot, at_lead: lead } = filter;
  const folds = report.validation?.folds ?? [];
  const ofPeriod = folds.filter(({ from }) => from === period);
  const bin = dot === undefined ? undefined : report.validation?.bins[Number(dot) - 1];
  return rows.filter(
    (row) =>
      isOfGroup(row, group, period === undefined ? folds.filter(({ left_out: why }) => why == null) : ofPeriod) &&
      (period === undefined || group === 'trained' || ofPeriod.some((fold) => isDueIn(row, fold))) &&
      (!colour || row.colour === colour) &&
      isOfOutcome(row, outcome) &&
      (!missing || isMissing(row, missing)) &&
      (dot === undefined || (bin !== undefined && isBetween(row.held_out_probability, bin.low, bin.high))) &&
      (lead === undefined || row.at_leads.includes(Number(lead))),
  );
}

/** `folds` are the periods that the filter speaks of. */
function isOfGroup(row: RenewalRow, group: RowGroup | undefined, folds: readonly Fold[]): boolean {
  if (!group) return true;
  if (LEFT_OUT[group]) return row.left_out === LEFT_OUT[group];
  switch (group) {
    case 'due':
      return row.left_out !== EARLIER;
    case 'decided':
      return row.left_out !== EARLIER && row.outcome !== 'open';
    case 'trained':
      return row.is_used && folds.some((fold) => row.known_on != null && row.known_on <= fold.known_by);
    case 'held_out':
      return row.left_out == null && row.is_used && folds.some((fold) => isDueIn(row, fold));
    case 'compared':
      return row.left_out == null;
    default:
      return row.left_out == null && row.is_used === (group === 'used');
  }
}

function isDueIn({ due_on: due }: RenewalRow, { from, to }: Fold): boolean {
  return due >= from && due < to;
}

function isBetween(value: number | null | undefined, low: number, high: number): boolean {
  return value != null && value >= low && value <= high;
}

function isOfOutcome(row: RenewalRow, outcome: Outcome | undefined): boolean {
  if (!outcome) return true;
  return outcome === 'renewed' ? row.outcome !== 'churned' && row.outcome !== 'open' : row.outcome === outcome;
}

export function isFiltered(filter: RowFilter): boolean {
  return Object.keys(NO_FILTER).some((name) => filter[name as keyof RowFilter] !== undefined);
}

/** The filter in words: `compared by colour · red · churned`. */
export function filterWords({ rows, colour, outcome, missing, period, dot, at_lead: lead }: RowFilter): string {
  const words = [
    rows && GROUP_WORDS[rows],
    colour && (colour === 'unknown' ? 'colour unknown' : colour),
    outcome && OUTCOME_WORDS[outcome],
    missing && `${missing === 'roi' ? 'ROI' : spaced(missing)} unknown`,
    period && `period from ${shortDay(period)}`,
    dot && `dot ${dot} of the calibration plot`,
    lead && `all components known ${lead} days before`,
  ].filter(Boolean);
  return words.length > 0 ? words.join(' · ') : 'all that were looked at, earlier ones too';
}
