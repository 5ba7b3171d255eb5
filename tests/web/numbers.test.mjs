// The same figures as in the tests of Shell/Format: what a script writes must look like what the server writes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compact, exact, inUnit, tick, tickInUnit } from "../../web/src/numbers.ts";

const spaced = (text) => text.replaceAll("\u202f", "_").replaceAll("\u00a0", " ");

const cases = (name, format, table) => {
  for (const [value, expected] of table) {
    test(`${name} ${value} as ${expected}`, () => assert.equal(spaced(format(value)), expected));
  }
};

cases("an exact figure groups its digits:", exact, [
  [0, "0"],
  [999, "999"],
  [1000, "1_000"],
  [61_380, "61_380"],
  [1_234_567.5, "1_234_568"],
]);

cases("a compact figure has one decimal from a thousand on:", compact, [
  [999, "999"],
  [1000, "1.0k"],
  [1349, "1.3k"],
  [48_150, "48.2k"],
  [999_949, "999.9k"],
  [999_950, "1.0M"],
  [126_425_387, "126.4M"],
  [2_828_000_000, "2.8B"],
  [999_999_999_999, "1.0T"],
]);

test("a tick drops the decimal of a round figure only", () => {
  assert.equal(tick(2000), "2k");
  assert.equal(tick(2500), "2.5k");
  assert.equal(tick(10_000_000), "10M");
  assert.equal(tick(500), "500");
});

cases("dollars from millionths:", (value) => inUnit("micro-usd", value), [
  [0, "$0.00"],
  [88_384_000, "$88.38"],
  [99_994_999, "$99.99"],
  [99_995_000, "$100"],
  [4_063_200_000, "$4_063"],
]);

cases("milliseconds in the unit that suits:", (value) => inUnit("ms", value), [
  [0, "—"],
  [0.4, "0 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [59_949, "59.9 s"],
  [59_951, "1.0 min"],
  [3_596_999, "59.9 min"],
  [3_597_000, "1.0 h"],
]);

cases("sums of time in whole seconds below a minute:", (value) => inUnit("s", value), [
  [0, "0 s"],
  [59_000, "59 s"],
  [800_000, "13.3 min"],
  [2_203_200_000, "612.0 h"],
]);

test("a multiple comes as hundredths, an unknown unit is a count", () => {
  assert.equal(inUnit("x100", 381), "3.8×");
  assert.equal(inUnit("tokens", 48_150), "48.2k");
});

test("a tick in a unit drops zeros behind the point and keeps those before it", () => {
  assert.equal(tickInUnit("micro-usd", 50_000_000), "$50");
  assert.equal(tickInUnit("micro-usd", 2_500_000), "$2.50");
  assert.equal(spaced(tickInUnit("ms", 60_000)), "1 min");
  assert.equal(spaced(tickInUnit("ms", 90_000)), "1.5 min");
  assert.equal(tickInUnit("x100", 200), "2×");
  assert.equal(tickInUnit("tokens", 20_000), "20k");
});

test("zero on an axis has no unit", () => {
  for (const unit of ["micro-usd", "ms", "s", "x100"]) {
    assert.equal(tickInUnit(unit, 0), "0");
  }
});
