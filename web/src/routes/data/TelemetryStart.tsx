import { Copyable } from '../../show/Copyable';
import { CopyButton } from '../../show/CopyButton';
import { Empty } from '../../show/Empty';
import classes from './Telemetry.module.css';

const COMMAND = 'dearly key create --write --source web';

/** Where SDKs send to: the server that served the page. */
function address(): string {
  return `${window.location.origin}/v1`;
}

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
          <p>Point an SDK of Segment or RudderStack to this address, with that key:</p>
          <Copyable text={address()} label="Copy address" />
          <p className={classes.quiet}>
            SDKs that add <code>/v1</code> themselves take the address without it. For senders on other machines start{' '}
            <code>dearly serve --ingest-listen ADDRESS</code>.
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
        SDKs send to <code>{address()}</code>
      </span>
      <CopyButton text={address()} label="Copy address" />
      <span className={classes.quiet}>
        A key for another source: <code>dearly key create --write --source NAME</code>
      </span>
    </p>
  );
}
