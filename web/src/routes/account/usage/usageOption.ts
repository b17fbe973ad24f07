import type { EChartsCoreOption } from 'echarts/core';

import type { UsageView } from '../../../api/client';
import { count } from '../../../format/number';
import { timeAxis, timeOf, tooltip, valueAxis } from '../../../show/chart/axes';
import type { Ink } from '../../../show/chart/ink';

/** Active users against what is activated and entitled. */
export function usageOption(usage: UsageView, ink: Ink): EChartsCoreOption {
  const line = (name: string, values: readonly (number | null | undefined)[], style: object, step?: 'end') => ({
    type: 'line',
    name,
    showSymbol: false,
    data: usage.weeks.map((day, index) => [timeOf(day), values[index] ?? null]),
    ...(step ? { step } : {}),
    ...style,
  });
  return {
    grid: { left: 40, right: 10, top: 28, bottom: 24 },
    xAxis: timeAxis(ink),
    yAxis: valueAxis(ink, 'users'),
    tooltip: tooltip(ink, count),
    series: [
      line('entitled seats', usage.entitled, styled(ink.muted, 1.5, 'dashed'), 'end'),
      line('activated licences', usage.activated, styled(ink.muted, 1.5), 'end'),
      line('active users, 28 days', usage.active_users, styled(ink.accent, 2.5)),
    ],
  };
}

function styled(color: string, width: number, type: 'solid' | 'dashed' = 'solid') {
  return { lineStyle: { color, width, type }, itemStyle: { color } };
}
