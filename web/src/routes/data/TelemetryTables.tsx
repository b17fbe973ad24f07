import type { TelemetryCounts, TelemetrySource } from '../../api/client';
import { dayOf, shortDay } from '../../format/day';
import { count, counted } from '../../format/number';
import { Bars } from '../../show/Bars';
import { type Column, DataTable } from '../../show/DataTable';
import { DayText } from '../../show/DayText';
import { InstantText } from '../../show/InstantText';
import { Tag } from '../../show/Tag';
import classes from './Telemetry.module.css';
import { accepted, busiest, byDay, DAYS, everyDay, type SourceDay, volumeText } from './telemetry';

const TAKEN = [
  ['n_events', 'Events accepted'],
  ['n_calls', 'Other calls accepted'],
  ['n_duplicates', 'Duplicates'],
] as const;
const TROUBLES = [
  ['n_rejected', 'Rejected', 'red'],
  ['n_unattributed', 'Unattributed', 'yellow'],
] as const;

/** What came and what became of it, as columns of whatever has counts. */
function counts<Row>(of: (row: Row) => TelemetryCounts): Column<Row>[] {
  return [
    ...TAKEN.map(([id, label]) => ({
      id,
      label,
      align: 'right' as const,
      show: (row: Row) => count(of(row)[id]),
      csv: (row: Row) => of(row)[id],
    })),
    ...TROUBLES.map(([id, label, colour]) => ({
      id,
      label,
      align: 'right' as const,
      show: (row: Row) => (of(row)[id] > 0 ? <Tag colour={colour}>{count(of(row)[id])}</Tag> : count(of(row)[id])),
      csv: (row: Row) => of(row)[id],
    })),
  ];
}

const OF_DAY: Column<SourceDay>[] = [
  { id: 'on', label: 'Day', show: (row) => <DayText day={row.on} />, csv: (row) => row.on },
  { id: 'source', label: 'Source', show: (row) => row.source, csv: (row) => row.source },
  ...counts<SourceDay>((row) => row.counts),
];

interface Properties {
  sources: readonly TelemetrySource[];
  /** When this was so, in milliseconds since 1970. */
  now: number;
}

/** The sources with their freshness and volume, and the same day by day. */
export function TelemetryTables({ sources, now }: Properties) {
  const days = byDay(sources);
  return (
    <div>
      <DataTable
        name="Sources of telemetry"
        title={counted(sources.length, 'source')}
        file="telemetry"
        rows={sources}
        limit={20}
        keyOf={(row) => row.source}
        empty="No source has a key."
        columns={[
          { id: 'source', label: 'Source', show: (row) => row.source, csv: (row) => row.source },
          {
            id: 'last_event_at',
            label: 'Last event',
            show: (row) => <InstantText instant={row.last_event_at} now={now} missing="none yet" />,
            csv: (row) => row.last_event_at,
          },
          {
            id: 'last_received_at',
            label: 'Last call',
            show: (row) => <InstantText instant={row.last_received_at} now={now} missing="none yet" />,
            csv: (row) => row.last_received_at,
          },
          {
            id: 'n_accepted',
            label: `Accepted per day, ${DAYS} days`,
            show: (row) => <Volume row={row} now={now} />,
            csv: (row) => accepted(row.total),
          },
          ...counts<TelemetrySource>((row) => row.total),
          {
            id: 'n_keys',
            label: 'Keys in force',
            align: 'right',
            show: (row) =>
              row.n_keys === 0 ? (
                <Tag colour="yellow" title={`dearly key create --write --source ${row.source}`}>
                  none
                </Tag>
              ) : (
                count(row.n_keys)
              ),
            csv: (row) => row.n_keys,
          },
        ]}
      />
      {days.length > 0 && (
        <details className={classes.days}>
          <summary>Day by day, as a table</summary>
          <DataTable
            name="Telemetry by day"
            file="telemetry-by-day"
            rows={days}
            limit={10}
            keyOf={(row) => `${row.on} ${row.source}`}
            empty="Nothing came."
            columns={OF_DAY}
          />
        </details>
      )}
    </div>
  );
}

function Volume({ row, now }: { row: TelemetrySource; now: number }) {
  const days = everyDay(row.days, dayOf(new Date(now).toISOString()));
  const most = busiest(days);
  return (
    <span className={classes.volume}>
      <Bars
        label={volumeText(days)}
        bars={days.map((day) => ({ value: accepted(day.counts), title: `${shortDay(day.on)}: ${count(accepted(day.counts))}` }))}
      />
      {/* Each strip is on its own scale: this is its top. */}
      <span className={classes.quiet} aria-hidden="true">
        {most ? `max ${count(accepted(most.counts))}` : 'nothing'}
      </span>
    </span>
  );
}
