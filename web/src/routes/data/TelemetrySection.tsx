import { useQuery } from '@tanstack/react-query';

import type { RejectedCallRow, Telemetry, TelemetrySource } from '../../api/client';
import { telemetryQuery } from '../../api/queries';
import { longInstant, shortDay } from '../../format/day';
import { count, counted } from '../../format/number';
import { type Column, DataTable } from '../../show/DataTable';
import { Empty } from '../../show/Empty';
import { Loaded } from '../../show/Loaded';
import { Section } from '../../show/Section';
import { Tag } from '../../show/Tag';
import classes from './TelemetrySection.module.css';

type Counts = TelemetrySource['total'];

const number = (id: keyof Counts, label: string): Column<TelemetrySource> => ({
  id,
  label,
  align: 'right',
  show: (row) => count(row.total[id]),
  csv: (row) => row.total[id],
});

const SOURCES: Column<TelemetrySource>[] = [
  { id: 'source', label: 'Source', show: (row) => row.source, csv: (row) => row.source },
  {
    id: 'last_received_at',
    label: 'Last call',
    show: (row) => (row.last_received_at ? longInstant(row.last_received_at) : 'none yet'),
    csv: (row) => row.last_received_at,
  },
  {
    id: 'last_event_at',
    label: 'Last event',
    show: (row) => (row.last_event_at ? longInstant(row.last_event_at) : 'none yet'),
    csv: (row) => row.last_event_at,
  },
  number('n_events', 'Events'),
  { id: 'days', label: 'By day', show: (row) => <Volume source={row} />, csv: (row) => row.days.length },
  number('n_calls', 'Other calls'),
  number('n_duplicates', 'Sent again'),
  {
    ...number('n_rejected', 'Rejected'),
    show: (row) => (row.total.n_rejected === 0 ? '0' : <Tag colour="red">{count(row.total.n_rejected)}</Tag>),
  },
  number('n_unattributed', 'Without account'),
  {
    id: 'n_keys',
    label: 'Keys',
    align: 'right',
    show: (row) => (row.n_keys === 0 ? <Tag colour="yellow">none in force</Tag> : count(row.n_keys)),
    csv: (row) => row.n_keys,
  },
];

const REJECTED: Column<RejectedCallRow>[] = [
  { id: 'received_at', label: 'Received', show: (row) => longInstant(row.received_at), csv: (row) => row.received_at },
  { id: 'source', label: 'Source', show: (row) => row.source, csv: (row) => row.source },
  { id: 'reason', label: 'Reason', wide: true, show: (row) => row.reason, csv: (row) => row.reason },
  {
    id: 'excerpt',
    label: 'Call',
    show: (row) => <code className={classes.excerpt}>{row.excerpt}</code>,
    csv: (row) => row.excerpt,
  },
];

/** What SDKs send: how fresh, how much, and what could not be taken. Always as it is now, whatever day is looked at. */
export function TelemetrySection() {
  const telemetry = useQuery(telemetryQuery());
  return (
    <Section id="telemetry" title="Telemetry">
      <Loaded query={telemetry} what="the telemetry" height={180}>
        {(own) => <Sources telemetry={own} />}
      </Loaded>
    </Section>
  );
}

function Sources({ telemetry }: { telemetry: Telemetry }) {
  if (telemetry.sources.length === 0) {
    return (
      <Empty title="No SDK sends telemetry yet" command="dearly key create --write --source web --data ./dearly-data">
        Any Segment or RudderStack SDK sends here with this server as its host and a write key. Its freshness and volume
        appear here.
      </Empty>
    );
  }
  return (
    <>
      <DataTable
        name="Telemetry by source"
        title="The last 30 days by source"
        file="telemetry"
        columns={SOURCES}
        rows={telemetry.sources}
        keyOf={(row) => row.source}
        empty="No source has a write key."
      />
      {telemetry.n_unattributed_events > 0 && (
        <p className={classes.quiet}>
          {counted(telemetry.n_unattributed_events, 'event')} belong to no account yet. A group call of their users moves
          them, for days from then on.
        </p>
      )}
      {telemetry.rejected.length > 0 && (
        <DataTable
          name="Rejected calls"
          title="Calls that could not be taken, newest first"
          file="rejected-calls"
          columns={REJECTED}
          rows={telemetry.rejected}
          limit={5}
          keyOf={(row) => `${row.source} ${row.received_at} ${row.reason} ${row.excerpt}`}
          empty="Every call could be taken."
        />
      )}
    </>
  );
}

/** Events by day as bars; the numbers are in the tips and in the CSV of the API. */
function Volume({ source }: { source: TelemetrySource }) {
  const most = Math.max(1, ...source.days.map((day) => day.counts.n_events));
  return (
    <span className={classes.volume} role="img" aria-label={`${counted(source.days.length, 'day')} with calls`}>
      {source.days.map((day) => (
        <span
          key={day.on}
          title={`${shortDay(day.on)}: ${counted(day.counts.n_events, 'event')}`}
          style={{ height: `${Math.max(8, (100 * day.counts.n_events) / most)}%` }}
        />
      ))}
    </span>
  );
}
