import { useQuery } from '@tanstack/react-query';

import type { AccountView } from '../../../api/client';
import { plansQuery } from '../../../api/queries';
import { Loaded } from '../../../show/Loaded';
import { Section } from '../../../show/Section';
import { useAsOf } from '../../../show/useAsOf';
import { Plan } from './Plan';
import classes from './Plans.module.css';

/** Success plans down to their initiatives. */
export function PlansSection({ view }: { view: AccountView }) {
  const plans = useQuery(plansQuery(view.account, useAsOf()));
  return (
    <Section id="plans" title="Success plans">
      <Loaded query={plans} what="the plans" height={240}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={classes.quiet}>No success plan yet. Plans come from plans.csv, objectives.csv and initiatives.csv.</p>
          ) : (
            rows.map((plan) => <Plan key={plan.plan} plan={plan} asOf={view.as_of} />)
          )
        }
      </Loaded>
    </Section>
  );
}
