import type { AccountView, PersonRow } from '../../../api/client';
import { counted } from '../../../format/number';
import { spaced } from '../../../format/words';
import { Shape } from '../../../show/Shape';
import classes from './People.module.css';

/** Who is missing: roles without a person, people past their SLA, one thread only. */
export function Gaps({ view, people }: { view: AccountView; people: readonly PersonRow[] }) {
  const breached = people.filter((person) => person.sla_state === 'breached' && !person.until);
  const gaps = [
    ...(view.single_threaded
      ? [{ id: 'thread', colour: 'red' as const, text: 'One thread only: at most one key person was met in 90 days' }]
      : []),
    ...view.missing_roles.map((role) => ({
      id: role,
      colour: 'yellow' as const,
      text: `No ${spaced(role)}: the tier requires one`,
    })),
    ...(breached.length > 0
      ? [
          {
            id: 'sla',
            colour: 'red' as const,
            text: `${counted(breached.length, 'person', 'people')} past the contact SLA: ${breached
              .map((person) => person.name ?? person.person)
              .join(', ')}`,
          },
        ]
      : []),
  ];
  if (gaps.length === 0) return null;
  return (
    <ul className={classes.gaps} aria-label="Gaps">
      {gaps.map((gap) => (
        <li key={gap.id} data-colour={gap.colour}>
          <Shape colour={gap.colour} /> {gap.text}
        </li>
      ))}
    </ul>
  );
}
