import { counted } from '../../format/number';
import { Shape } from '../../show/Shape';
import { Tag } from '../../show/Tag';
import classes from './Telemetry.module.css';

/** The events that no account is known for, and what gives them one. */
export function Unattributed({ events }: { events: number }) {
  if (events === 0) {
    return (
      <p>
        <Tag colour="green">Every event in the lake has its account.</Tag>
      </p>
    );
  }
  return (
    <div className={classes.unattributed}>
      <p>
        <Shape colour="yellow" /> <strong>{counted(events, 'event')}</strong> in the lake{' '}
        {events === 1 ? 'has' : 'have'} no account and {events === 1 ? 'counts' : 'count'} nowhere.
      </p>
      <ul className={classes.ways}>
        <li>
          Send a <code>group</code> call for each user: from its day on it claims what the user sent before, too.
        </li>
        <li>
          Or name the account in each event, as <code>context.groupId</code>: from then on.
        </li>
        <li>
          Or name the event property that holds it, as <code>account_property</code> in the workbook’s{' '}
          <code>organisation.yaml</code>: from then on.
        </li>
      </ul>
    </div>
  );
}
