import type { ReactNode } from 'react';

import type { AccountRow, Day, Sort } from '../../api/client';
import { longDay } from '../../format/day';
import { personOf, spaced } from '../../format/words';
import { Change } from '../../show/Change';
import { DayText } from '../../show/DayText';
import { Health } from '../../show/Health';
import { Money } from '../../show/Money';
import { Sparkline } from '../../show/Sparkline';
import { listOf } from '../../url';
import { AccountLink } from './AccountLink';
import classes from './AccountTable.module.css';

/** What a cell needs to know beside its row. */
export interface ListContext {
  asOf: Day;
  /** The day that changes are against, in words. */
  against: string;
}

export interface AccountColumn {
  id: string;
  /** What the header shows. */
  label: string;
  /** What the header means, where the label is short. */
  meaning?: string;
  sort?: Sort;
  /** In pixels; without one it takes what is left. */
  width?: number;
  align?: 'right';
  isOptional?: boolean;
  show: (row: AccountRow, context: ListContext) => ReactNode;
}

function word(id: 'segment' | 'stage' | 'industry' | 'region' | 'status', sort?: Sort): AccountColumn {
  return {
    id,
    label: spaced(id).replace(/^./, (letter) => letter.toUpperCase()),
    ...(sort ? { sort } : {}),
    width: 112,
    isOptional: true,
    show: (row) => <span className={classes.cut}>{row[id] ? spaced(row[id]) : '–'}</span>,
  };
}

function component(id: 'deployment' | 'engagement' | 'adoption' | 'roi', label: string, meaning: string): AccountColumn {
  return {
    id,
    label,
    meaning,
    sort: id,
    width: 56,
    show: (row) => <Health cell={row.components[id]} size="narrow" />,
  };
}

/** All columns of the list, in their order. */
export const ACCOUNT_COLUMNS: readonly AccountColumn[] = [
  { id: 'name', label: 'Account', sort: 'name', width: 196, show: (row) => <AccountLink row={row} /> },
  {
    id: 'csm',
    label: 'Owner',
    sort: 'csm',
    width: 108,
    show: (row) => (
      <span className={classes.cut} title={row.csm ?? 'no owner'}>
        {row.csm ? personOf(row.csm) : '–'}
      </span>
    ),
  },
  word('status'),
  word('segment', 'segment'),
  {
    id: 'tier',
    label: 'Tier',
    sort: 'tier',
    width: 56,
    align: 'right',
    isOptional: true,
    show: (row) => row.tier ?? '–',
  },
  word('stage'),
  word('region'),
  word('industry'),
  {
    id: 'arr',
    label: 'ARR',
    meaning: 'annual recurring revenue on the day',
    sort: 'arr',
    width: 84,
    align: 'right',
    show: (row) => <Money cents={row.arr_cents} />,
  },
  {
    id: 'outcomes',
    label: 'Outcomes',
    meaning: 'customer outcomes score',
    sort: 'outcomes',
    width: 112,
    show: (row) => <Health cell={row.outcomes} />,
  },
  {
    id: 'change',
    label: '30 days',
    meaning: 'change of the outcomes score in 30 days, beside its last 27 weeks',
    sort: 'change',
    width: 112,
    show: (row, { against }) => (
      <span className={classes.trend}>
        <span className={classes.change}>
          <Change change={row.outcomes.change} against={against} />
        </span>
        <Sparkline values={row.trend} colour={row.outcomes.colour} width={64} />
      </span>
    ),
  },
  component('deployment', 'D', 'Deployment'),
  component('engagement', 'E', 'Engagement'),
  component('adoption', 'A', 'Adoption'),
  component('roi', 'R', 'Return on investment'),
  {
    id: 'experience',
    label: 'Experience',
    meaning: 'customer experience score',
    sort: 'experience',
    width: 116,
    show: (row) => <Health cell={row.experience} />,
  },
  {
    id: 'renewal',
    label: 'Renewal',
    meaning: 'the next due day of a running term',
    sort: 'renewal',
    width: 80,
    show: (row, { asOf }) => <DayText day={row.renews_on} asOf={asOf} form="relative" missing="none due" />,
  },
  {
    id: 'last_met',
    label: 'Last met',
    meaning: 'the day a person was last met',
    sort: 'last_met',
    width: 84,
    show: (row, { asOf }) => <DayText day={row.last_met_on} asOf={asOf} form="relative" missing="never" />,
  },
  {
    id: 'why',
    label: 'Why',
    meaning: 'the largest move in 30 days, else the largest gap',
    show: (row) => (
      <span className={classes.why} title={row.why ?? undefined}>
        {row.why ?? ''}
      </span>
    ),
  },
];

/** The columns to show: those named, else those that are not optional. The account itself always. */
export function columnsOf(named: string | undefined): readonly AccountColumn[] {
  const ids = new Set(listOf(named));
  const isKnown = ACCOUNT_COLUMNS.some((column) => ids.has(column.id));
  return ACCOUNT_COLUMNS.filter((column) =>
    column.id === 'name' ? true : isKnown ? ids.has(column.id) : !column.isOptional,
  );
}

/** What the address says of the columns: nothing where they are the usual ones. */
export function namedColumns(columns: readonly AccountColumn[]): string | undefined {
  const ids = columns.map((column) => column.id).join(',');
  return ids ===
    columnsOf(undefined)
      .map((column) => column.id)
      .join(',')
    ? undefined
    : ids;
}

/** The day that changes are against, in words. */
export function againstDay(day: Day): string {
  return `${longDay(day)}, 30 days before`;
}
