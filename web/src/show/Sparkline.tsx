import type { Colour } from '../api/client';

const STROKE: Record<Colour, string> = {
  green: 'var(--green)',
  yellow: 'var(--yellow-shape)',
  red: 'var(--red)',
  unknown: 'var(--unknown)',
};
/** Points of the score that the line spans at least: a quiet account shall look quiet. */
const LEAST_SPAN = 20;

interface Properties {
  values: readonly (number | null | undefined)[];
  colour: Colour;
  width?: number;
  height?: number;
}

/** A line of scores without axes, with gaps where the score is unknown and a dot at its end. */
export function Sparkline({ values, colour, width = 72, height = 22 }: Properties) {
  const known = values.filter((value) => value != null);
  if (known.length === 0) return <svg width={width} height={height} aria-hidden="true" />;
  const middle = (Math.min(...known) + Math.max(...known)) / 2;
  const span = Math.max(LEAST_SPAN, Math.max(...known) - Math.min(...known));
  const x = (index: number) => 2 + (index / Math.max(1, values.length - 1)) * (width - 6);
  const y = (value: number) => height / 2 - ((value - middle) / span) * (height - 6);
  let path = '';
  let isPenDown = false;
  values.forEach((value, index) => {
    if (value == null) {
      isPenDown = false;
      return;
    }
    path += `${isPenDown ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    isPenDown = true;
  });
  const last = values.at(-1);
  return (
    <svg width={width} height={height} aria-hidden="true" style={{ flex: 'none' }}>
      <path d={path} fill="none" stroke="var(--muted)" strokeWidth="1.2" strokeLinejoin="round" strokeLinecap="round" />
      {last != null && <circle cx={x(values.length - 1)} cy={y(last)} r="2.2" fill={STROKE[colour]} />}
    </svg>
  );
}
