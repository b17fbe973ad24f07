interface Bar {
  value: number;
  /** What hovering says: another one for each bar. */
  title: string;
}

interface Properties {
  bars: readonly Bar[];
  /** The same in words: it is read aloud. */
  label: string;
  height?: number;
}

const STEP = 5;
const BAR = 4;
/** Pixels that a bar has at least: a little must not look like nothing. */
const LEAST = 2;

/** Bars without axes on their own scale, as high as the highest; what is nothing leaves the line at the foot bare. */
export function Bars({ bars, label, height = 22 }: Properties) {
  const most = Math.max(...bars.map((bar) => bar.value), 0);
  const width = bars.length * STEP;
  const foot = height - 1;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ flex: 'none', display: 'block' }}>
      <path d={`M0 ${foot + 0.5}H${width}`} stroke="var(--line-strong)" />
      {bars.map(({ value, title }, index) => {
        const size = value > 0 ? Math.max(LEAST, (value / most) * foot) : 0;
        return (
          <g key={title}>
            <title>{title}</title>
            <rect x={index * STEP} y={0} width={STEP} height={height} fill="none" pointerEvents="all" />
            {size > 0 && <rect x={index * STEP} y={foot - size} width={BAR} height={size} fill="var(--accent)" />}
          </g>
        );
      })}
    </svg>
  );
}
