import type { Day } from '../../api/client';
import { addDays, longDay, shortDay } from '../../format/day';
import type { Ink } from './ink';

const MS_PER_DAY = 86_400_000;

/** A day as ECharts' time axis wants it. */
export function timeOf(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function dayOfTime(time: number): Day {
  return addDays('1970-01-01', Math.floor(time / MS_PER_DAY));
}

/** Months along the bottom. */
export function timeAxis(ink: Ink) {
  return {
    type: 'time',
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
    splitLine: { show: false },
    minInterval: 28 * MS_PER_DAY,
    axisLabel: {
      color: ink.muted,
      fontSize: 12,
      hideOverlap: true,
      formatter: (time: number) => {
        const [, month = '', year = ''] = shortDay(dayOfTime(time)).split(' ');
        return month === 'Jan' ? year : month;
      },
    },
  };
}

export function valueAxis(ink: Ink, unit: string, most?: number) {
  return {
    type: 'value',
    name: unit,
    nameTextStyle: { color: ink.muted, fontSize: 12, align: 'left', padding: [0, 0, 0, -24] },
    min: 0,
    ...(most === undefined ? {} : { max: most }),
    ...(most === undefined ? { splitNumber: 4, minInterval: 1 } : { interval: most / 4 }),
    splitLine: { lineStyle: { color: ink.line } },
    axisLabel: { color: ink.muted, fontSize: 12 },
  };
}

interface TooltipItem {
  seriesName?: string;
  value: unknown;
}

/** Day and values where the pointer is. */
export function tooltip(ink: Ink, show: (value: number) => string) {
  return {
    trigger: 'axis',
    confine: true,
    backgroundColor: ink.surface,
    borderColor: ink.line,
    textStyle: { color: ink.text, fontSize: 12, fontFamily: 'inherit' },
    axisPointer: { lineStyle: { color: ink.muted } },
    formatter: (items: readonly TooltipItem[]) => {
      const lines = items.flatMap(({ seriesName, value }) =>
        Array.isArray(value) && typeof value[1] === 'number' ? [`${seriesName}: <b>${show(value[1])}</b>`] : [],
      );
      const first = items[0]?.value;
      const day = Array.isArray(first) && typeof first[0] === 'number' ? longDay(dayOfTime(first[0])) : '';
      return [day, ...lines].join('<br>');
    },
  };
}
