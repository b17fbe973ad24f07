import type { ReactNode } from 'react';

import classes from './Page.module.css';

interface Properties {
  /** Whether what will stand here is still to come. */
  isBusy?: boolean;
  children: ReactNode;
}

/** The sections of a page, one below the other. */
export function Page({ isBusy, children }: Properties) {
  return (
    <div className={classes.page} aria-busy={isBusy || undefined}>
      {children}
    </div>
  );
}
