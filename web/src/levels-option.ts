// Charts how full windows were: lines over time from 0 to 100 percent, with the thresholds at 70 and 90.
import type { EChartsCoreOption } from "echarts/core";
import type { ChartKind } from "./charts";
import { colourToken } from "./days-option";
import { dayText, pointText } from "./times";
import { readTokens, type Tokens } from "./tokens";
import type { TipRow } from "./tip";

export interface LevelsData {
  /** Milliseconds. */
  from: number;
  to: number;
  /** Seconds after from, and the percentage at that time; null is a gap. */
  series: { name: string; colour: number; at: number[]; used: (number | null)[] }[];
}

const thresholds = [
  { at: 70, token: "--warn-fill" },
  { at: 90, token: "--bad-fill" },
];

const day = 86_400_000;

export function levelsChart(json: string): ChartKind {
  const data = JSON.parse(json) as LevelsData;
  const times = [...new Set(data.series.flatMap((series) => series.at.filter((_, index) => series.used[index] !== null)))].sort((a, b) => a - b);
  const timeOf = (index: number): number => data.from + (times[index] ?? 0) * 1000;
  return {
    option: (width) => levelsOption(data, width, readTokens()),
    tip: {
      count: times.length,
      axisOf: timeOf,
      indexOf: (axis) => nearest(times, (axis - data.from) / 1000),
      title: (index) => pointText(new Date(timeOf(index)), new Date(data.to)),
      rows: (index) => rows(data, times[index] ?? 0),
    },
  };
}

/** Returns the index of the value nearest to the wanted one; values are ascending. */
export function nearest(values: number[], wanted: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 && wanted - (values[low - 1] ?? 0) < (values[low] ?? 0) - wanted ? low - 1 : low;
}

/** Returns each window's last observed percentage. */
function rows(data: LevelsData, time: number): TipRow[] {
  return data.series.map((series) => {
    let used: number | null | undefined;
    for (const [index, at] of series.at.entries()) {
      if (at > time) {
        break;
      }
      used = series.used[index];
    }
    return { name: series.name, colour: series.colour, text: used === null || used === undefined ? "—" : `${Math.round(used * 10) / 10}\u00a0%` };
  });
}

/** Builds the ECharts option, in the colours of the theme. */
export function levelsOption(data: LevelsData, width: number, token: Tokens): EChartsCoreOption {
  const font = { fontFamily: token("--font"), fontSize: 11, color: token("--text-3") };
  const highest = Math.max(100, ...data.series.flatMap((series) => series.used.map((used) => used ?? 0)));
  const parts = width >= 420 ? 4 : 2;
  const ticks = Array.from({ length: parts + 1 }, (_, index) => data.from + ((data.to - data.from) * index) / parts);
  return {
    animation: false,
    grid: { left: 30, right: 12, top: 8, bottom: 24 },
    xAxis: {
      type: "value",
      min: data.from,
      max: data.to,
      axisTick: { show: false },
      axisLine: { show: true, lineStyle: { color: token("--chart-axis"), width: 1 } },
      splitLine: { show: false },
      axisLabel: { ...font, customValues: ticks, formatter: (value: number) => tickText(value, data), alignMinLabel: "left", alignMaxLabel: "right" },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: Math.ceil(highest / 10) * 10,
      interval: 50,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...font, customValues: [0, 70, 90] },
      splitLine: { lineStyle: { color: token("--chart-grid"), width: 1 } },
    },
    series: [
      ...data.series.map((series, place) => ({
        type: "line",
        name: series.name,
        data: series.at.map((at, index) => [data.from + at * 1000, series.used[index]]),
        // Without symbols, few readings, or one between gaps, would be invisible.
        showSymbol: series.at.length <= 30,
        symbolSize: 4,
        silent: true,
        lineStyle: { width: series.at.length > 300 ? 1 : 1.5, color: token(colourToken(series.colour)) },
        itemStyle: { color: token(colourToken(series.colour)) },
        areaStyle: { color: token(colourToken(series.colour)), opacity: place === 0 ? Number(token("--area-alpha")) || 0.16 : 0 },
      })),
      ...thresholds.map((threshold) => ({
        type: "line",
        data: [
          [data.from, threshold.at],
          [data.to, threshold.at],
        ],
        showSymbol: false,
        silent: true,
        lineStyle: { width: 1, type: [3, 3], color: token(threshold.token) },
      })),
    ],
    aria: { enabled: false },
  };
}

/** Formats the hour if the axis covers up to two days, else the day; the end of the axis is now. */
export function tickText(value: number, data: Pick<LevelsData, "from" | "to">): string {
  const at = new Date(value);
  if (value >= data.to - 1) {
    return "now";
  }
  return data.to - data.from > 2 * day ? dayText(at, new Date(data.to)) : `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}
