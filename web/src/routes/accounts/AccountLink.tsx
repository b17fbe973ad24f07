import { Link } from '@tanstack/react-router';

import type { AccountRow } from '../../api/client';
import classes from './AccountTable.module.css';

/** The account's name as the way to its page. */
export function AccountLink({ row }: { row: AccountRow }) {
  return (
    <Link
      to="/accounts/$account"
      params={{ account: row.account }}
      className={classes.account}
      title={`${row.name} (${row.account})`}
      data-account={row.account}
    >
      {row.name}
    </Link>
  );
}
