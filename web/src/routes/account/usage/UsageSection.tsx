import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';

import type { AccountView, UsageView } from '../../../api/client';
import { usageQuery } from '../../../api/queries';
import { longDay } from '../../../format/day';
import { count } from '../../../format/number';
import { Chart } from '../../../show/chart/Chart';
import type { Ink } from '../../../show/chart/ink';
import { LegendLine } from '../../../show/chart/Legend';
import { DataTable } from '../../../show/DataTable';
import { Loaded } from '../../../show/Loaded';
import { Section } from '../../../show/Section';
import { useAsOf } from '../../../show/useAsOf';
import { FeatureTable } from './FeatureTable';
import classes from './Usage.module.css';
import { usageFinding } from './usageFinding';
import { usageOption } from './usageOption';
import { UserTable } from './UserTable';

/** Who uses how much of what was bought. */
export function UsageSection({ view }: { view: AccountView }) {
  const usage = useQuery(usageQuery(view.account, useAsOf()));
  return (
    <Section id="usage" title="Usage">
      <Loaded query={usage} what="the usage" height={520}>
        {(data) => <Usage usage={data} asOf={view.as_of} />}
      </Loaded>
    </Section>
  );
}

function Usage({ usage, asOf }: { usage: UsageView; asOf: string }) {
  const option = useCallback((ink: Ink) => usageOption(usage, ink), [usage]);
  const weeks = usage.weeks.map((day, index) => ({ day, index })).toReversed();
  return (
    <>
      <p className={classes.finding}>{usageFinding(usage)}</p>
      <Chart
        option={option}
        height={220}
        label="Active users in 28 days, activated licences and entitled seats, by week"
        legend={
          <>
            <LegendLine label="active users, 28 days" colour="var(--accent)" />
            <LegendLine label="activated licences" colour="var(--muted)" />
            <LegendLine label="entitled seats" colour="var(--muted)" dash="3 3" />
          </>
        }
        table={
          <DataTable
            name="Usage by week"
            file={`${usage.account}-usage`}
            rows={weeks}
            keyOf={(week) => week.day}
            empty="No week to show."
            columns={[
              { id: 'week_to', label: 'Week to', show: ({ day }) => longDay(day), csv: ({ day }) => day },
              ...(['active_users', 'activated', 'entitled', 'events'] as const).map((id) => ({
                id,
                label: { active_users: 'Active users', activated: 'Activated', entitled: 'Entitled', events: 'Events' }[id],
                align: 'right' as const,
                show: ({ index }: { index: number }) => count(usage[id][index]),
                csv: ({ index }: { index: number }) => usage[id][index],
              })),
            ]}
          />
        }
      />
      <div className={classes.tables}>
        <FeatureTable usage={usage} />
        <UserTable usage={usage} asOf={asOf} />
      </div>
    </>
  );
}
