import type { ReactNode } from 'react';

import { Copyable } from './Copyable';
import classes from './Notice.module.css';

interface Properties {
  title: string;
  children: ReactNode;
  /** The one command that fills it. */
  command?: string;
  action?: ReactNode;
}

/** What belongs here, and the one action that fills it. */
export function Empty({ title, children, command, action }: Properties) {
  return (
    <div className={classes.notice}>
      <p className={classes.title}>{title}</p>
      <div>{children}</div>
      {command && <Copyable text={command} label="Copy" />}
      {action && <div className={classes.actions}>{action}</div>}
    </div>
  );
}
