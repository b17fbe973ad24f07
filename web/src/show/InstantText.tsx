import { VisuallyHidden } from '@mantine/core';

import type { Instant } from '../api/client';
import { longInstant, relativeInstant } from '../format/day';

interface Properties {
  instant: Instant | null | undefined;
  /** From when it is seen, in milliseconds since 1970. */
  now: number;
  missing?: string;
}

/** How long ago something was, as people say it; exact on hover and for those who listen. */
export function InstantText({ instant, now, missing = '–' }: Properties) {
  if (!instant) return <span style={{ color: 'var(--muted)' }}>{missing}</span>;
  const exact = longInstant(instant);
  return (
    <time dateTime={instant} title={exact}>
      {relativeInstant(instant, now)}
      <VisuallyHidden>, {exact}</VisuallyHidden>
    </time>
  );
}
