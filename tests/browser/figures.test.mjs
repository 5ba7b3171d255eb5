// Every figure of the pages compared with a count over turns and events that does not use rollups.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { signIn } from "./lib/browser.mjs";
import { suite, digits } from "./lib/suite.mjs";

const world = suite();
const day = 86_400_000;
const prices = JSON.parse(readFileSync(new URL("../../src/Ccflux.Contracts/Pricing/prices.json", import.meta.url))).models;
const sums = "sum(e.input_tokens) AS i, sum(e.output_tokens) AS o, sum(e.cache_read_tokens) AS r, sum(e.cache_write_tokens) AS w, sum(e.cache_write_1h_tokens) AS h";
const joins = "FROM events e JOIN turns t USING (turn_id) JOIN users u ON u.user_id = e.user_id JOIN models m USING (model_id) JOIN sessions s ON s.session_ref = t.session_ref";

const today = () => Math.floor(Date.now() / day);
const since = (days) => (today() - days + 1) * day;
const sql = (text) => world.receiver.sql(text);

function cost(rows) {
  let usd = 0;
  for (const row of rows) {
    const price = prices[row.name.replace(/\[1m\]$/, "")]?.[0];
    if (price) {
      usd += (row.i * price.input + row.o * price.output + row.r * price.cache_read + (row.w - row.h) * price.cache_write_5m + row.h * price.cache_write_1h) / 1e6;
    }
  }
  return usd;
}

const raw = (cells) => cells.evaluateAll((list) => list.map((cell) => (cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v === "" ? null : Number(cell.dataset.v))));
const close = (actual, expected, what, tolerance = 0.01) => assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: page ${actual}, count ${expected}`);

const open = (path = "/admin/") => signIn(world.browser, world.receiver, { path });

for (const [name, query, days, who] of [
  ["30 days", "", 30, "1"],
  ["today", "?period=today", 1, "1"],
  ["a division", "?division=Platform&period=7d", 7, "u.division = 'Platform'"],
]) {
  test(`The cards are the period's, within the filter, with all time beside them: ${name}`, async () => {
    const { page, context } = await open(`/admin/${query}`);
    const where = `WHERE ${who} AND t.ended_at >= ${since(days)}`;
    const [period] = sql(`SELECT count(DISTINCT e.user_id) AS users, ${sums} ${joins} ${where}`);
    const [turns] = sql(`SELECT count(*) AS turns, count(DISTINCT session_ref) AS sessions, coalesce(sum(outcome = 'failed'), 0) AS failed FROM turns t JOIN users u USING (user_id) ${where}`);
    const [ever] = sql(`SELECT count(*) AS turns, count(DISTINCT session_ref) AS sessions FROM turns t JOIN users u USING (user_id) WHERE ${who}`);
    // A value's title continues in words.
    const card = async (name) => digits((await page.locator(`[data-stat=${name}] .val`).getAttribute("title")).split(" at ")[0]);
    const beside = async (name) => (await page.locator(`[data-stat=${name}] .beside`).textContent()).replace(/\s+/g, " ");

    assert.equal(await card("users"), period.users);
    assert.equal(await card("sessions"), turns.sessions);
    assert.equal(await card("turns"), turns.turns);
    assert.equal(await card("input"), period.i ?? 0);
    assert.equal(await card("output"), period.o ?? 0);
    // Shortly after midnight nobody may have used anything yet today: a dash on the page.
    const read = period.i + period.r + period.w;
    close(await card("cache_hit"), read === 0 ? 0 : (100 * period.r) / read, "cache hit", 0.051);
    close(await card("cost"), cost(sql(`SELECT m.name, ${sums} ${joins} ${where} GROUP BY m.name`)), "list-price value");
    assert.match(await page.locator("[data-stat=turns] .hint-text").textContent(), new RegExp(`${turns.failed} failed`));
    assert.ok((await beside("turns")).includes(`all time ${String(ever.turns).replace(/\B(?=(\d{3})+$)/g, " ")}`), await beside("turns"));
    assert.match(await beside("cost"), /not your invoice · list of \d+ \w+ \d{4}/);
    await context.close();
  });
}

test("The daily chart's table is billed tokens by UTC day and model", async () => {
  const { page, context } = await open();
  const counted = new Map(sql(`SELECT t.ended_at / ${day} AS d, m.name, sum(e.input_tokens + e.output_tokens) AS n ${joins} WHERE t.ended_at >= ${since(30)} GROUP BY 1, 2`).map((row) => [`${row.d} ${row.name}`, row.n]));
  const models = (await page.locator("#daily thead th").allTextContents()).slice(1, -1).map((text) => text.trim());
  const rows = page.locator("#daily tbody tr");
  assert.equal(await rows.count(), 30);
  for (const row of await rows.all()) {
    const dayNumber = Date.parse((await row.locator("th").textContent()).slice(0, 10)) / day;
    const figures = await raw(row.locator("td"));
    const expected = models.map((model) => counted.get(`${dayNumber} ${model}`) ?? 0);
    assert.deepEqual(figures, [...expected, expected.reduce((a, b) => a + b, 0)], `day ${dayNumber}`);
  }
  const island = JSON.parse(await page.locator("#daily script").textContent());
  assert.equal(island.series.flatMap((series) => series.values).reduce((a, b) => a + b, 0), [...counted.values()].reduce((a, b) => a + b, 0));
  await context.close();
});

for (const [name, query, where] of [
  ["30 days", "", () => `t.ended_at >= ${since(30)}`],
  ["7 days", "?period=7d", () => `t.ended_at >= ${since(7)}`],
  ["a division", "?division=Platform", () => `t.ended_at >= ${since(30)} AND u.division = 'Platform'`],
  ["a model", "?model=claude-haiku-4-5", () => `t.ended_at >= ${since(30)} AND m.name = 'claude-haiku-4-5'`],
  ["a user", "?user=hana.sato%40example.org", () => `t.ended_at >= ${since(30)} AND u.email = 'hana.sato@example.org'`],
]) {
  test(`Usage by user, its total and the bars agree with the facts: ${name}`, async () => {
    const { page, context } = await open(`/admin/${query}`);
    const byModel = query.includes("model=");
    const counted = sql(`SELECT u.email, u.division, ${sums}, count(DISTINCT t.session_ref) AS sessions, count(DISTINCT t.turn_id) AS turns, max(t.ended_at) AS last ${joins} WHERE ${where()} GROUP BY u.user_id ORDER BY sum(e.input_tokens + e.output_tokens) DESC`);
    const costs = sql(`SELECT u.email, m.name, ${sums} ${joins} WHERE ${where()} GROUP BY 1, 2`);
    const rows = await page.locator("#users tbody tr").all();
    assert.equal(rows.length, counted.length);
    for (const [index, row] of rows.entries()) {
      const user = counted[index];
      assert.equal((await row.locator("th").textContent()).trim(), user.email);
      const [division, billed, input, output, read, write, usd, sessions, turns] = await raw(row.locator("td"));
      assert.deepEqual([division, billed, input, output, read, write], [user.division, user.i + user.o, user.i, user.o, user.r, user.w], user.email);
      close(usd, cost(costs.filter((part) => part.email === user.email)), `cost of ${user.email}`, 0.001);
      assert.deepEqual([sessions, turns], [byModel ? null : user.sessions, user.turns], user.email);
    }
    const total = (await raw(page.locator("#users tfoot td"))).slice(1, 6);
    const sum = (key) => counted.reduce((all, user) => all + user[key], 0);
    assert.deepEqual(total, [sum("i") + sum("o"), sum("i"), sum("o"), sum("r"), sum("w")]);

    const bars = await page.locator("#user-bars tbody td:nth-child(2)").evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.v)));
    assert.deepEqual(bars, counted.map((user) => user.i + user.o).slice(0, bars.length));
    const models = sql(`SELECT m.name, sum(e.input_tokens + e.output_tokens) AS n ${joins} WHERE ${where()} GROUP BY 1 ORDER BY 2 DESC`).map((row) => [row.name, row.n]);
    const shown = await page.locator("#model-bars tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v)]));
    assert.deepEqual(shown, models);
    const divisions = sql(`SELECT u.division AS name, sum(e.input_tokens + e.output_tokens) AS n, count(DISTINCT u.user_id) AS users ${joins} WHERE ${where()} GROUP BY 1 ORDER BY 2 DESC`).map((row) => [row.name || "Without division", row.users, row.n]);
    const shownDivisions = await page.locator("#divisions tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v), Number(row.cells[2].dataset.v)]));
    assert.deepEqual(shownDivisions, divisions);
    await context.close();
  });
}

test("The model breakdown is over all time", async () => {
  const { page, context } = await open();
  const counted = sql(`SELECT m.name, ${sums}, count(DISTINCT e.user_id) AS users, count(DISTINCT e.turn_id) AS turns ${joins} GROUP BY 1 ORDER BY sum(e.input_tokens + e.output_tokens) DESC`);
  const rows = await page.locator("#models tbody tr").all();
  assert.equal(rows.length, counted.length);
  for (const [index, row] of rows.entries()) {
    const model = counted[index];
    assert.ok((await row.locator("th").textContent()).includes(model.name));
    const [billed, input, output, read, write, hit, usd, users, turns] = await raw(row.locator("td"));
    assert.deepEqual([billed, input, output, read, write, users, turns], [model.i + model.o, model.i, model.o, model.r, model.w, model.users, model.turns]);
    close(hit, model.r / (model.i + model.r + model.w), "cache hit", 0.00001);
    close(usd, cost([model]), `cost of ${model.name}`, 0.001);
  }
  assert.equal(await page.locator("#models .badge", { hasText: "unpriced" }).count(), 1);
  await context.close();
});

/** The 5-hour windows of a user, from the rule and the turns alone. */
function windowsOf(turns) {
  const windows = [];
  for (const turn of turns) {
    let window = windows.at(-1);
    if (!window || turn.at >= window.start + 5 * 3_600_000 || turn.at - window.last >= 5 * 3_600_000) {
      window = { start: Math.floor(turn.at / 3_600_000) * 3_600_000, last: turn.at, billed: 0, turns: 0, sessions: new Set() };
      windows.push(window);
    }
    window.last = turn.at;
    window.billed += turn.billed;
    window.turns += 1;
    window.sessions.add(turn.session);
  }
  return windows;
}

test("5-hour windows and peaks follow from the turns by the rule", async () => {
  const { page, context } = await open("/admin/?windows.size=1000&windows.sort=user");
  const turns = sql(`SELECT u.email, t.ended_at AS at, t.session_ref AS session, coalesce((SELECT sum(input_tokens + output_tokens) FROM events e WHERE e.turn_id = t.turn_id), 0) AS billed FROM turns t JOIN users u USING (user_id) ORDER BY t.ended_at, t.turn_id`);
  const all = [...new Set(turns.map((turn) => turn.email))].flatMap((email) => windowsOf(turns.filter((turn) => turn.email === email)).map((window) => ({ email, ...window })));
  const key = (window) => `${window.email} ${window.start}`;
  const week = new Map(all.filter((window) => window.start >= Date.now() - 7 * day).map((window) => [key(window), [window.billed, window.turns, window.sessions.size]]));
  const shown = await page.locator("#windows tbody tr").evaluateAll((list) =>
    list.map((row) => [`${row.cells[0].querySelector(".mail").title} ${Number(row.cells[1].dataset.v) * 1000}`, [Number(row.cells[4].dataset.v), Number(row.cells[9].dataset.v), Number(row.cells[10].dataset.v)]]),
  );
  // A window at the very edge of the week may be on either side by the time it is counted.
  assert.ok(Math.abs(shown.length - week.size) <= 2, `page ${shown.length}, count ${week.size}`);
  for (const [window, figures] of shown) {
    const expected = week.get(window) ?? all.filter((one) => key(one) === window).map((one) => [one.billed, one.turns, one.sessions.size])[0];
    assert.deepEqual(figures, expected, window);
  }

  const peaks = await page.locator("#peaks tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].querySelector(".mail").title, Number(row.cells[2].dataset.v), Number(row.cells[4].dataset.v)]));
  assert.ok(peaks.length >= 10);
  for (const [email, peak, count] of peaks) {
    const own = all.filter((window) => window.email === email && window.start >= since(30));
    assert.deepEqual([peak, count], [Math.max(...own.map((window) => window.billed)), own.length], email);
  }
  await context.close();
});

test("The last 50 events, the devices and the provisioned are what the tables hold", async () => {
  const { page, context } = await open("/admin/?devices.size=500&seats.size=500");
  const events = sql(`SELECT u.email, d.name AS device, s.session_id, t.turn_index, m.name AS model, e.input_tokens AS i, e.output_tokens AS o, e.cache_read_tokens AS r, e.cache_write_tokens AS w ${joins} LEFT JOIN devices d ON d.device_ref = t.device_ref ORDER BY e.event_id DESC LIMIT 50`);
  const shown = await page.locator("#events tbody tr").evaluateAll((list) =>
    list.map((row) => ({
      email: row.cells[1].textContent.trim(), device: row.cells[2].textContent.trim(), session_id: row.cells[3].title, turn_index: parseInt(row.cells[4].textContent, 10), model: row.cells[5].textContent.trim(),
      i: Number(row.cells[6].dataset.v), o: Number(row.cells[7].dataset.v), r: Number(row.cells[8].dataset.v), w: Number(row.cells[9].dataset.v),
    })),
  );
  const sorted = (rows) => rows.map((row) => JSON.stringify(row)).sort();
  assert.equal(shown.length, 50);
  assert.deepEqual(sorted(shown), sorted(events));

  const devices = sql("SELECT d.name, u.email FROM devices d JOIN users u USING (user_id)");
  assert.deepEqual(
    (await page.locator("#devices tbody tr").evaluateAll((list) => list.map((row) => `${row.cells[0].textContent.trim()} ${row.cells[1].querySelector(".mail").title}`))).sort(),
    devices.map((row) => `${row.name} ${row.email}`).sort(),
  );
  const seats = sql("SELECT DISTINCT email FROM refresh_tokens");
  assert.deepEqual((await page.locator("#seats tbody th").evaluateAll((list) => list.map((cell) => cell.textContent.trim()))).sort(), seats.map((row) => row.email).sort());
  await context.close();
});

test("A person's page agrees with the facts", async () => {
  const { page, context } = await open("/admin/users/hana.sato%40example.org?sessions.size=500&period=90d&days.size=100");
  const mine = `u.email = 'hana.sato@example.org'`;
  const [all] = sql(`SELECT ${sums}, count(DISTINCT t.session_ref) AS sessions, count(DISTINCT t.turn_id) AS turns ${joins} WHERE ${mine}`);
  const card = async (name) => digits(await page.locator(`[data-stat=${name}] .val`).getAttribute("title"));
  assert.deepEqual([await card("billed"), await card("sessions"), await card("turns")], [all.i + all.o, all.sessions, all.turns]);

  const days = sql(`SELECT date(t.ended_at / 1000, 'unixepoch') AS d, ${sums}, count(DISTINCT t.turn_id) AS turns ${joins} WHERE ${mine} GROUP BY 1 ORDER BY 1 DESC`);
  const shownDays = await page.locator("#days tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v), Number(row.cells[7].dataset.v)]));
  assert.deepEqual(shownDays, days.map((row) => [row.d, row.i + row.o, row.turns]));

  const sessions = sql(`SELECT s.session_id, ${sums}, count(DISTINCT t.turn_id) AS turns ${joins} WHERE ${mine} GROUP BY 1`);
  const shownSessions = await page.locator("#sessions tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].title, Number(row.cells[3].dataset.v), Number(row.cells[4].dataset.v)]));
  assert.deepEqual(shownSessions.sort(), sessions.map((row) => [row.session_id, row.turns, row.i + row.o]).sort());
  const limits = sql("SELECT count(*) AS n FROM limit_events l JOIN users u USING (user_id) WHERE u.email = 'hana.sato@example.org'")[0].n;
  assert.equal(await page.locator("#limits tbody tr").count(), limits);
  await context.close();
});
