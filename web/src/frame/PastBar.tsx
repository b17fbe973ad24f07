import { Link } from '@tanstack/react-router';

import type { BookSummary } from '../api/client';
import { dayOf, isDay, longDay, longInstant } from '../format/day';
import { useAsOf } from '../show/useAsOf';
import classes from './PastBar.module.css';

/** Says that a former day is on view, and whose knowledge it is. */
export function PastBar({ book }: { book: BookSummary }) {
  const { as_of: asOf, known_by: knownBy } = useAsOf();
  const day = asOf ?? book.default_as_of;
  if (day >= book.default_as_of && !knownBy) return null;
  return (
    <div className={classes.bar} role="status">
      <span>
        <strong>as of {longDay(day)}</strong> — {knowledge(day, knownBy)}
      </span>
      <Link to="." search={(search) => ({ ...search, as_of: undefined, known_by: undefined })} className={classes.back}>
        Back to {longDay(book.default_as_of)}
      </Link>
    </div>
  );
}

function knowledge(day: string, knownBy: string | undefined): string {
  if (!knownBy) return 'what was known to have happened by then';
  if (dayOf(knownBy) === day) return 'what had been recorded by then';
  return `what had been recorded by ${isDay(knownBy) ? longDay(knownBy) : longInstant(knownBy)}`;
}
