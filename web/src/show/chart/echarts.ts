/* Of ECharts only what the charts here use: lines, bands, axes, a tooltip, drawn as SVG. */
import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, MarkAreaComponent, TooltipComponent, SVGRenderer]);

export { init };
