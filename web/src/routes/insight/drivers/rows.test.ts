import { describe, expect, it } from 'vitest';

import type { DriversReport, PanelCounts, RenewalRow } from '../../../api/client';
import { comparedOf, filteredRows, filterWords, isFiltered, isMissing, type RowFilter } from './rows';

const row = (account: string, own: Partial<RenewalRow> = {}): RenewalRow => ({
  account,
  name: `Account ${account}`,
  product: 'plan',
  due_on: '2026-03-19',
  decided_on: '2026-03-11',
  known_on: '2026-04-19',
  outcome: 'flat',
  due_arr_cents: 100,
  successor_arr_cents: 100,
  as_of: '2025-12-19',
  left_out: null,
  colour: 'green',
  deployment: 50,
  engagement: 50,
  adoption: 50,
  roi: 50,
  arr_cents: 100,
  tenure_days: 400,
  is_used: true,
  held_out_probability: null,
  at_leads: [],
  ...own,
});

const EARLIER = { left_out: 'due before the window', due_on: '2025-03-19', known_on: '2025-04-19' };

const ROWS = [
  row('kept', { held_out_probability: 0.5, at_leads: [30, 90] }),
  row('more', { outcome: 'expansion', held_out_probability: 0.9, at_leads: [30] }),
  row('lost', { outcome: 'churned', colour: 'red', due_on: '2025-12-01', known_on: '2026-01-02' }),
  row('blind', { adoption: null, colour: 'unknown', is_used: false }),
  row('early', { left_out: 'signed before the as-of day', is_used: false }),
  row('notice', { left_out: 'under notice on the as-of day', outcome: 'churned', is_used: false }),
  row('soon', { left_out: 'open at the end of the window', outcome: 'open', decided_on: null, known_on: null, is_used: false }),
  row('before', EARLIER),
  row('before, blind', { ...EARLIER, is_used: false }),
];

const fold = (from: string, to: string, knownBy: string, why?: string) => ({ from, to, known_by: knownBy, n_train: 0, n_test: 0, n_churned: 0, left_out: why });
const bin = (low: number, high: number) => ({ low, high, mean_probability: low, renewed: { count: 0, n: 0 } });
const REPORT = {
  validation: {
    folds: [fold('2025-10-01', '2026-01-01', '2025-07-01', '3 churns were known in time of 10 needed'), fold('2026-01-01', '2026-04-01', '2026-01-01')],
    bins: [bin(0.1, 0.5), bin(0.6, 0.9)],
  },
} as unknown as DriversReport;

function accounts(filter: RowFilter): string[] {
  return filteredRows(ROWS, filter, REPORT).map(({ account }) => account);
}

describe('the rows behind a number', () => {
  it('are all without a condition', () => expect(accounts({})).toHaveLength(9));

  it('were due in the window, open or decided, or before it', () => {
    expect(accounts({ rows: 'due' })).toHaveLength(7);
    expect(accounts({ rows: 'open' })).toEqual(['soon']);
    expect(accounts({ rows: 'decided' })).toEqual(['kept', 'more', 'lost', 'blind', 'early', 'notice']);
    expect(accounts({ rows: 'earlier' })).toEqual(['before', 'before, blind']);
  });

  it('are compared where they were open, and used where nothing is unknown', () => {
    expect(accounts({ rows: 'compared' })).toEqual(['kept', 'more', 'lost', 'blind']);
    expect(accounts({ rows: 'used' })).toEqual(['kept', 'more', 'lost']);
    expect(accounts({ rows: 'value_unknown' })).toEqual(['blind']);
    expect(accounts({ rows: 'early_signed' })).toEqual(['early']);
    expect(accounts({ rows: 'early_notice' })).toEqual(['notice']);
  });

  it('trained or were held out, by period', () => {
    expect(accounts({ rows: 'held_out' })).toEqual(['kept', 'more']);
    expect(accounts({ rows: 'held_out', period: '2025-10-01' })).toEqual(['lost']);
    expect(accounts({ rows: 'trained', period: '2025-10-01' })).toEqual(['before']);
    expect(accounts({ rows: 'trained', period: '2026-01-01' })).toEqual(['before']);
    expect(accounts({ rows: 'trained', period: '2024-01-01' })).toEqual([]);
  });

  it('are those of a dot, both ends among them, and of a lead', () => {
    expect(accounts({ dot: '1' })).toEqual(['kept']);
    expect(accounts({ dot: '2' })).toEqual(['more']);
    expect(accounts({ dot: '3' })).toEqual([]);
    expect(accounts({ at_lead: '30' })).toEqual(['kept', 'more']);
    expect(accounts({ at_lead: '90' })).toEqual(['kept']);
  });

  it('count as renewed for whatever amount', () => {
    expect(accounts({ rows: 'compared', outcome: 'renewed' })).toEqual(['kept', 'more', 'blind']);
    expect(accounts({ rows: 'compared', outcome: 'churned', colour: 'red' })).toEqual(['lost']);
    expect(accounts({ rows: 'open', outcome: 'renewed' })).toEqual([]);
    expect(accounts({ outcome: 'expansion' })).toEqual(['more']);
  });

  it('are those without a value', () => {
    expect(accounts({ rows: 'compared', missing: 'adoption' })).toEqual(['blind']);
    expect(isMissing(row('free', { arr_cents: 0 }), 'arr')).toBe(true);
    expect(isMissing(row('any'), 'shoe_size')).toBe(false);
  });

  it('are compared where they were not left out', () => {
    const counts = { n_decided: 100, n_early_signed: 5, n_early_notice: 3, n_not_customer: 2 } as PanelCounts;
    expect(comparedOf(counts)).toBe(90);
  });

  it('are said in words', () => {
    expect(isFiltered({})).toBe(false);
    expect(isFiltered({ dot: '3' })).toBe(true);
    expect(filterWords({})).toBe('all that were looked at, earlier ones too');
    expect(filterWords({ rows: 'trained', period: '2026-01-01' })).toMatch(/^known in time to train · period from .*2026/);
    expect(filterWords({ rows: 'compared', colour: 'red', outcome: 'churned' })).toBe('compared by colour · red · churned');
  });
});
