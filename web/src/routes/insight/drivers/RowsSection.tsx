import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useId, useMemo } from 'react';

import type { DriversRun, RenewalRow } from '../../../api/client';
import { analysisRowsQuery } from '../../../api/queries';
import { useShortcuts } from '../../../frame/shortcuts';
import { plainMoney } from '../../../format/money';
import { count, counted, oneDecimal, percent } from '../../../format/number';
import { spaced } from '../../../format/words';
import { type Column, DataTable, type ExtraColumn } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { Failure } from '../../../show/Failure';
import { Money } from '../../../show/Money';
import { Section } from '../../../show/Section';
import { Tag } from '../../../show/Tag';
import page from './DriversPage.module.css';
import { COLOURS, filteredRows, filterWords, GROUP_WORDS, isFiltered, NO_FILTER, OUTCOME_WORDS, OUTCOMES, ROW_GROUPS, type RowFilter } from './rows';
import classes from './RowsSection.module.css';
import { useIsNear } from './useIsNear';

const HEIGHT = 480;

/** The renewals behind the numbers, as known on their as-of days; asked for once one comes near. */
export function RowsSection({ run }: { run: DriversRun }) {
  const search = useSearch({ from: '/insight/drivers' });
  const filter: RowFilter = search;
  const [place, isNear] = useIsNear();
  useShortcuts([
    { keys: 'e', label: 'export the renewals as CSV', run: () => place.current?.querySelector('button')?.click() },
  ]);
  const isWanted = isNear || isFiltered(filter);
  const query = useQuery({ ...analysisRowsQuery(run.id), enabled: isWanted });
  const rows = useMemo(() => (query.data ? filteredRows(query.data, filter, run.report) : []), [query.data, filter, run]);
  return (
    <Section id="rows" title="The renewals behind the numbers" aside={<FilterFields filter={filter} />}>
      <div ref={place} style={{ minHeight: HEIGHT }}>
        {query.isError ? (
          <Failure what="the renewals" error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data ? (
          <DataTable
            name="Renewals"
            title={
              <span role="status">
                {isFiltered(filter) ? `${count(rows.length)} of ` : ''}
                {counted(query.data.length, 'renewal')}
                <span className={page.quiet}> · {filterWords(filter)}</span>
              </span>
            }
            file={`renewals-${run.report.from}-${run.report.to}`}
            columns={COLUMNS}
            extra={MORE}
            rows={rows}
            limit={25}
            keyOf={(row) => `${row.account} ${row.product} ${row.due_on}`}
            empty="No renewal is like that. Take a condition away above."
          />
        ) : (
          <div aria-busy={isWanted}>
            <p className={page.quiet} role="status">
              Reading the renewals…
            </p>
            <Skeleton height={HEIGHT - 40} mt={8} animate={isWanted} />
          </div>
        )}
      </div>
    </Section>
  );
}

function FilterFields({ filter }: { filter: RowFilter }) {
  return (
    <div className={classes.filters} role="group" aria-label="Which of them">
      <Choice name="rows" label="Rows" none="all" choices={ROW_GROUPS.map((value) => [value, GROUP_WORDS[value]])} />
      <Choice name="colour" label="Colour" none="any" choices={COLOURS.map((value) => [value, value])} />
      <Choice name="outcome" label="Outcome" none="any" choices={OUTCOMES.map((value) => [value, OUTCOME_WORDS[value]])} />
      {isFiltered(filter) && (
        <Link
          from="/insight/drivers"
          to="/insight/drivers"
          search={(old) => ({ ...old, ...NO_FILTER })}
          hash="rows"
          resetScroll={false}
          className={classes.clear}
        >
          Show all
        </Link>
      )}
    </div>
  );
}

interface ChoiceProperties {
  name: 'rows' | 'colour' | 'outcome';
  label: string;
  none: string;
  choices: readonly (readonly [string, string])[];
}

function Choice({ name, label, none, choices }: ChoiceProperties) {
  const search = useSearch({ from: '/insight/drivers' });
  const navigate = useNavigate({ from: '/insight/drivers' });
  const id = useId();
  return (
    <span className={classes.choice}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={search[name] ?? ''}
        onChange={(event) => {
          const value = event.currentTarget.value || undefined;
          void navigate({ search: (old) => ({ ...old, [name]: value }), replace: true, resetScroll: false });
        }}
      >
        <option value="">{none}</option>
        {choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}

const OUTCOME_TAGS: Record<string, 'green' | 'yellow' | 'red'> = { churned: 'red', contraction: 'yellow' };

const SCORES = [
  ['deployment', 'Deploy.'],
  ['engagement', 'Engage.'],
  ['adoption', 'Adoption'],
  ['roi', 'ROI'],
] as const;

/** For the file alone. */
const MORE: ExtraColumn<RenewalRow>[] = [
  { id: 'name', value: (row) => row.name },
  { id: 'known_on', value: (row) => row.known_on },
  { id: 'is_used', value: (row) => String(row.is_used) },
  { id: 'at_leads', value: (row) => row.at_leads.join(' ') },
];

const COLUMNS: Column<RenewalRow>[] = [
  {
    id: 'account',
    label: 'Account',
    show: (row) => (
      <Link
        to="/accounts/$account"
        params={{ account: row.account }}
        search={{ as_of: row.as_of }}
        preload={false}
        title={`${row.name} (${row.account}) as of that day`}
      >
        {row.name}
      </Link>
    ),
    csv: (row) => row.account,
  },
  { id: 'product', label: 'Product', show: (row) => row.product, csv: (row) => row.product },
  { id: 'due_on', label: 'Due', show: (row) => <DayText day={row.due_on} />, csv: (row) => row.due_on },
  { id: 'decided_on', label: 'Decided', show: (row) => (row.decided_on == null ? '–' : <DayText day={row.decided_on} />), csv: (row) => row.decided_on },
  {
    id: 'outcome',
    label: 'Outcome',
    show: (row) => {
      const colour = OUTCOME_TAGS[row.outcome];
      return colour ? <Tag colour={colour}>{row.outcome}</Tag> : row.outcome;
    },
    csv: (row) => row.outcome,
  },
  {
    id: 'due_arr',
    label: 'ARR due',
    align: 'right',
    show: (row) => <Money cents={row.due_arr_cents} />,
    csv: (row) => plainMoney(row.due_arr_cents),
  },
  {
    id: 'successor_arr',
    label: 'after',
    align: 'right',
    show: (row) => <Money cents={row.successor_arr_cents} />,
    csv: (row) => plainMoney(row.successor_arr_cents),
  },
  { id: 'as_of', label: 'As of', show: (row) => <DayText day={row.as_of} />, csv: (row) => row.as_of },
  {
    id: 'score',
    label: 'Outcomes',
    show: (row) => <Tag colour={row.colour}>{row.score == null ? 'unknown' : `${Math.round(row.score)} ${row.colour}`}</Tag>,
    csv: (row) => row.score,
  },
  ...SCORES.map(([id, label]) => ({
    id,
    label,
    align: 'right' as const,
    show: (row: RenewalRow) => <span title={oneDecimal(row[id])}>{row[id] == null ? '–' : Math.round(row[id])}</span>,
    csv: (row: RenewalRow) => row[id],
  })),
  {
    id: 'held_out_probability',
    label: 'Predicted',
    align: 'right',
    show: ({ held_out_probability: predicted }) => (predicted == null ? '–' : percent(predicted, 1)),
    csv: (row) => row.held_out_probability,
  },
  { id: 'segment', label: 'Segment', show: (row) => (row.segment ? spaced(row.segment) : '–'), csv: (row) => row.segment },
  {
    id: 'tenure_days',
    label: 'Tenure',
    align: 'right',
    show: (row) => (row.tenure_days == null ? '–' : `${(row.tenure_days / 365.25).toFixed(1)} y`),
    csv: (row) => row.tenure_days,
  },
  { id: 'left_out', label: 'Left out', show: (row) => row.left_out ?? '–', csv: (row) => row.left_out },
];
