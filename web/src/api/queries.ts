import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { type AccountsQuery, answer, api, type AsOfQuery, type Day, type DriversQuery } from './client';

const ACCOUNTS_PER_PAGE = 200;
const COVERAGE_PER_PAGE = 1000;
const TIMELINE_PER_PAGE = 50;
const WEEKS_OF_USAGE = 26;
/** How old what is known of telemetry may be: it comes in all the time. */
export const TELEMETRY_STALE_MS = 30_000;

export const bookQuery = () =>
  queryOptions({
    queryKey: ['book'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/book', { signal })),
  });

export const accountsQuery = (query: AccountsQuery) =>
  infiniteQueryOptions({
    queryKey: ['accounts', query],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/accounts', {
          params: { query: { ...query, limit: ACCOUNTS_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** The few accounts whose name is nearest to what was typed into the palette. */
export const jumpQuery = (q: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['jump', q, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/accounts', { params: { query: { ...asOf, q, status: 'all', limit: 8 } }, signal })),
  });

export const accountQuery = (account: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['account', account, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/accounts/{account}', { params: { path: { account }, query: asOf }, signal })),
  });

export const historyQuery = (account: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['history', account, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/accounts/{account}/history', { params: { path: { account }, query: asOf }, signal })),
  });

export const explanationQuery = (account: string, asOf: AsOfQuery, since: Day) =>
  queryOptions({
    queryKey: ['explanation', account, asOf, since],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/accounts/{account}/explanation', {
          params: { path: { account }, query: { ...asOf, since } },
          signal,
        }),
      ),
  });

export const peopleQuery = (account: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['people', account, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/accounts/{account}/people', { params: { path: { account }, query: asOf }, signal })),
  });

export const usageQuery = (account: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['usage', account, asOf],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/accounts/{account}/usage', {
          params: { path: { account }, query: { ...asOf, weeks: WEEKS_OF_USAGE } },
          signal,
        }),
      ),
  });

export const ticketsQuery = (account: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['tickets', account, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/accounts/{account}/tickets', { params: { path: { account }, query: asOf }, signal })),
  });

export const invoicesQuery = (account: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['invoices', account, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/accounts/{account}/invoices', { params: { path: { account }, query: asOf }, signal })),
  });

export const plansQuery = (account: string, asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['plans', account, asOf],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/accounts/{account}/plans', { params: { path: { account }, query: asOf }, signal })),
  });

export const timelineQuery = (account: string, asOf: AsOfQuery, kinds: string[]) =>
  infiniteQueryOptions({
    queryKey: ['timeline', account, asOf, kinds],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/accounts/{account}/timeline', {
          params: {
            path: { account },
            query: {
              ...asOf,
              limit: TIMELINE_PER_PAGE,
              ...(kinds.length > 0 ? { kind: kinds.join(',') } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const sourcesQuery = (asOf: AsOfQuery) =>
  queryOptions({
    queryKey: ['sources', asOf],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/sources', { params: { query: asOf }, signal })),
  });

export const coverageQuery = (asOf: AsOfQuery) =>
  infiniteQueryOptions({
    queryKey: ['coverage', asOf],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/coverage', {
          params: { query: { ...asOf, limit: COVERAGE_PER_PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

export const importsQuery = () =>
  queryOptions({
    queryKey: ['imports'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/imports', { signal })),
  });

export const telemetryQuery = () =>
  queryOptions({
    queryKey: ['telemetry'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/telemetry', { signal })),
    staleTime: TELEMETRY_STALE_MS,
  });

/** Takes seconds where the book has changed since; then it is kept. */
export const driversQuery = (query: DriversQuery) =>
  queryOptions({
    queryKey: ['drivers', query],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/drivers', { params: { query }, signal })),
  });

/** The kept runs; `newest` is the run on view, which may be newer than a list asked for before. */
export const analysesQuery = (newest: string) =>
  queryOptions({
    queryKey: ['analyses', newest],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/analyses', { signal })),
  });

/** The renewals behind a kept run. */
export const analysisRowsQuery = (id: string) =>
  queryOptions({
    queryKey: ['analysis rows', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/analyses/{id}/rows', { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const analysisQuery = (id: string) =>
  queryOptions({
    queryKey: ['analysis', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/analyses/{id}', { params: { path: { id } }, signal })),
    // A kept run never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
