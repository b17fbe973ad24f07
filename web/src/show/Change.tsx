import { VisuallyHidden } from '@mantine/core';

import { oneDecimal } from '../format/number';
import classes from './Change.module.css';

interface Properties {
  change: number | null | undefined;
  /** The day compared with, in words: `31 May 2026`. */
  against: string;
  inDetail?: boolean;
}

/** Points up or down against a stated day. */
export function Change({ change, against, inDetail = false }: Properties) {
  if (change == null) return null;
  const size = Math.abs(change);
  const text = inDetail ? oneDecimal(size) : String(Math.round(size));
  const title = `${change < 0 ? '−' : '+'}${size.toFixed(2)} points against ${against}`;
  if (Number(text) === 0) {
    return (
      <span className={classes.change} title={title}>
        = {text}
      </span>
    );
  }
  const up = change > 0;
  return (
    <span className={classes.change} data-direction={up ? 'up' : 'down'} title={title}>
      <span aria-hidden="true">{up ? '▲' : '▼'}</span>
      <VisuallyHidden>{up ? 'up' : 'down'}</VisuallyHidden> {text}
    </span>
  );
}
