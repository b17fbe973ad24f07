import type { Day } from '../api/client';
import { longDay, relativeDay, shortDay } from '../format/day';

interface Properties {
  day: Day | null | undefined;
  asOf?: Day | undefined;
  /** `relative`: `12 d ago`; `short`: `3 Mar 2025`. */
  form?: 'relative' | 'short';
  missing?: string;
}

/** A day as people say it, exact on hover. */
export function DayText({ day, asOf, form = 'short', missing = '–' }: Properties) {
  if (!day) return <span style={{ color: 'var(--muted)' }}>{missing}</span>;
  return (
    <time dateTime={day} title={longDay(day)}>
      {form === 'relative' && asOf ? relativeDay(day, asOf) : shortDay(day)}
    </time>
  );
}
