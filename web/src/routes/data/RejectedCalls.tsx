import type { RejectedCallRow } from '../../api/client';
import { counted } from '../../format/number';
import { DataTable } from '../../show/DataTable';
import { InstantText } from '../../show/InstantText';
import classes from './Telemetry.module.css';
import { cut, visible, withKeys } from './telemetry';

const EXCERPT = 64;

/** The newest calls that could not be taken: why, and how they begin. */
export function RejectedCalls({ calls, now }: { calls: readonly RejectedCallRow[]; now: number }) {
  return (
    <DataTable
      name="Rejected calls"
      title={calls.length === 0 ? 'Rejected calls' : `${counted(calls.length, 'rejected call')}, newest first`}
      file="telemetry-rejected"
      rows={withKeys(calls)}
      limit={8}
      keyOf={(call) => call.key}
      empty="No call had to be rejected."
      columns={[
        {
          id: 'received_at',
          label: 'Came',
          show: (call) => <InstantText instant={call.received_at} now={now} />,
          csv: (call) => call.received_at,
        },
        { id: 'source', label: 'Source', show: (call) => call.source, csv: (call) => call.source },
        { id: 'reason', label: 'Reason', wide: true, show: (call) => visible(call.reason), csv: (call) => call.reason },
        { id: 'excerpt', label: 'Call', show: (call) => <Excerpt text={visible(call.excerpt)} />, csv: (call) => call.excerpt },
      ]}
    />
  );
}

/** How a call begins, on one line; all that was kept of it once it is opened. */
function Excerpt({ text }: { text: string }) {
  const line = cut(text, EXCERPT);
  if (line === '') return <span className={classes.quiet}>not kept</span>;
  if (line === text) return <pre className={classes.short}>{text}</pre>;
  return (
    <details className={classes.call}>
      <summary>
        <code className={classes.excerpt}>{line}</code>
      </summary>
      <pre className={classes.whole}>{text}</pre>
    </details>
  );
}
