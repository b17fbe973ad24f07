import { useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption } from 'echarts/core';
import { useEffect, useRef } from 'react';

import { init } from './echarts';
import { type Ink, inkOf } from './ink';

export interface DrawingProperties {
  /** The chart in the colours of the scheme on view; a stable function, it is drawn anew when it changes. */
  option: (ink: Ink) => EChartsCoreOption;
  height: number;
  /** What the chart shows, in a sentence. */
  label: string;
}

/** An ECharts drawing that follows its width and the colour scheme. */
export default function Drawing({ option, height, label }: DrawingProperties) {
  const element = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useEffect(() => {
    const place = element.current;
    if (!place) return;
    const chart = init(place, undefined, { renderer: 'svg' });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(place);
    chart.setOption({ animation: false, ...option(inkOf(place)) });
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [option, scheme]);
  return <div ref={element} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
