// Every figure of the pages compared with a count over requests and turns that does not use rollups.
// A request counts at its own instant and a turn at its start, so a turn over midnight is of one day and its requests may be of the next.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { signIn } from "./lib/browser.mjs";
import { addUser, registerDevice } from "./lib/client.mjs";
import { suite, digits } from "./lib/suite.mjs";

const world = suite();
const day = 86_400_000;
const prices = JSON.parse(readFileSync(new URL("../../src/Ccflux.Contracts/Pricing/prices.json", import.meta.url))).models;
const sums = "sum(r.input_tokens) AS i, sum(r.output_tokens) AS o, sum(r.cache_read_tokens) AS r, sum(r.cache_write_5m_tokens + r.cache_write_1h_tokens) AS w, sum(r.cache_write_1h_tokens) AS h";
const billed = "sum(r.input_tokens + r.output_tokens)";
const requests = "FROM (SELECT * FROM requests WHERE hidden = 0) r JOIN users u USING (user_id) JOIN models m USING (model_id)";
const turns = "FROM (SELECT * FROM turns WHERE hidden = 0) t JOIN users u USING (user_id)";
/** An event is what one turn used of one model on one day. */
const event = `r.user_id || ' ' || r.turn_key || ' ' || r.model_id || ' ' || (r.at / ${day})`;
/** A session is of a period if it has a request in it, or a turn that started in it. */
const active = `FROM (SELECT user_id, session_key, at FROM requests WHERE hidden = 0 UNION ALL SELECT user_id, session_key, started_at FROM turns WHERE hidden = 0) a JOIN users u USING (user_id)`;
const sessionCount = "count(DISTINCT a.user_id || ' ' || a.session_key) AS sessions";

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
    const where = `WHERE ${who} AND r.at >= ${since(days)}`;
    const [period] = sql(`SELECT count(DISTINCT r.user_id) AS users, ${sums} ${requests} ${where}`);
    const [started] = sql(`SELECT count(*) AS turns, coalesce(sum(outcome = 'failed'), 0) AS failed ${turns} WHERE ${who} AND t.started_at >= ${since(days)}`);
    const [{ sessions }] = sql(`SELECT ${sessionCount} ${active} WHERE ${who} AND a.at >= ${since(days)}`);
    const [ever] = sql(`SELECT (SELECT count(*) ${turns} WHERE ${who}) AS turns, (SELECT ${sessionCount} ${active} WHERE ${who}) AS sessions`);
    const allTime = (count) => `all time ${String(count).replace(/\B(?=(\d{3})+$)/g, " ")}`;
    // A value's title continues in words.
    const card = async (name) => digits((await page.locator(`[data-stat=${name}] .val`).getAttribute("title")).split(" at ")[0]);
    const beside = async (name) => (await page.locator(`[data-stat=${name}] .beside`).textContent()).replace(/\s+/g, " ");

    assert.equal(await card("users"), period.users);
    assert.equal(await card("sessions"), sessions);
    assert.equal(await card("turns"), started.turns);
    assert.equal(await card("input"), period.i ?? 0);
    assert.equal(await card("output"), period.o ?? 0);
    // Shortly after midnight nobody may have used anything yet today: a dash on the page.
    const read = period.i + period.r + period.w;
    close(await card("cache_hit"), read === 0 ? 0 : (100 * period.r) / read, "cache hit", 0.051);
    close(await card("cost"), cost(sql(`SELECT m.name, ${sums} ${requests} ${where} GROUP BY m.name`)), "list-price value");
    assert.match(await page.locator("[data-stat=turns] .hint-text").textContent(), new RegExp(`${started.failed} failed`));
    assert.ok((await beside("turns")).includes(allTime(ever.turns)), await beside("turns"));
    assert.ok((await beside("sessions")).includes(allTime(ever.sessions)), await beside("sessions"));
    assert.match(await beside("cost"), /not your invoice · list of \d+ \w+ \d{4}/);
    await context.close();
  });
}

test("The daily chart's table is billed tokens by UTC day and model", async () => {
  const { page, context } = await open();
  const counted = new Map(sql(`SELECT r.at / ${day} AS d, m.name, ${billed} AS n ${requests} WHERE r.at >= ${since(30)} GROUP BY 1, 2`).map((row) => [`${row.d} ${row.name}`, row.n]));
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

for (const [name, query, days, who, model] of [
  ["30 days", "", 30, "1", "1"],
  ["7 days", "?period=7d", 7, "1", "1"],
  ["a division", "?division=Platform", 30, "u.division = 'Platform'", "1"],
  ["a model", "?model=claude-haiku-4-5", 30, "1", "m.name = 'claude-haiku-4-5'"],
  ["a user", "?user=hana.sato%40example.org", 30, "u.email = 'hana.sato@example.org'", "1"],
]) {
  test(`Usage by user, its total and the bars agree with the facts: ${name}`, async () => {
    const { page, context } = await open(`/admin/${query}`);
    const byModel = query.includes("model=");
    const where = `WHERE ${who} AND ${model} AND r.at >= ${since(days)}`;
    const counted = sql(`SELECT u.email, u.division, ${sums}, count(DISTINCT ${event}) AS events ${requests} ${where} GROUP BY u.user_id ORDER BY ${billed} DESC`);
    const costs = sql(`SELECT u.email, m.name, ${sums} ${requests} ${where} GROUP BY 1, 2`);
    const started = new Map(sql(`SELECT u.email, count(*) AS turns, sum(t.outcome = 'failed') AS failed ${turns} WHERE ${who} AND t.started_at >= ${since(days)} GROUP BY 1`).map((row) => [row.email, row]));
    const sessionsOf = new Map(sql(`SELECT u.email, ${sessionCount} ${active} WHERE ${who} AND a.at >= ${since(days)} GROUP BY 1`).map((row) => [row.email, row.sessions]));
    const rows = await page.locator("#users tbody tr").all();
    assert.equal(rows.length, counted.length);
    for (const [index, row] of rows.entries()) {
      const user = counted[index];
      assert.equal((await row.locator("th").textContent()).trim(), user.email);
      const [division, total, input, output, read, write, usd, ...counts] = await raw(row.locator("td"));
      assert.deepEqual([division, total, input, output, read, write], [user.division, user.i + user.o, user.i, user.o, user.r, user.w], user.email);
      close(usd, cost(costs.filter((part) => part.email === user.email)), `cost of ${user.email}`, 0.001);
      // Of one model, a turn counts if it used that model, and sessions and failures are not known.
      const { turns: ownTurns = 0, failed = 0 } = started.get(user.email) ?? {};
      assert.deepEqual(counts.slice(0, 3), byModel ? [null, user.events, null] : [sessionsOf.get(user.email), ownTurns, failed], user.email);
    }
    const total = (await raw(page.locator("#users tfoot td"))).slice(1, 6);
    const sum = (key) => counted.reduce((all, user) => all + user[key], 0);
    assert.deepEqual(total, [sum("i") + sum("o"), sum("i"), sum("o"), sum("r"), sum("w")]);

    const bars = await page.locator("#user-bars tbody td:nth-child(2)").evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.v)));
    assert.deepEqual(bars, counted.map((user) => user.i + user.o).slice(0, bars.length));
    const models = sql(`SELECT m.name, ${billed} AS n ${requests} ${where} GROUP BY 1 ORDER BY 2 DESC`).map((row) => [row.name, row.n]);
    const shown = await page.locator("#model-bars tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v)]));
    assert.deepEqual(shown, models);
    const divisions = sql(`SELECT u.division AS name, ${billed} AS n, count(DISTINCT u.user_id) AS users ${requests} ${where} GROUP BY 1 ORDER BY 2 DESC`).map((row) => [row.name || "Without division", row.users, row.n]);
    const shownDivisions = await page.locator("#divisions tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v), Number(row.cells[2].dataset.v)]));
    assert.deepEqual(shownDivisions, divisions);
    await context.close();
  });
}

test("The model breakdown is over all time", async () => {
  const { page, context } = await open();
  const counted = sql(`SELECT m.name, ${sums}, count(DISTINCT r.user_id) AS users, count(DISTINCT ${event}) AS turns ${requests} GROUP BY 1 ORDER BY ${billed} DESC`);
  const rows = await page.locator("#models tbody tr").all();
  assert.equal(rows.length, counted.length);
  for (const [index, row] of rows.entries()) {
    const model = counted[index];
    assert.ok((await row.locator("th").textContent()).includes(model.name));
    const [total, input, output, read, write, hit, usd, users, events] = await raw(row.locator("td"));
    assert.deepEqual([total, input, output, read, write, users, events], [model.i + model.o, model.i, model.o, model.r, model.w, model.users, model.turns]);
    close(hit, model.r / (model.i + model.r + model.w), "cache hit", 0.00001);
    close(usd, cost([model]), `cost of ${model.name}`, 0.001);
  }
  assert.equal(await page.locator("#models .badge", { hasText: "unpriced" }).count(), 1);
  await context.close();
});

/**
 * The 5-hour windows of a user, from the rule and the facts alone: one begins with the full hour of the first request after the one before it. A turn outside of all
 * windows, such as one that starts just before the hour of its first request, is in none and opens none.
 */
function windowsOf(made, started) {
  const length = 5 * 3_600_000;
  const windows = [];
  for (const request of made) {
    if (windows.length === 0 || request.at >= windows.at(-1).start + length) {
      windows.push({ start: Math.floor(request.at / 3_600_000) * 3_600_000, billed: 0, turns: 0, sessions: new Set() });
    }
    windows.at(-1).billed += request.billed;
    windows.at(-1).sessions.add(request.session);
  }
  for (const turn of started) {
    const window = windows.find((one) => turn.at >= one.start && turn.at < one.start + length);
    if (window) {
      window.turns += 1;
      window.sessions.add(turn.session);
    }
  }
  return windows;
}

test("5-hour windows and peaks follow from the requests by the rule", async () => {
  const { page, context } = await open("/admin/?windows.size=1000&windows.sort=user");
  // Keys have 64 bits: as text, because numbers of JavaScript have 53.
  const made = sql(`SELECT u.email, r.at, r.session_key || '' AS session, r.input_tokens + r.output_tokens AS billed ${requests} ORDER BY r.at`);
  const started = sql(`SELECT u.email, t.started_at AS at, t.session_key || '' AS session ${turns}`);
  const of = (facts, email) => facts.filter((fact) => fact.email === email);
  const all = [...new Set(made.map((request) => request.email))].flatMap((email) => windowsOf(of(made, email), of(started, email)).map((window) => ({ email, ...window })));
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
  // Only the order of arrival is in no request; every figure is counted.
  const events = sql(`
    WITH places AS (SELECT user_id, turn_key, row_number() OVER (PARTITION BY user_id, session_key ORDER BY started_at, turn_key) - 1 AS turn_index FROM turns WHERE hidden = 0),
      facts AS (SELECT r.user_id, r.session_key, r.turn_key, r.model_id, r.at / ${day} AS day, u.email, m.name AS model, ${sums} ${requests} GROUP BY 1, 2, 3, 4, 5)
    SELECT f.email, d.name AS device, s.session_id, p.turn_index, f.model, f.i, f.o, f.r, f.w
    FROM facts f JOIN places p USING (user_id, turn_key) JOIN sessions s USING (user_id, session_key) LEFT JOIN devices d USING (device_ref)
    JOIN turn_models e USING (user_id, turn_key, model_id, day) ORDER BY e.event_id DESC LIMIT 50`);
  const [{ stored }] = sql(`SELECT count(DISTINCT ${event}) AS stored ${requests}`);
  assert.equal(digits((await page.locator("#events .note").textContent()).split(" of ")[1]), stored);
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
  const [all] = sql(`SELECT ${sums}, (SELECT ${sessionCount} ${active} WHERE ${mine}) AS sessions, (SELECT count(*) ${turns} WHERE ${mine}) AS turns ${requests} WHERE ${mine}`);
  const card = async (name) => digits(await page.locator(`[data-stat=${name}] .val`).getAttribute("title"));
  assert.deepEqual([await card("billed"), await card("sessions"), await card("turns")], [all.i + all.o, all.sessions, all.turns]);

  const days = sql(`
    SELECT date(at / 1000, 'unixepoch') AS d, sum(billed) AS billed, sum(turn) AS turns
    FROM (SELECT r.at, r.input_tokens + r.output_tokens AS billed, 0 AS turn ${requests} WHERE ${mine} UNION ALL SELECT t.started_at, 0, 1 ${turns} WHERE ${mine})
    GROUP BY 1 ORDER BY 1 DESC`);
  const shownDays = await page.locator("#days tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v), Number(row.cells[7].dataset.v)]));
  assert.deepEqual(shownDays, days.map((row) => [row.d, row.billed, row.turns]));

  const sessions = sql(`
    SELECT s.session_id, sum(billed) AS billed, sum(turn) AS turns
    FROM (SELECT r.user_id, r.session_key, r.input_tokens + r.output_tokens AS billed, 0 AS turn ${requests} WHERE ${mine} UNION ALL SELECT t.user_id, t.session_key, 0, 1 ${turns} WHERE ${mine})
    JOIN sessions s USING (user_id, session_key) GROUP BY 1`);
  const shownSessions = await page.locator("#sessions tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].title, Number(row.cells[3].dataset.v), Number(row.cells[4].dataset.v)]));
  assert.deepEqual(shownSessions.sort(), sessions.map((row) => [row.session_id, row.turns, row.billed]).sort());
  const limits = sql("SELECT count(*) AS n FROM limit_events l JOIN users u USING (user_id) WHERE u.email = 'hana.sato@example.org'")[0].n;
  assert.equal(await page.locator("#limits tbody tr").count(), limits);
  await context.close();
});

test("A turn over midnight is of the day on which it starts, and its requests of the next", async () => {
  const email = "night.owl@example.org";
  const device = await registerDevice(world.receiver, await addUser(world.receiver, email, "Nights"), "owl");
  const midnight = (today() - 1) * day;
  const models = { "claude-opus-5-5": { input_tokens: 30, output_tokens: 70, cache_read_tokens: 0, cache_write_tokens: 0, cache_write_1h_tokens: 0 } };
  await device.report([{ session_id: "over-midnight", turn_index: 0, started_utc: new Date(midnight - 600_000).toISOString(), ended_utc: new Date(midnight + 600_000).toISOString(), outcome: "completed", models }]);
  const { page, context } = await open(`/admin/users/${encodeURIComponent(email)}`);
  const date = (at) => new Date(at).toISOString().slice(0, 10);
  const days = await page.locator("#days tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v), Number(row.cells[7].dataset.v)]));
  assert.deepEqual(days, [[date(midnight), 100, 0], [date(midnight - 1), 0, 1]]);
  // The turn started before the window's hour.
  const windows = await page.locator("#windows tbody tr").evaluateAll((list) => list.map((row) => [Number(row.cells[0].dataset.v) * 1000, Number(row.cells[3].dataset.v), Number(row.cells[8].dataset.v), Number(row.cells[9].dataset.v)]));
  assert.deepEqual(windows, [[midnight, 100, 0, 1]]);
  const sessions = await page.locator("#sessions tbody tr").evaluateAll((list) => list.map((row) => [row.cells[0].title, Number(row.cells[3].dataset.v), Number(row.cells[4].dataset.v)]));
  assert.deepEqual(sessions, [["over-midnight", 1, 100]]);
  await context.close();
});
