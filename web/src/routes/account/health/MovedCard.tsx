import type { UseQueryResult } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

import type { AccountView, Explanation, Movement } from '../../../api/client';
import { longDay } from '../../../format/day';
import { signed } from '../../../format/number';
import { Loaded } from '../../../show/Loaded';
import classes from './Health.module.css';
import { SincePicker } from './SincePicker';

interface Properties {
  view: AccountView;
  since: string;
  explanation: UseQueryResult<Explanation>;
}

/** What moved since a chosen day; the lines add up to the difference. */
export function MovedCard({ view, since, explanation }: Properties) {
  const search = useSearch({ from: '/accounts/$account' });
  const navigate = useNavigate({ from: '/accounts/$account' });
  const score = search.score ?? 'outcomes';
  return (
    <section className={classes.card} aria-labelledby="moved-title">
      <div className={classes.cardHead}>
        <h2 className={classes.cardTitle} id="moved-title">
          What moved since
        </h2>
        <SincePicker
          since={since}
          asOf={view.as_of}
          onChange={(day) => void navigate({ search: (old) => ({ ...old, since: day }), hash: true, resetScroll: false })}
        />
      </div>
      <Loaded query={explanation} what="what moved" height={200}>
        {(data) => <Moved movement={data[score].moved} />}
      </Loaded>
    </section>
  );
}

function Moved({ movement }: { movement: Movement | null | undefined }) {
  if (!movement || (movement.from == null && movement.to == null)) {
    return <p className={classes.quiet}>Nothing to compare: the score is unknown on both days.</p>;
  }
  return (
    <>
      <p className={classes.sentence}>{movement.sentence}</p>
      {movement.lines.length === 0 && <p className={classes.quiet}>Nothing moved since {longDay(movement.since)}.</p>}
      <ul className={classes.moves} tabIndex={0} aria-label="What moved">
        {movement.lines.map((line) => (
          <li key={`${line.kind} ${line.id}`}>
            <span className={classes.points} data-direction={signed(line.change) === '0.0' ? undefined : line.change < 0 ? 'down' : 'up'}>
              {signed(line.change)}
            </span>
            <span>
              {line.label}
              {line.kind !== 'measure' && <span className={classes.kind}>{line.kind}</span>}
              {(line.from_text || line.to_text) && (
                <span className={classes.values}>
                  {line.from_text ?? 'unknown'} → {line.to_text ?? 'unknown'}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
