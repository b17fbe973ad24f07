import type { Colour, PersonRow } from '../../../api/client';
import { longDay } from '../../../format/day';
import { count } from '../../../format/number';
import { Tag } from '../../../show/Tag';

const COLOURS: Record<string, Colour> = { promoter: 'green', passive: 'yellow', detractor: 'red' };

/** The last NPS answer of a person. */
export function Nps({ person }: { person: PersonRow }) {
  if (person.nps == null) return <span style={{ color: 'var(--muted)' }}>–</span>;
  return (
    <Tag
      colour={COLOURS[person.nps_class ?? ''] ?? 'unknown'}
      title={person.nps_on ? `answered on ${longDay(person.nps_on)}` : undefined}
    >
      {count(person.nps)} {person.nps_class}
    </Tag>
  );
}
