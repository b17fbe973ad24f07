import { TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';

import { coverageQuery } from '../../api/queries';
import { downloadCsv } from '../../format/csv';
import { count, counted } from '../../format/number';
import { Failure } from '../../show/Failure';
import { Icon } from '../../show/Icon';
import { Section } from '../../show/Section';
import { useAsOf } from '../../show/useAsOf';
import { useBook } from '../../show/useBook';
import classes from './Coverage.module.css';
import { CoverageTable } from './CoverageTable';

/** Which sources an account has, and how old the last fact of each is. */
export function CoverageSection() {
  const asOf = useAsOf();
  const book = useBook();
  const search = useSearch({ from: '/data' });
  const navigate = useNavigate({ from: '/data' });
  const coverage = useInfiniteQuery(coverageQuery(asOf));
  const { hasNextPage, isFetching, fetchNextPage } = coverage;
  // All of it, page by page: it is searched here, and its columns are the files that occur anywhere.
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);

  const all = coverage.data?.pages.flatMap((page) => page.rows);
  const needle = search.q?.toLowerCase() ?? '';
  const rows = all?.filter((row) => row.name.toLowerCase().includes(needle) || row.account.toLowerCase().includes(needle));
  const files = [...new Set(all?.flatMap((row) => Object.keys(row.last_on)))].toSorted();
  const day = asOf.as_of ?? book?.default_as_of;
  const exportRows = () =>
    downloadCsv(
      'coverage',
      ['account', 'name', ...files],
      (rows ?? []).map((row) => [row.account, row.name, ...files.map((file) => row.last_on[file])]),
    );

  return (
    <Section
      id="coverage"
      title="Coverage by account"
      aside={
        <div className={classes.aside}>
          {rows && (
            <span className={classes.quiet} role="status">
              {needle && all ? `${count(rows.length)} of ` : ''}
              {counted(all?.length ?? 0, 'account')}
            </span>
          )}
          <TextInput
            size="xs"
            type="search"
            aria-label="Find accounts in the coverage"
            placeholder="Name or id"
            leftSection={<Icon name="search" size={14} />}
            value={search.q ?? ''}
            onChange={(event) => {
              const q = event.currentTarget.value || undefined;
              void navigate({ search: (old) => ({ ...old, q }), replace: true, resetScroll: false });
            }}
          />
          <button type="button" className={classes.export} onClick={exportRows}>
            <Icon name="download" size={14} /> CSV
          </button>
        </div>
      }
    >
      {coverage.isError ? (
        <Failure what="the coverage" error={coverage.error} onRetry={() => void coverage.refetch()} />
      ) : (
        <CoverageTable rows={rows} files={files} asOf={day ?? ''} />
      )}
    </Section>
  );
}
