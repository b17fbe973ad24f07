import { Skeleton } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useState } from 'react';

import { Icon } from '../Icon';
import classes from './Chart.module.css';
import type { DrawingProperties } from './Drawing';

const Drawing = lazy(() => import('./Drawing'));

interface Properties extends DrawingProperties {
  /** What the lines are, beside the switch. */
  legend: ReactNode;
  /** The same numbers as a table. */
  table: ReactNode;
}

/** A chart, loaded where it stands, with a table of the same numbers one click away. */
export function Chart({ legend, table, ...drawing }: Properties) {
  const [isTable, setTable] = useState(false);
  return (
    <div>
      <div className={classes.bar}>
        <div className={classes.legend}>{legend}</div>
        <button type="button" className={classes.switch} aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          <Icon name={isTable ? 'chart' : 'table'} size={14} /> {isTable ? 'Chart' : 'Table'}
        </button>
      </div>
      {isTable ? (
        <div className={classes.table} style={{ minHeight: drawing.height }}>
          {table}
        </div>
      ) : (
        <Suspense fallback={<Skeleton height={drawing.height} />}>
          <Drawing {...drawing} />
        </Suspense>
      )}
    </div>
  );
}
