import { useElementSize } from '@mantine/hooks';
import type { ReactNode } from 'react';

import type { Range } from '../../api/client';
import classes from './Plot.module.css';
import { type Scale, withRoom } from './scale';

export type Mark = 'dot' | 'green' | 'yellow' | 'red' | 'unknown';

export interface PlotRow {
  label: string;
  /** Nothing where it could not be estimated. */
  range: Range | null | undefined;
  mark?: Mark;
  strong?: boolean;
}

interface Properties {
  title: ReactNode;
  rows: readonly PlotRow[];
  scale: Scale;
  /** A value to compare with: a line. */
  reference?: number;
  /** An estimate in words, at the end of its line. */
  show: (value: number) => string;
  tick?: (value: number) => string;
  /** Pixels for the rows' labels and for the estimates. */
  labelWidth?: number;
  valueWidth?: number;
  /** What the plot shows, in words: it is read aloud. */
  label: string;
}

const ROW = 30;
const TOP = 6;
const FOOT = 24;
const FIRST_WIDTH = 320;

/** Estimates as marks with their intervals as lines, one under the other on one scale. */
export function IntervalPlot({ title, rows, scale, reference, show, tick = show, labelWidth = 92, valueWidth = 56, label }: Properties) {
  const { ref, width: measured } = useElementSize<HTMLDivElement>();
  const width = measured || FIRST_WIDTH;
  const right = width - valueWidth;
  const x = (value: number) => labelWidth + scale.at(value) * (right - labelWidth);
  const foot = TOP + rows.length * ROW;
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>{title}</figcaption>
      <div ref={ref} className={classes.frame} style={{ height: foot + FOOT }}>
        <svg width={width} height={foot + FOOT} role="img" aria-label={label} className={classes.svg}>
          {scale.ticks.map((at) => (
            <path key={at} d={`M${x(at).toFixed(1)} ${TOP}V${foot}`} stroke="var(--line)" />
          ))}
          {withRoom(scale.ticks, x, tick).map((at) => (
            <text key={at} x={x(at)} y={foot + 17} textAnchor="middle" className={classes.tick}>
              {tick(at)}
            </text>
          ))}
          {reference !== undefined && (
            <path d={`M${x(reference).toFixed(1)} ${TOP}V${foot + 4}`} stroke="var(--muted)" strokeWidth="1.5" strokeDasharray="4 3" />
          )}
          {rows.map((row, index) => (
            <PlotLine key={row.label} row={row} y={TOP + (index + 0.5) * ROW} x={x} scale={scale} left={labelWidth} show={show} width={width} />
          ))}
        </svg>
      </div>
    </figure>
  );
}

interface LineProperties {
  row: PlotRow;
  y: number;
  x: (value: number) => number;
  scale: Scale;
  left: number;
  width: number;
  show: (value: number) => string;
}

function PlotLine({ row, y, x, scale, left, width, show }: LineProperties) {
  const { range, mark = 'dot' } = row;
  return (
    <g>
      {range && <title>{`${row.label}: ${show(range.estimate)} (${show(range.low)} to ${show(range.high)})`}</title>}
      <rect x={0} y={y - ROW / 2} width={width} height={ROW} fill="none" pointerEvents="all" />
      <text x={0} y={y + 4} className={classes.label} data-strong={row.strong || undefined}>
        {row.label}
      </text>
      {range ? (
        <>
          <path d={`M${x(range.low).toFixed(1)} ${y}H${x(range.high).toFixed(1)}`} stroke={INK[mark]} strokeWidth="2" />
          <Cap at={x(range.low)} y={y} ink={INK[mark]} isBeyond={range.low < scale.low} direction={-1} />
          <Cap at={x(range.high)} y={y} ink={INK[mark]} isBeyond={range.high > scale.high} direction={1} />
          <MarkShape mark={mark} x={x(range.estimate)} y={y} />
          <text x={width} y={y + 4} textAnchor="end" className={classes.value}>
            {show(range.estimate)}
          </text>
        </>
      ) : (
        <text x={left} y={y + 4} className={classes.tick}>
          too few to say
        </text>
      )}
    </g>
  );
}

/** The end of an interval: a short line, or an arrow where it goes on beyond the scale. */
function Cap({ at, y, ink, isBeyond, direction }: { at: number; y: number; ink: string; isBeyond: boolean; direction: 1 | -1 }) {
  const path = isBeyond ? `M${at - 5 * direction} ${y - 4}L${at} ${y}L${at - 5 * direction} ${y + 4}` : `M${at} ${y - 4}V${y + 4}`;
  return <path d={path} stroke={ink} strokeWidth="1.5" fill="none" />;
}

const INK: Record<Mark, string> = {
  dot: 'var(--accent)',
  green: 'var(--green)',
  yellow: 'var(--yellow-shape)',
  red: 'var(--red)',
  unknown: 'var(--unknown)',
};

/** The shapes of health where a mark is of a colour, else a dot. */
function MarkShape({ mark, x, y }: { mark: Mark; x: number; y: number }) {
  const paint = { fill: INK[mark], stroke: 'var(--surface)', strokeWidth: 1 };
  if (mark === 'yellow') return <path d={`M${x} ${y - 6.5}L${x + 6.5} ${y + 5.5}H${x - 6.5}Z`} {...paint} />;
  if (mark === 'red') return <rect x={x - 5.5} y={y - 5.5} width="11" height="11" rx="1" {...paint} />;
  if (mark === 'unknown') return <circle cx={x} cy={y} r="4.6" fill="var(--surface)" stroke={INK.unknown} strokeWidth="2" />;
  return <circle cx={x} cy={y} r="5.5" {...paint} />;
}
