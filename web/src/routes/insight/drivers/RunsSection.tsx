import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import type { AnalysisRun, DriversRun } from '../../../api/client';
import { analysesQuery } from '../../../api/queries';
import { longInstant, shortDay } from '../../../format/day';
import { type Column, DataTable } from '../../../show/DataTable';
import { Loaded } from '../../../show/Loaded';
import { Section } from '../../../show/Section';
import classes from './DriversPage.module.css';
import { ANOTHER_QUESTION } from './rows';
import { requestOf } from './run';

/** Every run is kept: what was asked, of which facts, by which rules. */
export function RunsSection({ run }: { run: DriversRun }) {
  const analyses = useQuery({ ...analysesQuery(run.id), placeholderData: keepPreviousData });
  const columns: Column<AnalysisRun>[] = [
    {
      id: 'made_at',
      label: 'Made',
      show: ({ id, made_at: madeAt }) => (
        <span className={classes.number}>
          <Link from="/insight/drivers" to="/insight/drivers" search={(old) => ({ ...old, ...ANOTHER_QUESTION, run: id })} resetScroll preload={false} title={id}>
            {longInstant(madeAt)}
          </Link>
          {id === run.id && <strong> · on view</strong>}
        </span>
      ),
      csv: ({ made_at: madeAt }) => madeAt,
    },
    {
      id: 'window',
      label: 'Renewals due',
      show: ({ request }) => {
        const { from, to, signedOff } = requestOf(request);
        return (
          <>
            <span className={classes.number}>{from && to ? `${shortDay(from)} until before ${shortDay(to)}` : '–'}</span>
            {signedOff.length > 0 && <div className={classes.asks}>{signedOff.join(' and ')} signed off</div>}
          </>
        );
      },
      csv: ({ request }) => JSON.stringify(request),
    },
    {
      id: 'lead_days',
      label: 'Lead',
      align: 'right',
      show: ({ request }) => <span className={classes.number}>{requestOf(request).leadDays ?? '–'} d</span>,
      csv: ({ request }) => requestOf(request).leadDays,
    },
    { id: 'revision', label: 'Facts', align: 'right', show: ({ revision }) => <span className={classes.number}>revision {revision}</span>, csv: ({ revision }) => revision },
    {
      id: 'workbook_version',
      label: 'Workbook',
      show: ({ workbook_version: version }) => (
        <span className={classes.number}>{version === 0 ? 'built-in' : `version ${version}`}</span>
      ),
      csv: ({ workbook_version: version }) => version,
    },
    { id: 'code_version', label: 'Dearly', show: ({ code_version: code }) => code, csv: ({ code_version: code }) => code },
    { id: 'id', label: 'Id', show: ({ id }) => <code>{id}</code>, csv: ({ id }) => id },
  ];
  return (
    <Section id="runs" title="Kept runs">
      <Loaded query={analyses} what="the kept runs" height={160}>
        {(rows) => (
          <DataTable
            name="Kept runs"
            title={`${rows.length === 1 ? 'One run' : `${rows.length} runs`}, newest first`}
            file="drivers-runs"
            columns={columns}
            rows={rows.filter(({ kind }) => kind === 'drivers')}
            limit={5}
            keyOf={({ id }) => id}
            empty="No run is kept."
          />
        )}
      </Loaded>
    </Section>
  );
}
