import type { Colour, Day, PersonRow } from '../../../api/client';
import { daysBetween, longDay } from '../../../format/day';
import { Tag } from '../../../show/Tag';

const COLOURS: Record<string, Colour> = { met: 'green', due: 'yellow', breached: 'red' };

/** Whether a person was met within their SLA, and until when that holds. */
export function SlaState({ person, asOf }: { person: PersonRow; asOf: Day }) {
  const state = person.sla_state;
  if (!state) return <span style={{ color: 'var(--muted)' }}>–</span>;
  const days = person.due_on ? daysBetween(asOf, person.due_on) : undefined;
  const title = person.due_on
    ? `to be met within ${person.sla_days} days: by ${longDay(person.due_on)}`
    : `to be met within ${person.sla_days} days`;
  return (
    <Tag colour={COLOURS[state] ?? 'unknown'} title={title}>
      {state}
      {days !== undefined && (days < 0 ? ` ${-days} d ago` : `, ${days} d left`)}
    </Tag>
  );
}
