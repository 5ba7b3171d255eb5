// What charts show, without drawing them: labels, rows of the tooltip, which values are lines.
import assert from "node:assert/strict";
import { test } from "node:test";
import { colourToken, dayLabel, daysChart, daysOption, longDay, rowsOf, weekends } from "../../web/src/days-option.ts";
import { levelsChart, levelsOption, nearest, tickText } from "../../web/src/levels-option.ts";
import { columnOf, tipLeft } from "../../web/src/tip.ts";

process.env.TZ = "America/St_Johns";

const token = (name) => (name === "--area-alpha" ? "0.2" : `<${name}>`);
const days = (count, from = "2026-11-01") => Array.from({ length: count }, (_, index) => new Date(Date.parse(from) + index * 86_400_000).toISOString().slice(0, 10));
const usage = (changes = {}) => ({
  days: days(4),
  series: [
    { name: "opus", colour: 1, values: [1, 2, 3, 4] },
    { name: "haiku", colour: 2, values: [10, 20, 30, 40] },
  ],
  unfinished: false,
  sumLabel: "Total",
  unit: "tokens",
  stacked: true,
  knownFrom: 0,
  prior: null,
  ...changes,
});

test("days and hours are named in UTC, whatever the browser's zone", () => {
  assert.equal(dayLabel("2026-11-01"), "1 Nov");
  assert.equal(dayLabel("2026-11-01T14:00:00Z"), "14:00");
  assert.equal(longDay("2026-11-16"), "Mon 16 Nov");
  assert.equal(longDay("2026-11-16T00:00:00Z"), "Mon 16 Nov, 00:00 UTC");
});

test("colour 0 is that of no model", () => {
  assert.equal(colourToken(0), "--none-fill");
  assert.equal(colourToken(7), "--c7");
});

test("a weekend is a band from Saturday to Sunday", () => {
  assert.deepEqual(weekends(days(8, "2026-11-06")), [[{ xAxis: "2026-11-07" }, { xAxis: "2026-11-08" }]]);
});

test("a Saturday that ends the chart has no band", () => assert.deepEqual(weekends(["2026-11-06", "2026-11-07"]), []));

test("hours and more than 120 days have no bands", () => {
  assert.deepEqual(weekends(["2026-11-07T00:00:00Z", "2026-11-07T01:00:00Z"]), []);
  assert.equal(weekends(days(120)).length, 17);
  assert.deepEqual(weekends(days(121)), []);
});

test("rows are in drawing order from the top, then the sum", () =>
  assert.deepEqual(rowsOf(usage(), 1), [
    { name: "haiku", colour: 2, text: "20" },
    { name: "opus", colour: 1, text: "2" },
    { name: "Total", colour: null, text: "22" },
  ]));

test("series that do not add up have no sum", () => {
  const rows = rowsOf(usage({ stacked: false, unit: "ms" }), 0);
  assert.deepEqual(rows.map((row) => row.name), ["haiku", "opus"]);
  assert.equal(rows[0].text, "10\u00a0ms");
});

test("the previous period is the last row and not part of the sum", () => {
  const rows = rowsOf(usage({ prior: { name: "before", colour: 0, values: [500, 0, 0, 0] } }), 0);
  assert.deepEqual(rows.slice(-2), [
    { name: "Total", colour: null, text: "11" },
    { name: "before", colour: 0, text: "500" },
  ]);
});

test("a day before the first data is unknown, not zero; the previous period is still known", () => {
  const data = usage({ knownFrom: 2, prior: { name: "before", colour: 0, values: [5, 5, 5, 5] } });
  assert.deepEqual(rowsOf(data, 1).map((row) => row.text), ["—", "—", "—", "5"]);
  assert.deepEqual(rowsOf(data, 2).map((row) => row.text), ["30", "3", "33", "5"]);
});

test("the title says of an unfinished last day that it is one", () => {
  const { tip } = daysChart(JSON.stringify(usage({ unfinished: true })));
  assert.equal(tip.count, 4);
  assert.equal(tip.title(2), "Tue 3 Nov");
  assert.equal(tip.title(3), "Wed 4 Nov, so far");
  assert.equal(tip.indexOf(1.6), 2);
});

test("the unfinished last day is drawn dashed, from the day before it", () => {
  const { series } = daysOption(usage({ unfinished: true }), 800, token);
  assert.deepEqual(series.map((line) => [line.name, line.stack, line.data]), [
    ["opus", "solid", [1, 2, 3, null]],
    ["haiku", "solid", [10, 20, 30, null]],
    ["opus", "dashed", [null, null, 3, 4]],
    ["haiku", "dashed", [null, null, 30, 40]],
  ]);
});

test("finished days are solid lines only, and nothing is drawn before the first data", () => {
  const { series } = daysOption(usage({ knownFrom: 2 }), 800, token);
  assert.deepEqual(series.map((line) => line.data), [[null, null, 3, 4], [null, null, 30, 40]]);
});

test("no measurement is a gap for durations, and a value for tokens", () => {
  const series = [{ name: "p50", colour: 1, values: [0, 5, 0, 7] }];
  assert.deepEqual(daysOption(usage({ series, unit: "ms", stacked: false }), 800, token).series[0].data, [null, 5, null, 7]);
  assert.deepEqual(daysOption(usage({ series }), 800, token).series[0].data, [0, 5, 0, 7]);
});

test("a single known day shows its symbol: a line needs two", () => {
  assert.equal(daysOption(usage({ knownFrom: 3 }), 800, token).series[0].showSymbol, true);
  assert.equal(daysOption(usage({ knownFrom: 2 }), 800, token).series[0].showSymbol, false);
});

test("the axis names as many days as fit, always the last, and none close before it", () => {
  const shown = (count, width) => {
    const { interval } = daysOption(usage({ days: days(count) }), width, token).xAxis.axisLabel;
    return Array.from({ length: count }, (_, index) => index).filter((index) => interval(index));
  };
  assert.deepEqual(shown(30, 1100), [0, 3, 6, 9, 12, 15, 18, 21, 24, 29]);
  assert.deepEqual(shown(30, 330), [0, 10, 20, 29]);
  assert.deepEqual(shown(4, 1100), [0, 1, 2, 3]);
  assert.deepEqual(shown(30, 10), [0, 15, 29]);
});

test("the last label of an unfinished chart is today, or now for hours", () => {
  const label = (data) => daysOption(data, 800, token).xAxis.axisLabel.formatter(data.days.at(-1));
  assert.equal(label(usage({ unfinished: true })), "today");
  assert.equal(label(usage()), "4 Nov");
  assert.equal(label(usage({ unfinished: true, days: ["2026-11-04T13:00:00Z", "2026-11-04T14:00:00Z"] })), "now");
});

test("colours are read from the theme when the chart is drawn", () => {
  const [first] = daysOption(usage({ prior: { name: "before", colour: 0, values: [] } }), 800, token).series;
  assert.equal(first.lineStyle.color, "<--c1>");
  assert.deepEqual(first.areaStyle, { color: "<--c1>", opacity: 0.2 });
});

test("the nearest value wins, the earlier one only if it is nearer", () => {
  const values = [0, 10, 20, 100];
  for (const [wanted, index] of [[-5, 0], [4, 0], [5, 1], [6, 1], [20, 2], [59, 2], [61, 3], [1000, 3]]) {
    assert.equal(nearest(values, wanted), index, `of ${wanted}`);
  }
  assert.equal(nearest([7], 100), 0);
  assert.equal(nearest([], 1), 0);
});

const from = Date.parse("2026-11-20T12:00:00Z");
const levels = (changes = {}) => ({
  from,
  to: from + 3_600_000,
  series: [
    { name: "5-hour", colour: 1, at: [0, 600, 1200], used: [10, null, 30.26] },
    { name: "weekly", colour: 2, at: [300], used: [50] },
  ],
  ...changes,
});

test("the columns of a chart of windows are the times of all readings, without gaps", () => {
  const { tip } = levelsChart(JSON.stringify(levels()));
  assert.equal(tip.count, 3);
  assert.deepEqual([0, 1, 2].map((index) => (tip.axisOf(index) - from) / 1000), [0, 300, 1200]);
  assert.equal(tip.indexOf(from + 1_000_000), 2);
  assert.equal(tip.title(1), "20 Nov, 08:35");
});

test("each window shows its last reading until then; a gap and what is not yet known are dashes", () => {
  const { tip } = levelsChart(JSON.stringify(levels({ series: [...levels().series, { name: "late", colour: 3, at: [600, 900], used: [1, 2] }] })));
  const at = (seconds) => tip.rows(tip.indexOf(from + seconds * 1000)).map((row) => row.text);
  assert.deepEqual(at(0), ["10\u00a0%", "—", "—"]);
  assert.deepEqual(at(600), ["—", "50\u00a0%", "1\u00a0%"]);
  assert.deepEqual(at(1200), ["30.3\u00a0%", "50\u00a0%", "2\u00a0%"]);
});

test("the axis of windows ends at 100, or above the highest reading", () => {
  const top = (used) => levelsOption(levels({ series: [{ name: "w", colour: 1, at: [0], used: [used] }] }), 800, token).yAxis.max;
  assert.equal(top(40), 100);
  assert.equal(top(100), 100);
  assert.equal(top(100.5), 110);
  assert.equal(top(null), 100);
});

test("thresholds are lines over the whole axis, behind the windows in the list", () => {
  const { series } = levelsOption(levels(), 800, token);
  assert.deepEqual(series.slice(2).map((line) => line.data), [[[from, 70], [from + 3_600_000, 70]], [[from, 90], [from + 3_600_000, 90]]]);
});

test("few readings are dots on their line, many are not", () => {
  const shows = (count) => levelsOption(levels({ series: [{ name: "w", colour: 1, at: Array(count).fill(0), used: Array(count).fill(1) }] }), 800, token).series[0].showSymbol;
  assert.equal(shows(30), true);
  assert.equal(shows(31), false);
});

test("a narrow chart of windows has half of the ticks", () => {
  const ticks = (width) => levelsOption(levels(), width, token).xAxis.axisLabel.customValues.map((value) => (value - from) / 60_000);
  assert.deepEqual(ticks(420), [0, 15, 30, 45, 60]);
  assert.deepEqual(ticks(419), [0, 30, 60]);
});

test("a tick is a clock for up to two days, then a day; the last is now", () => {
  const day = 86_400_000;
  assert.equal(tickText(from, { from, to: from + 2 * day }), "08:30");
  assert.equal(tickText(from, { from, to: from + 2 * day + 1 }), "20 Nov");
  assert.equal(tickText(from + day, { from, to: from + day }), "now");
  assert.equal(tickText(from + day - 1, { from, to: from + day }), "now");
  assert.equal(tickText(from + day - 2, { from, to: from + day }), "08:29");
});

test("the tooltip is right of its point, left of it without room, and at the edge if it fits nowhere", () => {
  assert.equal(tipLeft(100, 80, 400), 112);
  assert.equal(tipLeft(308, 80, 400), 320);
  assert.equal(tipLeft(309, 80, 400), 217);
  assert.equal(tipLeft(92, 80, 150), 0);
  assert.equal(tipLeft(91, 80, 150), 70);
  assert.equal(tipLeft(50, 200, 150), 0);
});

test("arrow keys enter the chart at its near end and move by one column", () => {
  assert.equal(columnOf("ArrowRight", -1, 10), 0);
  assert.equal(columnOf("ArrowLeft", -1, 10), 9);
  assert.equal(columnOf("ArrowRight", 4, 10), 5);
  assert.equal(columnOf("ArrowLeft", 4, 10), 3);
  assert.equal(columnOf("Home", 4, 10), 0);
  assert.equal(columnOf("End", 4, 10), 9);
});

test("other keys leave the chart alone", () => {
  for (const key of ["Tab", "Enter", "a", "Escape"]) {
    assert.equal(columnOf(key, 3, 10), null);
  }
});
