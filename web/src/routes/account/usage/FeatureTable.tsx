import type { UsageView } from '../../../api/client';
import { count } from '../../../format/number';
import { spaced } from '../../../format/words';
import { DataTable } from '../../../show/DataTable';
import small from '../../../show/Small.module.css';
import { WeekBars } from './WeekBars';

/** Features, most used first, each with its weeks. */
export function FeatureTable({ usage }: { usage: UsageView }) {
  return (
    <DataTable
      name="Features"
      title={
        usage.n_features > usage.features.length
          ? `Features in 28 days: the ${count(usage.features.length)} most used of ${count(usage.n_features)}`
          : 'Features in 28 days'
      }
      file={`${usage.account}-features`}
      rows={usage.features}
      keyOf={(feature) => feature.feature}
      empty="No event names a feature yet. Events come from events.csv or Parquet."
      columns={[
        {
          id: 'feature',
          label: 'Feature',
          show: (feature) => (
            <span>
              {spaced(feature.feature)}
              {feature.sticky && (
                <span className={small.mark} title="the workbook calls it sticky: regular use goes with staying">
                  sticky
                </span>
              )}
            </span>
          ),
          csv: (feature) => feature.feature,
        },
        {
          id: 'users',
          label: 'Users',
          align: 'right',
          show: (feature) => count(feature.users),
          csv: (feature) => feature.users,
        },
        {
          id: 'regular_users',
          label: 'Regular',
          align: 'right',
          show: (feature) => (
            <span title="users who used it on at least 4 of 28 days">{count(feature.regular_users)}</span>
          ),
          csv: (feature) => feature.regular_users,
        },
        {
          id: 'events',
          label: 'Events',
          align: 'right',
          show: (feature) => count(feature.events),
          csv: (feature) => feature.events,
        },
        {
          id: 'by_week',
          label: 'Events by week',
          show: (feature) => <WeekBars values={feature.by_week} weeks={usage.weeks} />,
          csv: (feature) => feature.by_week.join(';'),
        },
      ]}
    />
  );
}
