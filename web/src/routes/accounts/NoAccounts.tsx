import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

import type { BookSummary, Day } from '../../api/client';
import { longDay } from '../../format/day';
import { Empty } from '../../show/Empty';
import { countFilters, withoutFilters } from './search';

/** Why the list is empty, and the one thing to do about it. */
export function NoAccounts({ book, asOf }: { book: BookSummary; asOf: Day }) {
  const search = useSearch({ from: '/accounts' });
  const navigate = useNavigate({ from: '/accounts' });
  if (book.n_accounts === 0) {
    return (
      <Empty title="No accounts yet" command="dearly import ./my-book --data ./dearly-data">
        <p>
          Accounts come from a <em>book</em>: a folder of CSV files, of which only <code>accounts.csv</code> is needed.
          Import one, and load this page again.
        </p>
      </Empty>
    );
  }
  if (countFilters(search) > 0) {
    return (
      <Empty
        title="No account fits"
        action={
          <Button
            size="compact-sm"
            onClick={() =>
              void navigate({ search: ({ as_of, known_by }) => ({ as_of, known_by, ...withoutFilters(search) }) })
            }
          >
            Clear filters
          </Button>
        }
      >
        The book has {book.n_accounts} accounts; none of them passes all the filters on {longDay(asOf)}.
      </Empty>
    );
  }
  return (
    <Empty
      title={`No customers on ${longDay(asOf)}`}
      action={
        <Link from="/accounts" to="." search={(old) => ({ ...old, status: 'all' })}>
          Show all {book.n_accounts} accounts
        </Link>
      }
    >
      On that day nobody was a customer: the accounts of the book came later, or had left.
    </Empty>
  );
}
