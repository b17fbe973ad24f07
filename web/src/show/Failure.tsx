import { Button } from '@mantine/core';

import { Problem } from '../api/problem';
import { CopyButton } from './CopyButton';
import classes from './Notice.module.css';
import { Shape } from './Shape';

interface Properties {
  /** What could not be had: `the accounts`. */
  what: string;
  error: unknown;
  onRetry: () => void;
}

/** What happened, what was kept, what to do, and an id to quote. */
export function Failure({ what, error, onRetry }: Properties) {
  const problem = error instanceof Problem ? error : undefined;
  const isSilent = problem?.status === 0;
  return (
    <div className={classes.notice} role="alert">
      <p className={classes.title}>
        <Shape colour="red" size={12} />
        {isSilent ? 'The server does not answer' : `Could not load ${what}`}
      </p>
      <p>
        {isSilent
          ? 'Nothing was changed. Look whether dearly serve still runs, then try again.'
          : (problem?.detail ?? problem?.title ?? String(error))}
      </p>
      {!isSilent && <p>Nothing was changed. Try again; if it stays, quote the id below with the server’s log.</p>}
      <div className={classes.actions}>
        <Button size="compact-sm" onClick={onRetry}>
          Try again
        </Button>
        {problem?.requestId && <CopyButton text={problem.requestId} label={`Copy id ${problem.requestId}`} />}
      </div>
    </div>
  );
}
