import classes from './Chart.module.css';

/** A line of a chart with its name. */
export function LegendLine({ label, colour, dash }: { label: string; colour: string; dash?: string }) {
  return (
    <span className={classes.entry}>
      <svg width="18" height="8" aria-hidden="true">
        <path d="M1 4h16" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
      </svg>
      {label}
    </span>
  );
}
