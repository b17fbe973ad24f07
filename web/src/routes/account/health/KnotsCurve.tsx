import { inUnit } from '../../../format/number';

const WIDTH = 200;
const HEIGHT = 84;
const LEFT = 24;
const BOTTOM = 18;
const TOP = 8;

interface Properties {
  /** `[value, points]` each. */
  knots: readonly (readonly number[])[];
  value: number | null | undefined;
  points: number | null | undefined;
  unit: string;
}

/** How a value becomes points, with where this account is. The knots stand in words beside it. */
export function KnotsCurve({ knots, value, points, unit }: Properties) {
  const sorted = knots.map(([at = 0, score = 0]) => ({ at, score })).toSorted((a, b) => a.at - b.at);
  const least = sorted[0]?.at ?? 0;
  const most = sorted.at(-1)?.at ?? 1;
  const x = (at: number) =>
    LEFT + ((Math.min(most, Math.max(least, at)) - least) / (most - least || 1)) * (WIDTH - LEFT - 12);
  const y = (at: number) => TOP + (1 - at / 100) * (HEIGHT - TOP - BOTTOM);
  const path = sorted.map(({ at, score }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(score).toFixed(1)}`);
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true" style={{ flex: 'none', fontSize: 12 }}>
      {[0, 50, 100].map((line) => (
        <g key={line}>
          <path d={`M${LEFT} ${y(line)}H${WIDTH - 8}`} stroke="var(--line)" />
          <text x={LEFT - 4} y={y(line) + 4} textAnchor="end" fill="var(--muted)">
            {line}
          </text>
        </g>
      ))}
      <path d={path.join('')} fill="none" stroke="var(--muted)" strokeWidth="1.5" />
      {value != null && points != null && (
        <>
          <path d={`M${x(value)} ${y(points)}V${y(0)}`} stroke="var(--accent)" strokeDasharray="2 2" />
          <circle cx={x(value)} cy={y(points)} r="4" fill="var(--accent)" />
        </>
      )}
      <text x={LEFT} y={HEIGHT - 3} fill="var(--muted)">
        {inUnit(least, unit)}
      </text>
      <text x={WIDTH - 8} y={HEIGHT - 3} textAnchor="end" fill="var(--muted)">
        {inUnit(most, unit)}
      </text>
    </svg>
  );
}
