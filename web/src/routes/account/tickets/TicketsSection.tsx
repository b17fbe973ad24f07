import { useQuery } from '@tanstack/react-query';

import type { AccountView, Colour, TicketRow } from '../../../api/client';
import { ticketsQuery } from '../../../api/queries';
import { dayOf, longInstant } from '../../../format/day';
import { count, counted } from '../../../format/number';
import { spaced } from '../../../format/words';
import { type Column, DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { Loaded } from '../../../show/Loaded';
import { Section } from '../../../show/Section';
import { Tag } from '../../../show/Tag';
import { useAsOf } from '../../../show/useAsOf';
import { Filer } from './Filer';
import classes from './Tickets.module.css';

const COLOURS: Record<string, Colour> = {
  open: 'yellow',
  past_due: 'red',
  resolved: 'green',
  resolved_late: 'yellow',
};

const COLUMNS: Column<TicketRow>[] = [
  {
    id: 'severity',
    label: 'Severity',
    show: (row) => (row.severity === 1 ? <strong>1, worst</strong> : row.severity),
    csv: (row) => row.severity,
  },
  {
    id: 'subject',
    label: 'Subject',
    wide: true,
    show: (row) => (
      <span title={row.ticket}>
        {row.subject ?? row.ticket}
        {row.category && <span className={classes.beside}>{spaced(row.category)}</span>}
      </span>
    ),
    csv: (row) => row.subject,
  },
  {
    id: 'state',
    label: 'State',
    show: (row) => (
      <Tag colour={COLOURS[row.state] ?? 'unknown'} title={row.due_at ? `due ${longInstant(row.due_at)}` : undefined}>
        {spaced(row.state)}
      </Tag>
    ),
    csv: (row) => row.state,
  },
  {
    id: 'opened_at',
    label: 'Opened',
    show: (row) => (
      <span title={longInstant(row.opened_at)}>
        <DayText day={dayOf(row.opened_at)} />
      </span>
    ),
    csv: (row) => row.opened_at,
  },
  {
    id: 'age_days',
    label: 'Age',
    align: 'right',
    show: (row) => (
      <span title={row.resolved_at ? `resolved ${longInstant(row.resolved_at)}` : 'from opening to the day'}>
        {count(row.age_days)} d
      </span>
    ),
    csv: (row) => row.age_days,
  },
  { id: 'person', label: 'Filed by', show: (row) => <Filer ticket={row} />, csv: (row) => row.person_name ?? row.person },
];

/** Tickets with who filed them. */
export function TicketsSection({ view }: { view: AccountView }) {
  const tickets = useQuery(ticketsQuery(view.account, useAsOf()));
  return (
    <Section id="tickets" title="Tickets">
      <Loaded query={tickets} what="the tickets" height={240}>
        {(rows) => {
          const open = rows.filter((row) => !row.state.startsWith('resolved')).length;
          return (
            <DataTable
              name="Tickets"
              title={`${counted(rows.length, 'ticket')}, ${count(open)} open`}
              file={`${view.account}-tickets`}
              columns={COLUMNS}
              rows={rows}
              limit={8}
              keyOf={(row) => row.ticket}
              empty="No ticket is known. Tickets come from tickets.csv."
            />
          );
        }}
      </Loaded>
    </Section>
  );
}
