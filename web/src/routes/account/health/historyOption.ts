import type { EChartsCoreOption } from 'echarts/core';

import type { History } from '../../../api/client';
import { oneDecimal } from '../../../format/number';
import { spaced } from '../../../format/words';
import { timeAxis, timeOf, tooltip, valueAxis } from '../../../show/chart/axes';
import type { Ink } from '../../../show/chart/ink';

/** A score over time before the bands of health. */
export function historyOption(history: History, score: string, ink: Ink): EChartsCoreOption {
  const { yellow, green } = history.bands[score] ?? { yellow: 0, green: 0 };
  return {
    grid: { left: 30, right: 10, top: 10, bottom: 24 },
    xAxis: timeAxis(ink),
    yAxis: { ...valueAxis(ink, '', 100), splitLine: { show: false } },
    tooltip: tooltip(ink, oneDecimal),
    series: [
      {
        type: 'line',
        name: spaced(score),
        data: history.points.map((point) => [timeOf(point.day), point.scores[score] ?? null]),
        // A lone week between two unknown ones has no line to show it.
        showSymbol: true,
        symbol: 'circle',
        symbolSize: (_value: unknown, { dataIndex }: { dataIndex: number }) =>
          dataIndex === history.points.length - 1 ? 7 : isAlone(history, score, dataIndex) ? 4 : 0,
        lineStyle: { color: ink.accent, width: 2 },
        itemStyle: { color: ink.accent },
        markArea: {
          silent: true,
          data: [
            band(0, yellow, ink.redBand),
            band(yellow, green, ink.yellowBand),
            band(green, 100, ink.greenBand),
          ],
        },
      },
    ],
  };
}

function band(from: number, to: number, color: string) {
  return [{ yAxis: from, itemStyle: { color } }, { yAxis: to }];
}

function isAlone(history: History, score: string, index: number): boolean {
  const known = (at: number) => history.points[at]?.scores[score] != null;
  return known(index) && !known(index - 1) && !known(index + 1);
}
