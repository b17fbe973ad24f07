import { Skeleton, VisuallyHidden } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useEffect, useRef } from 'react';

import type { AccountRow } from '../../api/client';
import classes from './AccountTable.module.css';
import { type AccountColumn, columnsOf, type ListContext } from './columns';
import { nextOrder, orderOf } from './search';
import type { ListWalk } from './useListWalk';

const ROW_HEIGHT = 40;
const SKELETON_ROWS = 18;
/** How near to the end of what is loaded the next page is asked for. */
const ROWS_AHEAD = 60;

interface Properties {
  rows: readonly AccountRow[] | undefined;
  nAccounts: number | undefined;
  context: ListContext;
  onEnd: () => void;
  walk: ListWalk;
  isStale: boolean;
}

/** The list as a table of which only the rows in view exist. */
export function AccountTable({ rows, nAccounts, context, onEnd, walk, isStale }: Properties) {
  const search = useSearch({ from: '/accounts' });
  const columns = columnsOf(search.columns);
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const count = rows?.length ?? 0;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    // The header sticks: a row scrolled to by key must not hide below it.
    scrollPaddingStart: ROW_HEIGHT,
  });
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (count > 0 && lastIndex >= count - ROWS_AHEAD) onEnd();
  }, [lastIndex, count, onEnd]);
  useEffect(() => {
    walk.attach((index) => virtual.scrollToIndex(index, { align: 'auto' }), scroller);
  }, [walk, virtual]);

  const open = (event: MouseEvent, row: AccountRow) => {
    // A click on the name is the link's own; one that selects text is none.
    if ((event.target as Element).closest('a') || window.getSelection()?.toString()) return;
    void navigate({ to: '/accounts/$account', params: { account: row.account } });
  };
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const least = columns.reduce((sum, column) => sum + (column.width ?? 132), 0);

  return (
    <div className={classes.scroller} ref={scroller} aria-busy={!rows || isStale}>
      <table className={classes.table} style={{ minWidth: least }} aria-rowcount={(nAccounts ?? count) + 1}>
        <caption>
          <VisuallyHidden>Accounts</VisuallyHidden>
        </caption>
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={{ width: column.width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <ColumnHeader key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ height: before }} aria-hidden="true" />}
          {items.map((item) => {
            const row = rows?.[item.index];
            if (!row) return null;
            return (
              <tr
                key={row.account}
                className={classes.row}
                aria-rowindex={item.index + 2}
                data-index={item.index}
                onClick={(event) => open(event, row)}
              >
                {columns.map((column) =>
                  column.id === 'name' ? (
                    <th key={column.id} scope="row">
                      {column.show(row, context)}
                    </th>
                  ) : (
                    <td key={column.id} data-align={column.align}>
                      {column.show(row, context)}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
          {after > 0 && <tr style={{ height: after }} aria-hidden="true" />}
          {!rows && <SkeletonRows columns={columns} />}
        </tbody>
      </table>
    </div>
  );
}

function ColumnHeader({ column }: { column: AccountColumn }) {
  const search = useSearch({ from: '/accounts' });
  const navigate = useNavigate({ from: '/accounts' });
  const order = orderOf(search);
  const { sort } = column;
  const isSorted = sort !== undefined && order.sort === sort;
  return (
    <th
      scope="col"
      data-align={column.align}
      title={column.meaning}
      aria-sort={isSorted ? (order.direction === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {sort ? (
        <button
          type="button"
          className={classes.sort}
          aria-label={column.meaning ? `${column.label}: ${column.meaning}` : undefined}
          onClick={() => void navigate({ search: (old) => ({ ...old, ...nextOrder(search, sort) }), replace: true })}
        >
          {column.label}
          <span aria-hidden="true" className={classes.direction}>
            {isSorted ? (order.direction === 'asc' ? '↑' : '↓') : ''}
          </span>
        </button>
      ) : (
        <span className={classes.plain}>{column.label}</span>
      )}
    </th>
  );
}

function SkeletonRows({ columns }: { columns: readonly AccountColumn[] }) {
  return Array.from({ length: SKELETON_ROWS }, (_, index) => (
    <tr key={index} className={classes.row} aria-hidden="true">
      {columns.map((column) => (
        <td key={column.id}>
          <Skeleton height={12} width={column.id === 'name' || column.id === 'why' ? '70%' : '60%'} />
        </td>
      ))}
    </tr>
  ));
}
