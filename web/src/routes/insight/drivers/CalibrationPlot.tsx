import { useElementSize } from '@mantine/hooks';

import type { CalibrationBin } from '../../../api/client';
import { percent } from '../../../format/number';
import { shareScale, withRoom } from '../../../show/plot/scale';
import plot from '../../../show/plot/Plot.module.css';
import { interval } from './words';

const LEFT = 52;
const RIGHT = 24;
const TOP = 8;
const FOOT = 40;
const LARGEST = 460;
const FIRST_WIDTH = 320;

/** Predicted against observed: on the diagonal lies what was predicted as often as it came. */
export function CalibrationPlot({ bins }: { bins: readonly CalibrationBin[] }) {
  const { ref, width: measured } = useElementSize<HTMLDivElement>();
  const width = Math.min(LARGEST, measured || FIRST_WIDTH);
  const size = width - LEFT - RIGHT;
  const known = bins.flatMap(({ mean_probability: mean, renewed: { rate } }) => (rate ? [{ mean, rate }] : []));
  const scale = shareScale(known.flatMap(({ mean, rate }) => [mean, rate.estimate, rate.low]));
  const x = (share: number) => LEFT + scale.at(share) * size;
  const y = (share: number) => TOP + (1 - scale.at(share)) * size;
  const height = TOP + size + FOOT;
  const words = known.map(({ mean, rate }) => `predicted ${percent(mean)}, renewed ${interval(rate, percent)}`).join('; ');
  return (
    <div ref={ref} className={plot.frame} style={{ height }}>
      <svg width={width} height={height} role="img" aria-label={`Predicted and observed renewal of held-out renewals with 95 % intervals: ${words}.`} className={plot.svg}>
        {scale.ticks.map((tick) => (
          <g key={tick}>
            <path d={`M${LEFT} ${y(tick).toFixed(1)}H${LEFT + size}M${x(tick).toFixed(1)} ${TOP}V${TOP + size}`} stroke="var(--line)" />
            <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end" className={plot.tick}>
              {shareTick(tick)}
            </text>
          </g>
        ))}
        {withRoom(scale.ticks, x, shareTick).map((tick) => (
          <text key={tick} x={x(tick)} y={TOP + size + 16} textAnchor="middle" className={plot.tick}>
            {shareTick(tick)}
          </text>
        ))}
        <path d={`M${x(scale.low)} ${y(scale.low)}L${x(scale.high)} ${y(scale.high)}`} stroke="var(--muted)" strokeWidth="1.5" strokeDasharray="4 3" />
        {known.map(({ mean, rate }) => (
          <g key={mean}>
            <title>{`predicted ${percent(mean, 1)}, renewed ${interval(rate, (value) => percent(value, 1))}`}</title>
            <path d={`M${x(mean).toFixed(1)} ${y(rate.low).toFixed(1)}V${y(rate.high).toFixed(1)}`} stroke="var(--accent)" strokeWidth="2" />
            <circle cx={x(mean)} cy={y(rate.estimate)} r="5" fill="var(--accent)" stroke="var(--surface)" />
          </g>
        ))}
        <text x={LEFT + size / 2} y={height - 4} textAnchor="middle" className={plot.tick}>
          predicted probability of renewal
        </text>
        <text transform={`translate(11 ${TOP + size / 2}) rotate(-90)`} textAnchor="middle" className={plot.tick}>
          renewed
        </text>
      </svg>
    </div>
  );
}

function shareTick(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
