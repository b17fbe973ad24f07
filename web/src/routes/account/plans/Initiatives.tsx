import type { Day, InitiativeRow } from '../../../api/client';
import { longDay, shortDay } from '../../../format/day';
import { personOf } from '../../../format/words';
import { Icon } from '../../../show/Icon';
import classes from './Plans.module.css';

/** What is done for an objective, by whom. */
export function Initiatives({ rows, asOf }: { rows: readonly InitiativeRow[]; asOf: Day }) {
  if (rows.length === 0) return <span className={classes.quiet}>none</span>;
  return (
    <ul className={classes.initiatives}>
      {rows.map((row) => {
        const isLate = !row.done_on && row.due_on != null && row.due_on < asOf;
        return (
          <li key={row.initiative} data-late={isLate || undefined}>
            <Icon name={row.done_on ? 'check' : isLate ? 'warning' : 'right'} size={14} />
            <span>
              {row.name}
              <span className={classes.beside}>
                {[
                  row.owner && personOf(row.owner),
                  row.side,
                  row.done_on ? `done ${shortDay(row.done_on)}` : row.due_on && `${isLate ? 'was due' : 'due'} ${longDay(row.due_on)}`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
