import { describe, expect, it } from 'vitest';

import { driversQueryOf, driversSearch, monthsBefore } from './search';

describe('the state of the page in its address', () => {
  it('keeps what it understands and drops the rest', () => {
    expect(
      driversSearch({ from: '2025-02-30', to: '2026-01-01', lead: '0', workbook: '2', rows: 'all', colour: 'mauve', outcome: 'churned' }),
    ).toEqual({ to: '2026-01-01', workbook: '2', outcome: 'churned' });
    expect(driversSearch({ lead: '731', missing: '<b>', run: '', dot: '11', at_lead: 'soon', period: 'May' })).toEqual({});
    const rows = { rows: 'trained', period: '2026-01-01', dot: '10', at_lead: '365' };
    expect(driversSearch(rows)).toEqual(rows);
  });

  it('asks the API for it, looking back from the day of the frame', () => {
    expect(driversQueryOf({}, {})).toEqual({});
    expect(driversQueryOf({ lead: '60', workbook: '0' }, { as_of: '2025-12-31' })).toEqual({
      to: '2026-01-01',
      lead_days: 60,
      workbook: 0,
    });
    expect(driversQueryOf({ sign_off: 'adoption,model' }, {})).toEqual({ sign_off: 'adoption,model' });
    expect(driversQueryOf({ to: '2025-06-01' }, { as_of: '2025-12-31' })).toEqual({ to: '2025-06-01' });
  });
});

it('goes back by months, to the last day of a shorter one', () => {
  expect(monthsBefore('2026-07-01', 12)).toBe('2025-07-01');
  expect(monthsBefore('2024-02-29', 12)).toBe('2023-02-28');
  expect(monthsBefore('2026-01-31', 2)).toBe('2025-11-30');
});
