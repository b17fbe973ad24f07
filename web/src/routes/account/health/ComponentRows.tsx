import { useNavigate, useSearch } from '@tanstack/react-router';

import type { ComponentExplanation } from '../../../api/client';
import { percent, signed } from '../../../format/number';
import { Health } from '../../../show/Health';
import { listOf, toggled } from '../../../url';
import { MeasureRows } from './MeasureRows';
import classes from './Why.module.css';

/** A component with its measures. */
export function ComponentRows({ component }: { component: ComponentExplanation }) {
  const search = useSearch({ from: '/accounts/$account' });
  const navigate = useNavigate({ from: '/accounts/$account' });
  const open = listOf(search.open);
  const share = component.measures.reduce((sum, measure) => sum + measure.effective_weight, 0);
  return (
    <tbody>
      <tr className={classes.component} id={`component-${component.component}`}>
        <th scope="rowgroup">{component.label}</th>
        <td>
          <Health cell={component} size="detail" />
        </td>
        <td className={classes.weight} title={`weight ${component.weight} in the scorecard`}>
          {percent(share)}
        </td>
        <td>{signed(component.contribution)}</td>
      </tr>
      {component.measures.map((measure) => {
        const id = `${component.component}.${measure.measure}`;
        return (
          <MeasureRows
            key={measure.measure}
            id={id}
            component={component.label}
            measure={measure}
            isOpen={open.includes(id)}
            onToggle={() =>
              void navigate({
                search: (old) => ({ ...old, open: toggled(search.open, id) }),
                replace: true,
                hash: true,
                resetScroll: false,
              })
            }
          />
        );
      })}
    </tbody>
  );
}
