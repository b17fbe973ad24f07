import type { Colour, Day, ObjectiveRow, PlanRow } from '../../../api/client';
import { longDay } from '../../../format/day';
import { count } from '../../../format/number';
import { spaced } from '../../../format/words';
import { DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { Tag } from '../../../show/Tag';
import { Initiatives } from './Initiatives';
import classes from './Plans.module.css';

const COLOURS: Record<string, Colour> = { verified: 'green', completed: 'yellow', late: 'red', open: 'unknown' };

/** A plan with its objectives. */
export function Plan({ plan, asOf }: { plan: PlanRow; asOf: Day }) {
  return (
    <DataTable
      name={`Objectives of ${plan.name}`}
      title={
        <>
          {plan.name} <span className={classes.accepted}>{acceptance(plan)}</span>
        </>
      }
      file={`${plan.plan}-objectives`}
      rows={plan.objectives}
      keyOf={(row) => row.objective}
      empty="The plan has no objective yet."
      columns={[
        {
          id: 'name',
          label: 'Objective',
          show: (row) => (
            <span title={row.objective}>
              {row.name}
              <span className={classes.beside}>{progress(row)}</span>
            </span>
          ),
          csv: (row) => row.name,
        },
        {
          id: 'state',
          label: 'State',
          show: (row) => (
            <>
              <Tag colour={COLOURS[row.state] ?? 'unknown'}>{spaced(row.state)}</Tag>
              {row.verified_on && (
                <span className={classes.beside}>
                  {row.verified_by ? `by ${row.verified_by}, ` : ''}
                  {longDay(row.verified_on)}
                </span>
              )}
              {row.evidence && <span className={classes.beside}>{row.evidence}</span>}
            </>
          ),
          csv: (row) => row.state,
        },
        {
          id: 'due_on',
          label: 'Due',
          show: (row) => <DayText day={row.due_on} asOf={asOf} />,
          csv: (row) => row.due_on,
        },
        {
          id: 'initiatives',
          label: 'Initiatives',
          wide: true,
          show: (row) => <Initiatives rows={row.initiatives} asOf={asOf} />,
          csv: (row) => row.initiatives.map((initiative) => initiative.name).join('; '),
        },
      ]}
    />
  );
}

function acceptance(plan: PlanRow): string {
  if (plan.accepted_on) return `accepted ${longDay(plan.accepted_on)}${plan.accepted_by ? ` by ${plan.accepted_by}` : ''}`;
  return plan.created_on ? `not accepted, made ${longDay(plan.created_on)}` : 'not accepted';
}

function progress(row: ObjectiveRow): string {
  const { metric, baseline, value, target } = row;
  const numbers = [
    ...(baseline == null ? [] : [`from ${count(baseline)}`]),
    ...(value == null ? [] : [`reached ${count(value)}`]),
    ...(target == null ? [] : [`target ${count(target)}`]),
  ];
  return [metric ? spaced(metric) : '', numbers.join(', ')].filter((part) => part !== '').join(': ');
}
