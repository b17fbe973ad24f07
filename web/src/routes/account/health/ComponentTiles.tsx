import { Link } from '@tanstack/react-router';

import type { AccountView } from '../../../api/client';
import { addDays, longDay } from '../../../format/day';
import { titled } from '../../../format/words';
import { Change } from '../../../show/Change';
import { Health } from '../../../show/Health';
import { useBook } from '../../../show/useBook';
import { COMPONENTS } from '../../accounts/search';
import classes from './Health.module.css';

/** The components of the outcomes score; each leads to what it is made of. */
export function ComponentTiles({ view }: { view: AccountView }) {
  const labels = useBook()?.labels;
  const against = longDay(addDays(view.as_of, -30));
  const known = COMPONENTS.filter((id) => id in view.components);
  const others = Object.keys(view.components).filter((id) => !known.includes(id as (typeof COMPONENTS)[number]));
  return (
    <ul className={classes.tiles} aria-label="Components of the outcomes score">
      {[...known, ...others].map((id) => (
        <li key={id}>
          <Link
            to="."
            search={(old) => ({ ...old, score: undefined })}
            hash={`component-${id}`}
            className={classes.tile}
            activeProps={{}}
          >
            <span className={classes.tileLabel}>{labels?.[id] ?? titled(id)}</span>
            <span className={classes.tileScore}>
              <Health cell={view.components[id]} size="headline" />
              <Change change={view.components[id]?.change} against={against} inDetail />
            </span>
            <Meter score={view.components[id]?.score} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Meter({ score }: { score: number | null | undefined }) {
  return (
    <span className={classes.meter} aria-hidden="true">
      {score != null && <span style={{ width: `${score}%` }} />}
    </span>
  );
}
