import { useQuery } from '@tanstack/react-query';

import type { Telemetry } from '../../api/client';
import { TELEMETRY_STALE_MS, telemetryQuery } from '../../api/queries';
import { longInstant } from '../../format/day';
import { Loaded } from '../../show/Loaded';
import { Section } from '../../show/Section';
import { Tag } from '../../show/Tag';
import { useAsOf } from '../../show/useAsOf';
import { RejectedCalls } from './RejectedCalls';
import classes from './Telemetry.module.css';
import { TelemetryAddress, TelemetryStart } from './TelemetryStart';
import { TelemetryTables } from './TelemetryTables';
import { DAYS } from './telemetry';
import { Unattributed } from './Unattributed';

/** Pixels that the section has at least, loading or loaded. */
const HEIGHT = 400;

/** What SDKs send: how fresh, how much, and what became of it. It is of now, whatever day the page is of. */
export function TelemetrySection() {
  const asOf = useAsOf();
  // Only while the page is seen; a hidden one is asked again when it is seen again.
  const telemetry = useQuery({ ...telemetryQuery(), refetchInterval: TELEMETRY_STALE_MS });
  const now = telemetry.dataUpdatedAt;
  return (
    <Section
      id="telemetry"
      title="Telemetry"
      aside={
        <span className={classes.quiet}>
          {asOf.as_of || asOf.known_by ? 'As it is now, not as of the day chosen; ' : ''}
          counts of the last {DAYS} days in UTC
        </span>
      }
    >
      <Loaded query={telemetry} what="the telemetry" height={HEIGHT}>
        {(data) => (
          <div className={classes.content} style={{ minHeight: HEIGHT }}>
            {telemetry.isRefetchError && (
              <p role="status">
                <Tag colour="unknown">
                  This is of {longInstant(new Date(now).toISOString())}: the server has not answered since. It is asked again
                  every 30 seconds.
                </Tag>
              </p>
            )}
            <Content telemetry={data} now={now} />
          </div>
        )}
      </Loaded>
    </Section>
  );
}

function Content({ telemetry, now }: { telemetry: Telemetry; now: number }) {
  const { sources, n_unattributed_events: unattributed, rejected } = telemetry;
  if (sources.length === 0 && unattributed === 0 && rejected.length === 0) return <TelemetryStart />;
  return (
    <>
      <Unattributed events={unattributed} />
      <TelemetryTables sources={sources} now={now} />
      <RejectedCalls calls={rejected} now={now} />
      <TelemetryAddress />
    </>
  );
}
