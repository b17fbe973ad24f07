import type { AccountView } from '../../../api/client';
import { Section } from '../../../show/Section';
import classes from './Commercial.module.css';
import { Invoices } from './Invoices';
import { Subscriptions } from './Subscriptions';

/** What was bought, and what was paid. */
export function CommercialSection({ view }: { view: AccountView }) {
  return (
    <Section id="commercial" title="Commercial">
      <div className={classes.tables}>
        <Subscriptions view={view} />
        <Invoices view={view} />
      </div>
    </Section>
  );
}
