import type { EChartsCoreOption } from "echarts/core";
import type { ChartKind } from "./charts";
import { inUnit, tickInUnit } from "./numbers";
import { readTokens, type Tokens } from "./tokens";
import type { TipRow } from "./tip";

export interface DaysData {
  days: string[];
  series: { name: string; colour: number; values: number[] }[];
  unfinished: boolean;
  sumLabel: string;
  unit: string;
  /** False if the series are drawn separately and have no sum. */
  stacked: boolean;
  /** Index of the first day or hour with data. */
  knownFrom: number;
  /** The same for the previous period: a dotted line that is not part of any sum. */
  prior: { name: string; colour: number; values: number[] } | null;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const isHour = (day: string): boolean => day.includes("T");

const utc = (day: string): Date => new Date(isHour(day) ? day : `${day}T00:00:00Z`);

const date = (day: string): string => `${utc(day).getUTCDate()} ${months[utc(day).getUTCMonth()]}`;

/** Formats a UTC day on the axis: 22 Oct; an hour: 14:00. */
export const dayLabel = (day: string): string => (isHour(day) ? day.slice(11, 16) : date(day));

/** Formats a UTC day in the tooltip: Mon 16 Nov; an hour: Mon 16 Nov, 14:00 UTC. */
export const longDay = (day: string): string => `${weekdays[utc(day).getUTCDay()]} ${date(day)}${isHour(day) ? `, ${dayLabel(day)} UTC` : ""}`;

export const colourToken = (colour: number): string => (colour === 0 ? "--none-fill" : `--c${colour}`);

/** A chart over UTC days or hours. */
export function daysChart(json: string): ChartKind {
  const data = JSON.parse(json) as DaysData;
  const last = data.days.length - 1;
  return {
    option: (width) => daysOption(data, width, readTokens()),
    tip: {
      count: data.days.length,
      axisOf: (index) => index,
      indexOf: Math.round,
      title: (index) => longDay(data.days[index] ?? "") + (data.unfinished && index === last ? ", so far" : ""),
      rows: (index) => rowsOf(data, index),
    },
  };
}

/** Builds the ECharts option, in the colours of the theme. */
export function daysOption(data: DaysData, width: number, token: Tokens): EChartsCoreOption {
  const last = data.days.length - 1;
  const cut = data.unfinished && last > 0;
  const font = { fontFamily: token("--font"), fontSize: 11, color: token("--text-3") };
  const line = (series: DaysData["series"][number], part: "solid" | "dashed"): object => {
    const inPart = (index: number): boolean => (part === "solid" ? !cut || index < last : index >= last - 1);
    const colour = token(colourToken(series.colour));
    return {
      type: "line",
      name: series.name,
      ...(data.stacked ? { stack: part } : {}),
      data: series.values.map((value, index) => (index >= data.knownFrom && inPart(index) && !(data.unit === "ms" && value === 0) ? value : null)),
      // Without a symbol, a measurement between gaps would be invisible.
      showSymbol: data.knownFrom >= last || data.unit === "ms",
      showAllSymbol: data.unit === "ms",
      symbolSize: 5,
      silent: true,
      lineStyle: { width: 1.5, color: colour, type: part === "solid" ? "solid" : [3, 3] },
      itemStyle: { color: colour },
      areaStyle: { color: colour, opacity: data.stacked ? Number(token("--area-alpha")) || 0.16 : 0 },
    };
  };
  const before = (series: NonNullable<DaysData["prior"]>): object => ({
    type: "line",
    name: series.name,
    data: series.values.map((value) => (data.unit === "ms" && value === 0 ? null : value)),
    showSymbol: false,
    silent: true,
    lineStyle: { width: 1.5, color: token("--text-3"), type: "dotted" },
  });
  const solid = data.series.map((series) => line(series, "solid"));
  if (solid[0]) {
    Object.assign(solid[0], { markArea: { silent: true, itemStyle: { color: token("--chart-band") }, data: weekends(data.days) } });
  }
  const step = Math.max(1, Math.ceil(data.days.length / Math.max(2, Math.floor(width / 110))));
  return {
    animation: false,
    grid: { left: 44, right: 12, top: 8, bottom: 24 },
    xAxis: {
      type: "category",
      data: data.days,
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { show: true, lineStyle: { color: token("--chart-axis"), width: 1 } },
      axisLabel: {
        ...font,
        interval: (index: number) => (index === last ? true : index % step === 0 && last - index >= step * 0.7),
        formatter: (day: string) => (data.unfinished && day === data.days[last] ? (isHour(day) ? "now" : "today") : dayLabel(day)),
        alignMinLabel: "left",
        alignMaxLabel: "right",
      },
    },
    yAxis: {
      type: "value",
      min: 0,
      splitNumber: 4,
      minInterval: 1,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...font, formatter: (value: number) => tickInUnit(data.unit, value) },
      splitLine: { lineStyle: { color: token("--chart-grid"), width: 1 } },
    },
    series: [...solid, ...(cut ? data.series.map((series) => line(series, "dashed")) : []), ...(data.prior ? [before(data.prior)] : [])],
    aria: { enabled: false },
  };
}

/** Returns bands from Saturday to Sunday, as pairs of days. */
export function weekends(days: string[]): [{ xAxis: string }, { xAxis: string }][] {
  const bands: [{ xAxis: string }, { xAxis: string }][] = [];
  for (const [index, day] of days.entries()) {
    const next = days[index + 1];
    if (next !== undefined && !isHour(day) && days.length <= 120 && utc(day).getUTCDay() === 6) {
      bands.push([{ xAxis: day }, { xAxis: next }]);
    }
  }
  return bands;
}

/** Returns a day's rows for the tooltip, in drawing order from the top, then the sum, then the previous period. */
export function rowsOf(data: DaysData, index: number): TipRow[] {
  const figure = (value: number): string => (index < data.knownFrom ? "—" : inUnit(data.unit, value));
  const rows = [...data.series].reverse().map((series) => ({ name: series.name, colour: series.colour as number | null, text: figure(series.values[index] ?? 0) }));
  const prior = data.prior ? [{ name: data.prior.name, colour: data.prior.colour as number | null, text: inUnit(data.unit, data.prior.values[index] ?? 0) }] : [];
  if (!data.stacked) {
    return [...rows, ...prior];
  }
  const sum = data.series.reduce((total, series) => total + (series.values[index] ?? 0), 0);
  return [...rows, { name: data.sumLabel, colour: null, text: figure(sum) }, ...prior];
}
