import { Skeleton, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

import type { CoverageRow, Day } from '../../api/client';
import { daysBetween, longDay } from '../../format/day';
import { spaced } from '../../format/words';
import classes from './Coverage.module.css';

const ROW_HEIGHT = 32;
const HEIGHT = 480;
/** From how many days on a last fact is set back in grey: it says little about now. */
const OLD_DAYS = 90;

interface Properties {
  rows: readonly CoverageRow[] | undefined;
  files: readonly string[];
  asOf: Day;
}

/** Accounts against files: the age of the last fact in days. */
export function CoverageTable({ rows, files, asOf }: Properties) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows?.length ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  if (!rows) return <Skeleton height={HEIGHT} />;
  if (rows.length === 0) return <p className={classes.quiet}>No account of this name.</p>;
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className={classes.scroller} ref={scroller} style={{ maxHeight: HEIGHT }}>
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <caption>
          <VisuallyHidden>Days since the last fact, by account and file</VisuallyHidden>
        </caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Account</th>
            {files.map((file) => (
              <th key={file} scope="col">
                {spaced(file)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ height: before }} aria-hidden="true" />}
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <tr key={row.account} aria-rowindex={item.index + 2}>
                <th scope="row">
                  <Link to="/accounts/$account" params={{ account: row.account }} hash="sources" title={row.account}>
                    {row.name}
                  </Link>
                </th>
                {files.map((file) => (
                  <td key={file}>
                    <Age last={row.last_on[file]} asOf={asOf} />
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <tr style={{ height: after }} aria-hidden="true" />}
        </tbody>
      </table>
    </div>
  );
}

function Age({ last, asOf }: { last: Day | undefined; asOf: Day }) {
  if (!last) return <span className={classes.none}>none</span>;
  const days = daysBetween(last, asOf);
  return (
    <time dateTime={last} title={longDay(last)} data-old={days > OLD_DAYS || undefined} className={classes.age}>
      {days <= 0 ? 'today' : `${days} d`}
    </time>
  );
}
