import { Link } from '@tanstack/react-router';

import type { AccountView } from '../../api/client';
import { daysBetween, longDay } from '../../format/day';
import { personOf, spaced } from '../../format/words';
import { DayText } from '../../show/DayText';
import { Money } from '../../show/Money';
import classes from './AccountPage.module.css';

/** Who it is, whose, worth what, and when it renews. */
export function AccountHeader({ view }: { view: AccountView }) {
  const attributes = Object.entries(view.attributes);
  return (
    <header className={classes.header}>
      <dl className={classes.facts}>
        {view.tier != null && <Fact label="tier">{view.tier}</Fact>}
        {view.segment && <Fact label="segment">{spaced(view.segment)}</Fact>}
        {view.stage && <Fact label="stage">{spaced(view.stage)}</Fact>}
        {view.industry && <Fact label="industry">{view.industry}</Fact>}
        {view.region && <Fact label="region">{view.region}</Fact>}
        {view.parent && (
          <Fact label="part of">
            <Link to="/accounts/$account" params={{ account: view.parent }}>
              {view.parent}
            </Link>
          </Fact>
        )}
        <Fact label="owner">
          <span title={view.csm ?? undefined}>{view.csm ? personOf(view.csm) : 'nobody'}</span>
        </Fact>
        {attributes.map(([name, value]) => (
          <Fact key={name} label={spaced(name)}>
            {String(value)}
          </Fact>
        ))}
      </dl>
      <dl className={classes.facts}>
        <Fact label={statusLabel(view)}>
          <DayText day={view.status === 'churned' ? view.churned_on : view.customer_since} />
        </Fact>
        <Fact label="renewal">
          {view.renews_on ? (
            <span title={longDay(view.renews_on)}>
              <DayText day={view.renews_on} />, in {daysBetween(view.as_of, view.renews_on)} d
            </span>
          ) : (
            'none due'
          )}
        </Fact>
        <Fact label="ARR">
          <Money cents={view.arr_cents} whole />
        </Fact>
      </dl>
    </header>
  );
}

function statusLabel(view: AccountView): string {
  if (view.status === 'churned') return 'left on';
  return view.status === 'prospect' ? 'not yet a customer' : 'customer since';
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
