// What the sign of the live connection says while the connection comes and goes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dotOf, isDeaf } from "../../web/src/live-state.ts";

const now = Date.parse("2026-11-20T15:31:46Z");
const state = (changes) => ({ paused: false, connected: true, freshAt: now, ...changes });

test("a connected page is live, however long nothing has changed", () => assert.equal(dotOf(state({ freshAt: now - 3_600_000 }), now, false).text, "Live"));

test("a redrawn page blinks", () => {
  assert.equal(dotOf(state(), now, true).state, "blink");
  assert.equal(dotOf(state(), now, false).state, "live");
});

test("a short interruption is not worth a warning", () => {
  assert.equal(dotOf(state({ connected: false, freshAt: now - 5000 }), now, false).state, "live");
  assert.equal(dotOf(state({ connected: false, freshAt: now - 5001 }), now, false).state, "stale");
});

test("a lost connection says how old the figures are, from a minute on", () => {
  const text = (age) => dotOf(state({ connected: false, freshAt: now - age }), now, false).text;
  assert.equal(text(59_999), "Reconnecting");
  assert.equal(text(60_000), "1 min old");
  assert.equal(text(7_200_000), "2 h old");
});

test("a lost connection overrides a redraw, and a pause overrides both", () => {
  assert.equal(dotOf(state({ connected: false, freshAt: now - 60_000 }), now, true).state, "stale");
  const paused = dotOf(state({ paused: true, connected: false, freshAt: now - 60_000 }), now, true);
  assert.deepEqual([paused.state, paused.text], ["off", "Paused"]);
});

test("each state has its own explanation", () => {
  const titles = [state(), state({ paused: true }), state({ connected: false, freshAt: 0 })].map((each) => dotOf(each, now, false).title);
  assert.equal(new Set(titles).size, 3);
});

test("three silent intervals of 15 s end a connection, and not a moment before", () => {
  assert.equal(isDeaf(now - 45_000, now), false);
  assert.equal(isDeaf(now - 45_001, now), true);
});

test("a clock that was set back is no silence", () => assert.equal(isDeaf(now + 60_000, now), false));
