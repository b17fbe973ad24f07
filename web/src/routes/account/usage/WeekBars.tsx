import { type PointerEvent, useState } from 'react';

import type { Day } from '../../../api/client';
import { longDay } from '../../../format/day';
import { count } from '../../../format/number';

const WIDTH = 156;
const HEIGHT = 20;

/** Counts by week as bars, the one pointed at in words; the highest fills the height. */
export function WeekBars({ values, weeks }: { values: readonly number[]; weeks: readonly Day[] }) {
  const [pointedAt, setPointedAt] = useState(0);
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length);
  const label = `${count(values.at(0))} events in the first week, ${count(values.at(-1))} in the last, ${count(most)} at most`;
  // Two paths for all bars: an account may use dozens of features, and every element of a page costs.
  const pathOf = (isShown: (value: number) => boolean) =>
    values.map((value, index) => (isShown(value) ? barOf(index * step, step, (value / most) * HEIGHT) : '')).join('');
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const at = (event.clientX - event.currentTarget.getBoundingClientRect().left) / step;
    setPointedAt(Math.max(0, Math.min(values.length - 1, Math.floor(at))));
  };
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label} onPointerMove={point}>
      <title>{`${count(values[pointedAt])} events in the week to ${longDay(weeks[pointedAt] ?? '')}`}</title>
      <path d={pathOf((value) => value === 0)} fill="var(--line-strong)" />
      <path d={pathOf((value) => value > 0)} fill="var(--accent)" />
    </svg>
  );
}

function barOf(x: number, step: number, height: number): string {
  const [width, shown] = [Math.max(1, step - 1.5), Math.max(1, height)];
  return `M${x.toFixed(1)} ${HEIGHT}v${(-shown).toFixed(1)}h${width.toFixed(1)}v${shown.toFixed(1)}z`;
}
