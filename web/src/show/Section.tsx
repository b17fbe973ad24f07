import type { ReactNode } from 'react';

import classes from './Section.module.css';

interface Properties {
  id: string;
  title: string;
  /** What stands at the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A part of a page that the address can point to. */
export function Section({ id, title, aside, children }: Properties) {
  return (
    <section id={id} className={classes.section} aria-labelledby={`${id}-title`}>
      <div className={classes.head}>
        <h2 id={`${id}-title`} className={classes.title}>
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
