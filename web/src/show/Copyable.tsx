import classes from './Copyable.module.css';
import { CopyButton } from './CopyButton';

/** A command or an address to take along, and the button that copies it. */
export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <div className={classes.copyable}>
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
