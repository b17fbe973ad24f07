import type { AccountsQuery, AsOfQuery, Sort, Status } from '../../api/client';
import { listOf, listText } from '../../url';

/** Filters that take a list of values. */
export const LIST_FILTERS = [
  'segment',
  'csm',
  'colour',
  'tier',
  'stage',
  'region',
  'industry',
  'component_colour',
  'experience_colour',
] as const;
export type ListFilter = (typeof LIST_FILTERS)[number];

export const COLOURS = ['green', 'yellow', 'red', 'unknown'] as const;
export const COMPONENTS = ['deployment', 'engagement', 'adoption', 'roi'] as const;
export const STATUSES: readonly Status[] = ['customer', 'prospect', 'churned', 'all'];

const SORTS: readonly Sort[] = [
  'name',
  'arr',
  'outcomes',
  'experience',
  'deployment',
  'engagement',
  'adoption',
  'roi',
  'renewal',
  'last_met',
  'change',
  'csm',
  'segment',
  'tier',
];

/** Sorts that begin with the highest where a header is clicked for the first time. */
const HIGHEST_FIRST = new Set<string>(['arr', 'last_met']);
const DEFAULT_SORT: Sort = 'arr';

/** What the address of the list holds: all of its state. */
export interface AccountsSearch extends Partial<Record<ListFilter, string>> {
  q?: string;
  component?: string;
  renews_within?: string;
  status?: Status;
  sort?: Sort;
  direction?: 'asc' | 'desc';
  columns?: string;
}

const CLOSED: Partial<Record<keyof AccountsSearch, readonly string[]>> = {
  colour: COLOURS,
  component_colour: COLOURS,
  experience_colour: COLOURS,
};

/** What of an address the list understands; the rest is dropped. */
export function accountsSearch(search: Record<string, unknown>): AccountsSearch {
  const text = (name: string): string | undefined => {
    const value = search[name];
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  const oneOf = <Value extends string>(name: string, values: readonly Value[]): Value | undefined =>
    values.find((value) => value === text(name));
  const lists: Partial<Record<ListFilter, string>> = {};
  for (const name of LIST_FILTERS) {
    const closed = CLOSED[name];
    const values = listOf(text(name)).filter((value) => !closed || closed.includes(value));
    const list = listText(values);
    if (list !== undefined) lists[name] = list;
  }
  const component = oneOf('component', COMPONENTS);
  if (component === undefined) delete lists.component_colour;
  const days = text('renews_within');
  const direction = oneOf('direction', ['asc', 'desc'] as const);
  return withoutEmpty({
    ...lists,
    q: text('q'),
    component: lists.component_colour === undefined ? undefined : component,
    renews_within: days !== undefined && /^\d{1,4}$/.test(days) ? days : undefined,
    status: oneOf('status', STATUSES),
    sort: oneOf('sort', SORTS),
    direction,
    columns: text('columns'),
  });
}

function withoutEmpty<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}

/** The order in force. */
export function orderOf(search: AccountsSearch): { sort: Sort; direction: 'asc' | 'desc' } {
  const sort = search.sort ?? DEFAULT_SORT;
  return { sort, direction: search.direction ?? firstDirection(sort) };
}

function firstDirection(sort: string): 'asc' | 'desc' {
  return HIGHEST_FIRST.has(sort) ? 'desc' : 'asc';
}

/** The order after a click on a column's header: another column first, then the other way round. */
export function nextOrder(search: AccountsSearch, sort: Sort): Pick<AccountsSearch, 'sort' | 'direction'> {
  const order = orderOf(search);
  if (order.sort !== sort) return { sort: sort === DEFAULT_SORT ? undefined : sort, direction: undefined };
  const direction = order.direction === 'asc' ? 'desc' : 'asc';
  return {
    sort: sort === DEFAULT_SORT ? undefined : sort,
    direction: direction === firstDirection(sort) ? undefined : direction,
  };
}

/** What the API is asked for. */
export function accountsQueryOf(search: AccountsSearch, asOf: AsOfQuery): AccountsQuery {
  const { columns: _columns, renews_within: days, ...rest } = search;
  return { ...asOf, ...rest, ...orderOf(search), ...(days ? { renews_within: Number(days) } : {}) };
}

/** Where the CSV file of exactly what is listed is to be had. */
export function csvAddress(search: AccountsSearch, asOf: AsOfQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(accountsQueryOf(search, asOf))) parameters.set(name, String(value));
  return `/api/v1/accounts.csv?${parameters.toString()}`;
}

/** How many filters are set. */
export function countFilters(search: AccountsSearch): number {
  return [...LIST_FILTERS, 'q' as const, 'renews_within' as const, 'status' as const].filter(
    (name) => search[name] !== undefined,
  ).length;
}

/** The search without any filter; order and columns stay. */
export function withoutFilters(search: AccountsSearch): AccountsSearch {
  return withoutEmpty({ sort: search.sort, direction: search.direction, columns: search.columns });
}
