import { Skeleton, VisuallyHidden } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import type { Totals as TotalsData } from '../../api/client';
import { count, counted } from '../../format/number';
import { Money } from '../../show/Money';
import { Shape } from '../../show/Shape';
import { listOf, toggled } from '../../url';
import { COLOURS } from './search';
import classes from './Totals.module.css';

/** How many accounts, worth what, in which colours; a colour is a filter, too. */
export function Totals({ totals }: { totals: TotalsData | undefined }) {
  const search = useSearch({ from: '/accounts' });
  const navigate = useNavigate({ from: '/accounts' });
  if (!totals) return <Skeleton height={16} width={360} my={6} />;
  const chosen = listOf(search.colour);
  return (
    <div className={classes.totals}>
      <span role="status">
        <strong>{counted(totals.n_accounts, 'account')}</strong> · ARR{' '}
        <strong>
          <Money cents={totals.arr_cents} />
        </strong>
      </span>
      <span className={classes.colours} role="group" aria-label="Outcomes colours">
        {COLOURS.map((colour) => (
          <button
            key={colour}
            type="button"
            className={classes.colour}
            aria-pressed={chosen.includes(colour)}
            title={`${count(totals[colour])} ${colour}: ${chosen.includes(colour) ? 'show others, too' : 'show only these'}`}
            onClick={() => void navigate({ search: (old) => ({ ...old, colour: toggled(search.colour, colour) }) })}
          >
            <Shape colour={colour} />
            {count(totals[colour])}
            <VisuallyHidden> {colour}</VisuallyHidden>
          </button>
        ))}
      </span>
    </div>
  );
}
