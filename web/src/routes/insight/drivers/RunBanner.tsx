import { Link } from '@tanstack/react-router';

import type { DriversRun } from '../../../api/client';
import { longInstant } from '../../../format/day';
import { useBook } from '../../../show/useBook';
import classes from './DriversPage.module.css';
import { ANOTHER_QUESTION } from './rows';

/** Says that a kept run is on view, of which facts and rules, and whether they still hold. */
export function RunBanner({ run }: { run: DriversRun }) {
  const book = useBook();
  const isOld = book !== undefined && book.revision !== run.revision;
  return (
    <div className={classes.banner} role="status">
      <span>
        <strong>A kept run of {longInstant(run.made_at)}</strong> — revision {run.revision} of the facts,{' '}
        {run.workbook_version === 0 ? 'the built-in workbook' : `workbook version ${run.workbook_version}`}, Dearly{' '}
        {run.code_version}.{' '}
        {isOld
          ? `The facts have changed since (revision ${book.revision}): its numbers and the renewals behind them stand as they were.`
          : 'The facts have not changed since.'}
      </span>
      <Link from="/insight/drivers" to="/insight/drivers" search={(old) => ({ ...old, ...ANOTHER_QUESTION, run: undefined })} className={classes.back}>
        Back to the facts of today
      </Link>
    </div>
  );
}
