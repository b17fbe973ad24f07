import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';

import type { AccountView } from '../../../api/client';
import { explanationQuery, historyQuery } from '../../../api/queries';
import { addDays } from '../../../format/day';
import { useAsOf } from '../../../show/useAsOf';
import { ComponentTiles } from './ComponentTiles';
import classes from './Health.module.css';
import { MovedCard } from './MovedCard';
import { ScoreCard } from './ScoreCard';
import { WhySection } from './WhySection';

const DAYS_BACK = 30;

/** Both scores with their past, what moved, the components, and why. */
export function HealthSection({ view }: { view: AccountView }) {
  const asOf = useAsOf();
  const search = useSearch({ from: '/accounts/$account' });
  const since = search.since ?? addDays(view.as_of, -DAYS_BACK);
  const history = useQuery(historyQuery(view.account, asOf));
  const explanation = useQuery(explanationQuery(view.account, asOf, since));
  return (
    <>
      <div id="health" className={classes.cards}>
        <ScoreCard view={view} score="outcomes" history={history} />
        <ScoreCard view={view} score="experience" history={history} />
        <MovedCard view={view} since={since} explanation={explanation} />
      </div>
      <ComponentTiles view={view} />
      <WhySection view={view} explanation={explanation} />
    </>
  );
}
