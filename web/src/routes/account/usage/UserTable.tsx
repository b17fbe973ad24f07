import type { Day, UsageView } from '../../../api/client';
import { count } from '../../../format/number';
import { DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import small from '../../../show/Small.module.css';
import classes from './Usage.module.css';

/** Users, most active first. */
export function UserTable({ usage, asOf }: { usage: UsageView; asOf: Day }) {
  return (
    <DataTable
      name="Users"
      title="Users in 28 days"
      file={`${usage.account}-users`}
      rows={usage.users}
      limit={10}
      keyOf={(user) => user.user}
      empty="Nobody was active in 28 days."
      columns={[
        {
          id: 'user',
          label: 'User',
          show: (user) => (
            <span>
              <span className={classes.user}>{user.user}</span>
              {user.person && <span className={small.mark}>{user.person === user.user ? 'known person' : user.person}</span>}
            </span>
          ),
          csv: (user) => user.user,
        },
        {
          id: 'active_days',
          label: 'Active days',
          align: 'right',
          show: (user) => count(user.active_days),
          csv: (user) => user.active_days,
        },
        { id: 'events', label: 'Events', align: 'right', show: (user) => count(user.events), csv: (user) => user.events },
        {
          id: 'last_on',
          label: 'Last',
          show: (user) => <DayText day={user.last_on} asOf={asOf} form="relative" />,
          csv: (user) => user.last_on,
        },
      ]}
    />
  );
}
