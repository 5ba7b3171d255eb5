// In a zone that is neither UTC nor whole hours from it, so that a mix-up of local time and UTC shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { agoText, dayText, leftText, pointText, timeText, zoneName } from "../../web/src/times.ts";
import { countdownText } from "../../web/src/countdown.ts";

process.env.TZ = "America/St_Johns";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
// 12:01:46 in St. John's.
const now = new Date("2026-11-20T15:31:46Z");
const before = (ms) => new Date(now.getTime() - ms);

for (const [age, expected] of [
  [-30 * second, "now"],
  [minute - 1, "now"],
  [minute, "1 min ago"],
  [hour - 1, "59 min ago"],
  [hour, "1 h ago"],
  [day - 1, "23 h ago"],
  [3 * day, "3 d ago"],
  [30 * day, "30 d ago"],
  [30 * day + 1, "21 Oct"],
  [400 * day, "16 Oct 2025"],
]) {
  test(`an age names its largest unit: ${age} ms is ${expected}`, () => assert.equal(agoText(before(age), now), expected));
}

for (const [left, expected] of [
  [-5 * second, "0 s"],
  [40 * second, "40 s"],
  [28 * minute + 59 * second, "28 m"],
  [88 * minute, "1 h 28 m"],
  [2 * hour, "2 h"],
  [day, "1 d"],
  [3 * day + 9 * hour + 1799 * second, "3 d 9 h"],
]) {
  test(`the time left has two units: ${left} ms is ${expected}`, () => assert.equal(leftText(left), expected));
}

for (const [left, full, brief] of [
  [999, "0 s", "0 s"],
  [40 * second, "40 s", "40 s"],
  [minute, "1 m 00 s", "1 m"],
  [28 * minute + 7 * second, "28 m 07 s", "28 m"],
  [hour, "1 h 00 m 00 s", "1 h"],
  [88 * minute + 7 * second, "1 h 28 m 07 s", "1 h 28 m"],
  [day, "1 d", "1 d"],
  [3 * day + 9 * hour + 1799 * second, "3 d 9 h", "3 d 9 h"],
]) {
  test(`a countdown goes to the second, a brief one only below a minute: ${full}`, () => {
    assert.equal(countdownText(left, false), full);
    assert.equal(countdownText(left, true), brief);
  });
}

test("a day is the browser's day, with the year only if it is another one", () => {
  assert.equal(dayText(new Date("2026-11-20T02:00:00Z"), now), "19 Nov");
  assert.equal(dayText(new Date("2027-01-01T02:00:00Z"), now), "31 Dec");
  assert.equal(dayText(new Date("2027-11-20T15:00:00Z"), now), "20 Nov 2027");
});

test("a point in time has the browser's clock", () => {
  assert.equal(pointText(now, now), "20 Nov, 12:01");
  assert.equal(pointText(new Date("2026-11-20T04:05:00Z"), now), "20 Nov, 00:35");
});

test("a time limit that has passed says how long ago that was", () => {
  assert.equal(timeText("until", new Date(now.getTime() + 88 * minute), now, false), "in 1 h 28 m");
  assert.equal(timeText("until", before(2 * hour), now, false), "2 h ago");
});

test("a time of today needs no day, in a log and elsewhere", () => {
  const yesterday = before(day);
  assert.equal(timeText("when", before(hour), now, false), "11:01");
  assert.equal(timeText("when", yesterday, now, false), "19 Nov, 12:01");
  assert.equal(timeText("log", before(hour), now, false), "11:01");
  assert.equal(timeText("log", yesterday, now, false), "19 Nov");
});

test("today ends at the browser's midnight, not at that of UTC", () => {
  assert.equal(timeText("when", new Date("2026-11-20T03:29:00Z"), now, false), "19 Nov, 23:59");
  assert.equal(timeText("when", new Date("2026-11-20T03:31:00Z"), now, false), "00:01");
});

test("each form of a time is as the server writes it", () => {
  assert.equal(timeText("point", now, now, false), "20 Nov, 12:01");
  assert.equal(timeText("day", now, now, false), "20 Nov");
  assert.equal(timeText("clock", now, now, false), "12:01:46");
  assert.equal(timeText(undefined, before(hour), now, false), "1 h ago");
});

test("a saved page has points in time where a live one counts", () => {
  const at = before(hour);
  assert.equal(timeText("until", at, now, true), "20 Nov, 11:01");
  assert.equal(timeText("ago", at, now, true), "20 Nov, 11:01");
  assert.equal(timeText("clock", at, now, true), "11:01:46");
});

for (const [offset, expected] of [
  [0, "UTC"],
  [60, "UTC+1"],
  [345, "UTC+5:45"],
  [-210, "UTC−3:30"],
  [-30, "UTC−0:30"],
  [-480, "UTC−8"],
]) {
  test(`a zone ${offset} minutes from UTC is ${expected}`, () => assert.equal(zoneName(offset), expected));
}
