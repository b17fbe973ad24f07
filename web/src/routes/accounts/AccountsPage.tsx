import { useMediaQuery } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useRef } from 'react';

import { accountsQuery } from '../../api/queries';
import { useShortcuts } from '../../frame/shortcuts';
import { useTitle } from '../../frame/title';
import { addDays } from '../../format/day';
import { Failure } from '../../show/Failure';
import { Icon } from '../../show/Icon';
import { useAsOf } from '../../show/useAsOf';
import { useBook } from '../../show/useBook';
import { AccountCards } from './AccountCards';
import classes from './AccountsPage.module.css';
import { AccountTable } from './AccountTable';
import { ColumnChooser } from './ColumnChooser';
import { againstDay, type ListContext } from './columns';
import { Filters } from './Filters';
import { NoAccounts } from './NoAccounts';
import { accountsQueryOf, csvAddress } from './search';
import { SearchField } from './SearchField';
import { Totals } from './Totals';
import { useListWalk } from './useListWalk';

/** The list people live in. */
export function AccountsPage() {
  useTitle('Accounts');
  const search = useSearch({ from: '/accounts' });
  const asOf = useAsOf();
  const book = useBook();
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const field = useRef<HTMLInputElement>(null);
  const csv = useRef<HTMLAnchorElement>(null);

  const accounts = useInfiniteQuery({
    ...accountsQuery(accountsQueryOf(search, asOf)),
    placeholderData: keepPreviousData,
  });
  const pages = accounts.data?.pages;
  const first = pages?.[0];
  const rows = useMemo(() => pages?.flatMap((page) => page.rows), [pages]);
  const day = first?.as_of ?? asOf.as_of ?? book?.default_as_of ?? '';
  const context = useMemo<ListContext>(() => ({ asOf: day, against: day ? againstDay(addDays(day, -30)) : '' }), [day]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = accounts;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const walk = useListWalk(rows?.length ?? 0);
  useShortcuts([
    { keys: '/', label: 'search in the list', run: () => field.current?.focus() },
    { keys: 'e', label: 'export the list as CSV', run: () => csv.current?.click() },
  ]);

  return (
    <div className={classes.page} data-fills={!isNarrow || undefined}>
      <div className={classes.bar}>
        {!accounts.isError && <Totals totals={first?.totals} />}
        <div className={classes.tools}>
          <SearchField ref={field} />
          <Filters facets={first?.facets} />
          <div className={classes.right}>
            {!isNarrow && <ColumnChooser />}
            <a ref={csv} href={csvAddress(search, asOf)} download className={classes.csv} title="Everything listed, as CSV">
              <Icon name="download" size={14} /> CSV
            </a>
          </div>
        </div>
      </div>
      {accounts.isError ? (
        <Failure what="the accounts" error={accounts.error} onRetry={() => void accounts.refetch()} />
      ) : rows?.length === 0 && book ? (
        <NoAccounts book={book} asOf={day} />
      ) : isNarrow ? (
        <AccountCards rows={rows} context={context} onEnd={onEnd} walk={walk} />
      ) : (
        <AccountTable
          rows={rows}
          nAccounts={first?.totals.n_accounts}
          context={context}
          onEnd={onEnd}
          walk={walk}
          isStale={accounts.isPlaceholderData}
        />
      )}
    </div>
  );
}
