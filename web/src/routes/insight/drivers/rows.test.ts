import { describe, expect, it } from 'vitest';

import type { DriversReport, RenewalRow } from '../../../api/client';
import { comparedOf, filteredRows, filterWords, isFiltered, isMissing, neededColumns, type RowFilter } from './rows';

const row = (account: string, own: Partial<RenewalRow> = {}): RenewalRow => ({
  account,
  name: `Account ${account}`,
  product: 'plan',
  due_on: '2026-03-19',
  decided_on: '2026-03-11',
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
  ...own,
});

const ROWS = [
  row('kept'),
  row('more', { outcome: 'expansion' }),
  row('lost', { outcome: 'churned', colour: 'red' }),
  row('blind', { adoption: null, colour: 'unknown' }),
  row('early', { left_out: 'signed before the as-of day' }),
  row('notice', { left_out: 'under notice on the as-of day', outcome: 'churned' }),
];
const COLUMNS = ['deployment', 'engagement', 'adoption', 'roi', 'arr', 'tenure'];

function accounts(filter: RowFilter, needed = COLUMNS): string[] {
  return filteredRows(ROWS, filter, needed).map(({ account }) => account);
}

describe('the rows behind a number', () => {
  it('are due from the first day until before the last', () => {
    expect(accounts({ due_from: '2026-03-19', due_to: '2026-03-20' })).toHaveLength(6);
    expect(accounts({ due_from: '2026-03-20' })).toEqual([]);
    expect(accounts({ due_to: '2026-03-19' })).toEqual([]);
  });

  it('are all decided ones without a condition', () => expect(accounts({})).toHaveLength(6));

  it('are compared where they were open, and used where nothing is unknown', () => {
    expect(accounts({ rows: 'compared' })).toEqual(['kept', 'more', 'lost', 'blind']);
    expect(accounts({ rows: 'used' })).toEqual(['kept', 'more', 'lost']);
    expect(accounts({ rows: 'value_unknown' })).toEqual(['blind']);
    expect(accounts({ rows: 'early_signed' })).toEqual(['early']);
    expect(accounts({ rows: 'early_notice' })).toEqual(['notice']);
  });

  it('count as renewed for whatever amount', () => {
    expect(accounts({ rows: 'compared', outcome: 'renewed' })).toEqual(['kept', 'more', 'blind']);
    expect(accounts({ rows: 'compared', outcome: 'churned', colour: 'red' })).toEqual(['lost']);
    expect(accounts({ outcome: 'expansion' })).toEqual(['more']);
  });

  it('are those without a value', () => {
    expect(accounts({ rows: 'compared', missing: 'adoption' })).toEqual(['blind']);
    expect(isMissing(row('free', { arr_cents: 0 }), 'arr')).toBe(true);
    expect(isMissing(row('any'), 'shoe_size')).toBe(false);
  });

  it('need no component that is unknown too often', () => {
    const counts = {
      n_decided: 100,
      n_early_signed: 5,
      n_early_notice: 3,
      n_not_customer: 2,
      missing: [
        { column: 'adoption', n: 28 },
        { column: 'roi', n: 27 },
        { column: 'arr', n: 50 },
      ],
    };
    const report = { counts } as DriversReport;
    expect(comparedOf(report.counts)).toBe(90);
    expect(neededColumns(report)).toEqual(['roi', 'arr']);
    expect(accounts({ rows: 'used' }, ['roi'])).toContain('blind');
  });

  it('are said in words', () => {
    expect(isFiltered({})).toBe(false);
    expect(isFiltered({ due_to: '2026-04-01' })).toBe(true);
    expect(filterWords({ due_from: '2026-01-01', due_to: '2026-04-01' })).toMatch(/^Decided renewals · due from .* · due before /);
    expect(filterWords({ rows: 'compared', colour: 'red', outcome: 'churned' })).toBe(
      'Decided renewals · open on the as-of day · red · churned',
    );
  });
});
