import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { count } from '../../../format/number';
import page from './DriversPage.module.css';
import { NO_FILTER, type RowFilter } from './rows';

interface Properties {
  /** How many they are, where that is known. */
  n?: number;
  filter: RowFilter;
  /** What is shown; the number, where nothing is given. */
  children?: ReactNode;
}

/** A number that leads to the renewals behind it. */
export function RowsLink({ n, filter, children }: Properties) {
  if (n === 0) return '0';
  return (
    <Link
      from="/insight/drivers"
      to="/insight/drivers"
      search={(old) => ({ ...old, ...NO_FILTER, ...filter })}
      hash="rows"
      className={page.open}
    >
      {children ?? (n !== undefined && count(n))}
    </Link>
  );
}
