import { useQuery } from '@tanstack/react-query';

import type { AccountView, PersonRow } from '../../../api/client';
import { peopleQuery } from '../../../api/queries';
import { longDay } from '../../../format/day';
import { count, counted } from '../../../format/number';
import { spaced } from '../../../format/words';
import { type Column, DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { Loaded } from '../../../show/Loaded';
import { Section } from '../../../show/Section';
import { useAsOf } from '../../../show/useAsOf';
import { Gaps } from './Gaps';
import { Influence } from './Influence';
import { Nps } from './Nps';
import classes from './People.module.css';
import { SlaState } from './SlaState';

/** Who there is, who was met, who is missing. */
export function PeopleSection({ view }: { view: AccountView }) {
  const people = useQuery(peopleQuery(view.account, useAsOf()));
  return (
    <Section id="people" title="People">
      <Loaded query={people} what="the people" height={360}>
        {(rows) => (
          <>
            <Gaps view={view} people={rows} />
            <DataTable
              name="People"
              title={counted(rows.length, 'person', 'people')}
              file={`${view.account}-people`}
              columns={columnsFor(view)}
              rows={rows}
              keyOf={(row) => row.person}
              empty="Nobody is known at this account. People come from people.csv, in the book’s folder."
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

function columnsFor(view: AccountView): Column<PersonRow>[] {
  return [
    {
      id: 'name',
      label: 'Person',
      show: (row) => (
        <span data-left={row.until != null || undefined} className={classes.person}>
          <strong title={row.email ?? row.person}>{row.name ?? row.email ?? row.person}</strong>
          <span className={classes.title}>{row.title}</span>
        </span>
      ),
      csv: (row) => row.name ?? row.person,
    },
    {
      id: 'roles',
      label: 'Roles',
      show: (row) => (
        <span>
          {row.roles.map(spaced).join(', ') || '–'}
          {row.key && <span className={classes.key}>key</span>}
        </span>
      ),
      csv: (row) => row.roles.join(';'),
    },
    {
      id: 'influence',
      label: 'Influence',
      show: (row) => <Influence level={row.influence} />,
      csv: (row) => row.influence,
    },
    {
      id: 'last_met_on',
      label: 'Last met',
      show: (row) => <DayText day={row.last_met_on} asOf={view.as_of} form="relative" missing="never" />,
      csv: (row) => row.last_met_on,
    },
    {
      id: 'sla_state',
      label: 'Contact SLA',
      show: (row) => <SlaState person={row} asOf={view.as_of} />,
      csv: (row) => row.sla_state,
    },
    { id: 'nps', label: 'NPS', show: (row) => <Nps person={row} />, csv: (row) => row.nps },
    {
      id: 'active_days',
      label: 'Active days of 28',
      align: 'right',
      show: (row) => count(row.active_days),
      csv: (row) => row.active_days,
    },
    {
      id: 'since',
      label: 'At the account',
      show: (row) =>
        row.until ? (
          <span title={row.since ? `since ${longDay(row.since)}` : undefined}>
            left <DayText day={row.until} />
          </span>
        ) : (
          <DayText day={row.since} />
        ),
      csv: (row) => (row.until ? `${row.since ?? ''} to ${row.until}` : row.since),
    },
  ];
}
