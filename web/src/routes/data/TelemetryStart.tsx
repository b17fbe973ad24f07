import { Copyable } from '../../show/Copyable';
import { CopyButton } from '../../show/CopyButton';
import { Empty } from '../../show/Empty';
import classes from './Telemetry.module.css';

const COMMAND = 'dearly key create --write --source web';

/** Where SDKs are pointed: the server that served the page. They add `/v1` themselves, and would add it twice. */
const host = () => window.location.origin;
/** Where the calls arrive. */
const address = () => `${host()}/v1`;

/** How the first events come in. */
export function TelemetryStart() {
  return (
    <Empty title="No telemetry yet">
      <ol className={classes.steps}>
        <li>
          <p>Make a write key for what will send, here a source named web:</p>
          <Copyable text={COMMAND} label="Copy command" />
        </li>
        <li>
          <p>
            Point an SDK of Segment, or a server’s of RudderStack, here with that key, as its <code>host</code>,{' '}
            <code>dataPlaneUrl</code> or <code>cdnURL</code>:
          </p>
          <Copyable text={host()} label="Copy host" />
          <p>What takes a whole address, or sends without an SDK, sends here:</p>
          <Copyable text={address()} label="Copy address" />
          <p className={classes.quiet}>
            For senders on other machines start <code>dearly serve --ingest-listen ADDRESS</code>.
          </p>
        </li>
      </ol>
    </Empty>
  );
}

/** Where more of it goes, and how another source begins. */
export function TelemetryAddress() {
  return (
    <p className={classes.address}>
      <span>
        SDKs are pointed to <code>{host()}</code>
      </span>
      <CopyButton text={host()} label="Copy host" />
      <span>
        and send to <code>{address()}</code>
      </span>
      <CopyButton text={address()} label="Copy address" />
      <span className={classes.quiet}>
        A key for another source: <code>dearly key create --write --source NAME</code>
      </span>
    </p>
  );
}
