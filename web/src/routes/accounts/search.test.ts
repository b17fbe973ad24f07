import { describe, expect, it } from 'vitest';

import { accountsQueryOf, accountsSearch, countFilters, csvAddress, nextOrder, orderOf, withoutFilters } from './search';

describe('the state of the list in its address', () => {
  it('keeps what it understands and drops the rest', () => {
    expect(
      accountsSearch({ q: ' ', segment: 'smb,,enterprise', colour: 'red,mauve', sort: 'shoe_size', renews_within: 'soon' }),
    ).toEqual({ segment: 'smb,enterprise', colour: 'red' });
  });

  it('holds a component only together with its colours', () => {
    expect(accountsSearch({ component: 'adoption' })).toEqual({});
    expect(accountsSearch({ component_colour: 'red' })).toEqual({});
    expect(accountsSearch({ component: 'adoption', component_colour: 'red' })).toEqual({
      component: 'adoption',
      component_colour: 'red',
    });
  });

  it('sorts by ARR from the top, turns on the second click, begins low for scores', () => {
    expect(orderOf({})).toEqual({ sort: 'arr', direction: 'desc' });
    expect(nextOrder({}, 'arr')).toEqual({ sort: undefined, direction: 'asc' });
    expect(nextOrder({}, 'outcomes')).toEqual({ sort: 'outcomes', direction: undefined });
    expect(orderOf({ sort: 'outcomes' })).toEqual({ sort: 'outcomes', direction: 'asc' });
    expect(nextOrder({ sort: 'outcomes' }, 'outcomes')).toEqual({ sort: 'outcomes', direction: 'desc' });
  });

  it('asks the API for it, and the CSV for the same', () => {
    const search = accountsSearch({ segment: 'smb', renews_within: '90', columns: 'name,arr' });
    const asOf = { as_of: '2025-03-03' };
    expect(accountsQueryOf(search, asOf)).toEqual({
      as_of: '2025-03-03',
      segment: 'smb',
      renews_within: 90,
      sort: 'arr',
      direction: 'desc',
    });
    expect(csvAddress(search, asOf)).toBe(
      '/api/v1/accounts.csv?as_of=2025-03-03&segment=smb&sort=arr&direction=desc&renews_within=90',
    );
  });

  it('counts and clears filters, order and columns stay', () => {
    const search = accountsSearch({ q: 'north', colour: 'red', sort: 'name', columns: 'name,arr' });
    expect(countFilters(search)).toBe(2);
    expect(withoutFilters(search)).toEqual({ sort: 'name', columns: 'name,arr' });
  });
});
