import { useQuery } from '@tanstack/react-query';

import type { SourceList } from '../../api/client';
import { sourcesQuery, telemetryQuery } from '../../api/queries';
import { count, counted, percent } from '../../format/number';
import { spaced } from '../../format/words';
import { DataTable } from '../../show/DataTable';
import { DayText } from '../../show/DayText';
import { Loaded } from '../../show/Loaded';
import { Section } from '../../show/Section';
import { useAsOf } from '../../show/useAsOf';
import classes from './SourcesSection.module.css';

/** The sources of facts: how fresh, and how many customers they cover. */
export function SourcesSection() {
  const sources = useQuery(sourcesQuery(useAsOf()));
  return (
    <Section id="sources" title="Sources">
      <Loaded query={sources} what="the sources" height={480}>
        {(list) => <Sources list={list} />}
      </Loaded>
    </Section>
  );
}

function Sources({ list }: { list: SourceList }) {
  // Both answers say it; of the two the one that the section below shows, so that the page says one number.
  const telemetry = useQuery(telemetryQuery());
  const unattributed = telemetry.data?.n_unattributed_events ?? list.n_unattributed_events;
  const share = (accounts: number) => (list.n_customers > 0 ? accounts / list.n_customers : 0);
  return (
    <>
      <DataTable
        name="Sources"
        title={`Coverage of ${counted(list.n_customers, 'customer')}`}
        file="sources"
        rows={list.sources}
        limit={20}
        keyOf={(row) => row.file}
        empty="No fact is known on this day."
        columns={[
          { id: 'file', label: 'File', show: (row) => spaced(row.file), csv: (row) => row.file },
          { id: 'rows', label: 'Facts', align: 'right', show: (row) => count(row.rows), csv: (row) => row.rows },
          {
            id: 'n_accounts',
            label: 'Customers covered',
            show: (row) => (
              <span className={classes.coverage}>
                <span className={classes.bar} aria-hidden="true">
                  <span style={{ width: `${share(row.n_accounts) * 100}%` }} />
                </span>
                {percent(share(row.n_accounts))}
                <span className={classes.quiet}>
                  {count(row.n_accounts)} of {count(list.n_customers)}
                </span>
              </span>
            ),
            csv: (row) => row.n_accounts,
          },
          { id: 'first_on', label: 'First', show: (row) => <DayText day={row.first_on} />, csv: (row) => row.first_on },
          { id: 'last_on', label: 'Last', show: (row) => <DayText day={row.last_on} />, csv: (row) => row.last_on },
          {
            id: 'age',
            label: 'Freshness',
            show: (row) => <DayText day={row.last_on} asOf={list.as_of} form="relative" missing="no fact" />,
            csv: (row) => row.last_on,
          },
        ]}
      />
      {unattributed > 0 && (
        <p className={classes.quiet}>
          {counted(unattributed, 'event')} of telemetry {unattributed === 1 ? 'has' : 'have'} no account and{' '}
          {unattributed === 1 ? 'counts' : 'count'} nowhere: see{' '}
          <a href="#telemetry" className={classes.see}>
            Telemetry
          </a>
          .
        </p>
      )}
    </>
  );
}
