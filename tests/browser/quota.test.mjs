// /quota: the cards compared with the readings; countdowns, states, history and live updates.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, openSignedIn } from "./lib/browser.mjs";
import { addPusher, at, insert, month, polled, polling, startUpstream, usage } from "./lib/quota.mjs";
import { adminToken, startReceiver } from "./lib/receiver.mjs";

/** Hours, and the minutes of a table row and of a section of the chart. */
const ranges = { "3h": [3, 15, 1], "6h": [6, 30, 1], "24h": [24, 60, 6], "7d": [168, 360, 60], "30d": [720, 1440, 180] };
let upstream;
let logins;
let receiver;
let browser;

before(async () => {
  upstream = await startUpstream();
  upstream.answers.set("cookies", { status: 401, body: { error: "no" } });
  upstream.answers.set("challenged", { status: 403, type: "text/html", body: "<html>Just a moment</html>" });
  upstream.answers.set("limited", { status: 429, body: {} });
  upstream.answers.set("changed", { body: { five_hour: "full" } });
  upstream.answers.set("good", { body: usage(12, 200, 30, 5000, { seven_day_opus: { utilization: 41, resets_at: at(5000).toISOString() } }) });
  logins = polling(upstream, ["challenged", "limited", "changed", "good"]);
  receiver = await startReceiver(logins.settings);
  browser = await openBrowser();
  await polled(receiver, 5);
});
after(async () => {
  await browser?.close();
  await receiver?.stop();
  await upstream?.stop();
  logins?.clean();
});

async function open(path = "/quota", options = {}) {
  const { clock, paused, ...rest } = options;
  const opened = await openSignedIn(browser, receiver, rest);
  if (clock) {
    await opened.page.clock.install({ time: Date.now() });
  }
  if (paused) {
    await opened.page.addInitScript(() => localStorage.setItem("ccflux.paused", "1"));
  }
  await opened.page.goto(receiver.address + path);
  return opened;
}

const idOf = (owner) => receiver.sql(`SELECT a.account_id AS id FROM quota_accounts a LEFT JOIN users u ON u.user_id = a.owner WHERE u.email = '${owner}' OR a.label = '${owner}'`)[0].id;
const card = (page, owner) => page.locator(`#account-${idOf(owner)}`);
const plain = (text) => text.replace(/\s+/g, " ").trim();

test("From 70 and from 90 percent the bar changes its colour, its shape and its words", async () => {
  const push = await addPusher(receiver, "levels@example.org");
  await push(["five_hour", 69.9, 100], ["seven_day", 70, 5000], ["seven_day_opus", 89.9, 5000], ["seven_day_sonnet", 90, 5000], ["extra_usage", 104, 9000]);
  const { page, context, trouble } = await open(`/quota?account=${idOf("levels@example.org")}`);
  const bars = await card(page, "levels@example.org").locator(".q").evaluateAll((all) =>
    all.map((bar) => [bar.dataset.window, bar.dataset.level, bar.querySelector(".pct").textContent.replace(/\s+/g, " ").trim(), bar.querySelector(".pct svg") !== null, bar.querySelector("[role=meter]").getAttribute("aria-valuetext").replace(/\s+/g, " ")]));
  assert.deepEqual(bars, [
    ["five_hour", "good", "69.9 %, below 70 %", false, "69.9 %, below 70 %"],
    ["seven_day", "warn", "70 %, 70 % or above", true, "70 %, 70 % or above"],
    ["seven_day_opus", "warn", "89.9 %, 70 % or above", true, "89.9 %, 70 % or above"],
    ["seven_day_sonnet", "bad", "90 %, 90 % or above", true, "90 %, 90 % or above"],
    ["extra_usage", "bad", "104 %, 90 % or above", true, "104 %, 90 % or above"],
  ]);
  const colours = await card(page, "levels@example.org").locator(".q-bar > i").evaluateAll((all) => all.map((bar) => getComputedStyle(bar).getPropertyValue("--k")));
  assert.equal(new Set(colours).size, 3);
  assert.match(plain(await card(page, "levels@example.org").locator("header").textContent()), /Full|Near limit/);
  assert.match(await card(page, "levels@example.org").locator("[data-window=five_hour] .pct").getAttribute("title"), /^69\.9 %, observed .* UTC$/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("A reset is counted down to the second, and what has passed is never negative", async () => {
  const push = await addPusher(receiver, "countdown@example.org");
  await push(["five_hour", 80, 20], ["seven_day", 20, 3000]);
  const { page, context, trouble } = await open(`/quota?account=${idOf("countdown@example.org")}`, { clock: true, paused: true });
  const bar = card(page, "countdown@example.org").locator("[data-window=five_hour]");
  const left = async () => {
    const [, minutes = "0", seconds] = /^(?:(\d+) m )?(\d+) s$/.exec(await bar.locator(".countdown").textContent());
    return Number(minutes) * 60 + Number(seconds);
  };
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 10_000); // until then it ran by itself
  await page.clock.runFor(250);
  const first = await left();
  assert.ok(first > 60 && first <= 1200, `${first} s`);
  for (let second = 1; second <= 3; second++) {
    await page.clock.runFor(1000);
    assert.equal(await left(), first - second);
  }
  await page.clock.runFor((first - 4) * 1000);
  assert.equal(await left(), 1);
  assert.equal(await bar.getAttribute("data-level"), "warn");
  await page.clock.runFor(2000);
  assert.match(plain(await bar.textContent()), /reset, waiting for the next reading/);
  assert.equal(await bar.getAttribute("data-level"), "none");
  await page.clock.runFor(60_000);
  assert.doesNotMatch(await bar.textContent(), /-\d|−\d|resets in/);
  assert.match(plain(await card(page, "countdown@example.org").locator("[data-window=seven_day]").textContent()), /resets in 2 d \d+ h/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("After a reset the page asks by itself, and the figure of before is told as that", async () => {
  const push = await addPusher(receiver, "reset@example.org");
  await push(["five_hour", 80, 0.06], ["seven_day", 20, 3000]);
  const { page, context } = await open(`/quota?account=${idOf("reset@example.org")}`);
  await card(page, "reset@example.org").getByText("was 80 % before the reset").waitFor();
  assert.equal(await card(page, "reset@example.org").locator("[data-window=five_hour] .q-bar").getAttribute("aria-valuetext"), "reset, not read since");
  await push(["five_hour", 1, 300], ["seven_day", 21, 3000]);
  await card(page, "reset@example.org").locator("[data-window=five_hour]").getByText(/resets in 4 h 5\d m \d\d s/).waitFor();
  await context.close();
});

test("Pace and projection are said in words, with an honest range", async () => {
  const push = await addPusher(receiver, "pace@example.org");
  await push(["five_hour", 80, 150], ["seven_day", 10, 5040]);
  const { page, context } = await open(`/quota?account=${idOf("pace@example.org")}`);
  const text = async (window) => plain(await card(page, "pace@example.org").locator(`[data-window=${window}]`).textContent());
  assert.match(await text("five_hour"), /30 pt ahead of pace.*Likely full (around|between (\d+ \w+, )?\d\d:\d\d and) (\d+ \w+, )?\d\d:\d\d/);
  assert.match(await text("seven_day"), /40 pt below pace.*Lasts to the reset at the recent rate/);
  const api = await (await fetch(`${receiver.address}/api/v1/quota`, { headers: { Authorization: `Bearer ${adminToken}` } })).json();
  const window = api.find((one) => one.id === idOf("pace@example.org")).windows[0];
  const shown = await card(page, "pace@example.org").locator("[data-window=five_hour] [data-outlook] .st time").evaluateAll((all) => all.slice(0, 2).map((one) => Date.parse(one.dateTime)));
  // The range moves with the current time by at most the time between the two reads.
  for (const [index, instant] of [window.projection.earliest, window.projection.latest].entries()) {
    const end = shown[index] ?? shown[0]; // two ends within the same minute are shown once
    assert.ok(Math.abs(end - Date.parse(instant)) < (shown.length === 1 ? 60_000 : 5000), `${new Date(end).toISOString()} ${instant}`);
  }
  await context.close();
});

test("Each failure says what it is, what to renew and where", async () => {
  const { page, context, trouble } = await open("/quota");
  for (const [label, title, words] of [
    ["shared seat", "Signed out upstream", /sessionKey.*Application, Cookies.*CLAUDE_SESSION_KEY/],
    ["login 1", "Blocked by a browser challenge (403)", /browser challenge blocks the API/],
    ["login 2", "Asked to slow down (429)", /waits/],
    ["login 3", "Answer not understood", /newer ccflux/],
  ]) {
    await page.goto(`${receiver.address}/quota?account=${idOf(label)}`);
    const text = plain(await card(page, label).textContent());
    assert.ok(text.includes(title), `${label}: ${text}`);
    assert.match(text, words);
    assert.match(text, /Failing since (\d+ \w+, )?\d\d:\d\d/);
    assert.match(text, /No reading yet/);
  }
  await page.goto(`${receiver.address}/quota?account=${idOf("login 4")}`);
  assert.match(plain(await card(page, "login 4").textContent()), /OAuth, (now|[1-9] min ago).*7-day, Opus.*41 %.*Next poll in ([123] m|\d\d? s)/);
  assert.equal(await card(page, "login 4").locator(".alert").count(), 0);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("A failing account keeps its last reading, grey and with its age; a silent status line says what that means", async () => {
  const failing = idOf("login 3");
  insert(receiver, `INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, source) VALUES (${failing}, 'five_hour', 95000, ${at(100).getTime()}, ${at(-40).getTime()}, 'oauth');`);
  const push = await addPusher(receiver, "silent@example.org");
  await push(["five_hour", 72, 100, 125], ["seven_day", 20, 3000, 125]);

  const { page, context } = await open(`/quota?account=${failing}`);
  const bar = card(page, "login 3").locator("[data-window=five_hour]");
  assert.match(plain(await bar.textContent()), /95 %.*as of (\d+ \w+, )?\d\d:\d\d.*OAuth, 4\d min ago/);
  assert.equal(await bar.getAttribute("data-level"), "none");
  assert.match(plain(await card(page, "login 3").textContent()), /Stale.*Answer not understood/);
  await page.goto(`${receiver.address}/quota?account=${idOf("silent@example.org")}`);
  assert.match(plain(await card(page, "silent@example.org").textContent()), /status line, 2 h ago.*Stale.*Figures arrive while the user works/);
  await context.close();
});

test("Every range's table is what the readings come to, and every point of its chart was read", async () => {
  const push = await addPusher(receiver, "history@example.org");
  await push(["five_hour", 1, 299], ["seven_day", 1, 5000]);
  const id = idOf("history@example.org");
  const windows = receiver.sql(`SELECT window_id AS id FROM quota_windows WHERE account_id = ${id} ORDER BY 1`).map((one) => one.id);
  insert(receiver, month(windows[0], windows[1], Math.floor(Date.now() / 60_000) * 60_000 - 60_000));
  const { page, context, trouble } = await open();
  for (const [range, [hours, row, stretch]] of Object.entries(ranges)) {
    await page.goto(`${receiver.address}/quota?account=${id}&range=${range}`);
    await card(page, "history@example.org").locator("[data-drawn] canvas").waitFor();
    const shown = await page.locator(`#account-${id} tr[data-row]`).evaluateAll((all) => all.map((one) => [Number(one.dataset.row), ...[...one.cells].slice(1).map((cell) => Number(cell.dataset.v))]));
    const length = row * 60_000;
    const readings = windows.map((window) => `SELECT observed_at / ${length} * ${length} AS at, ${window} AS window, used_milli, observed_at FROM quota_readings WHERE window_id = ${window} AND observed_at >= ${shown.at(-1)[0]}`).join(" UNION ALL ");
    const counted = receiver.sql(`WITH r AS (${readings})
      SELECT at, count(*) AS n, max(CASE WHEN window = ${windows[0]} THEN used_milli END) / 1000.0 AS a, max(CASE WHEN window = ${windows[1]} THEN used_milli END) / 1000.0 AS b,
        (SELECT used_milli / 1000.0 FROM r AS l WHERE l.at = r.at AND window = ${windows[0]} ORDER BY observed_at DESC LIMIT 1) AS la,
        (SELECT used_milli / 1000.0 FROM r AS l WHERE l.at = r.at AND window = ${windows[1]} ORDER BY observed_at DESC LIMIT 1) AS lb
      FROM r GROUP BY at ORDER BY at DESC`);
    assert.deepEqual(shown, counted.map((one) => [one.at, one.a, one.la, one.b, one.lb, one.n]), range);
    const oldest = shown.at(-1)[0];
    assert.ok(Date.now() - oldest >= hours * 3_600_000 && Date.now() - oldest < hours * 3_600_000 + length + 5000, range);

    const chart = JSON.parse(await page.locator(`#account-${id} figure script`).textContent());
    for (const [place, series] of chart.series.entries()) {
      const read = new Map(receiver.sql(`SELECT (observed_at - ${chart.from}) / 1000 AS at, used_milli / 1000.0 AS used FROM quota_readings WHERE window_id = ${windows[place]} AND observed_at >= ${chart.from}`).map((one) => [one.at, one.used]));
      const drawn = series.at.map((second, index) => [second, series.used[index]]).filter(([, used]) => used !== null);
      assert.ok(drawn.every(([second, used]) => read.get(second) === used), `${range}: a point that was not read`);
      const extremes = (points) => {
        const found = new Map();
        for (const [second, used] of points) {
          const key = Math.floor(second / 60 / stretch);
          const [low, high] = found.get(key) ?? [used, used];
          found.set(key, [Math.min(low, used), Math.max(high, used)]);
        }
        return [...found].sort((a, b) => a[0] - b[0]);
      };
      assert.deepEqual(extremes(drawn), extremes(read), `${range}: the lowest and the highest of each stretch`);
      assert.ok(drawn.length <= 1440);
      // No reset is lost: the line falls by half as often as the readings do.
      const falls = (values) => values.filter((used, index) => index > 0 && used < values[index - 1] / 2 && values[index - 1] > 40).length;
      assert.equal(falls(drawn.map(([, used]) => used)), falls([...read].sort((a, b) => a[0] - b[0]).map(([, used]) => used)), `${range}: the resets`);
    }
  }
  assert.deepEqual(trouble, []);
  await context.close();
});

test("The chart is read point by point with the keyboard, and stands as a table behind the toggle", async () => {
  const { page, context } = await open(`/quota?account=${idOf("history@example.org")}&range=24h`);
  const box = card(page, "history@example.org");
  await box.locator("[data-drawn]").waitFor();
  assert.match(await box.locator("figure").getAttribute("aria-label"), /How full over 24 h: 5-hour highest 9\d(\.\d)? %, last .* 7-day/);
  await box.locator("figure").focus();
  await page.keyboard.press("End");
  assert.match(plain(await box.locator(".plot-tip").textContent()), /\d\d:\d\d.*5-hour.*%.*7-day.*%/);
  await page.keyboard.press("Escape");
  assert.equal(await box.locator("table").isVisible(), false);
  await box.getByRole("button", { name: "Table" }).click();
  assert.equal(await box.locator("table").isVisible(), true);
  await page.getByRole("link", { name: "7 d", exact: true }).click();
  await page.waitForURL(/range=7d/);
  await box.getByRole("columnheader", { name: "5-hour, highest" }).waitFor();
  await context.close();
});

test("A new reading shows by itself, and so does a new account", async () => {
  const push = await addPusher(receiver, "live@example.org");
  await push(["five_hour", 96, 10], ["seven_day", 20, 3000]);
  const { page, context, trouble } = await open();
  await page.locator("button[data-live]").getByText("Live").waitFor();
  await page.locator("#accounts .sort", { hasText: "Account" }).focus();
  await push(["five_hour", 97, 10], ["seven_day", 21, 3000]);
  await card(page, "live@example.org").locator("[data-window=five_hour] .pct", { hasText: "97" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Account");

  const other = await addPusher(receiver, "newcomer@example.org");
  await other(["five_hour", 100, 5]);
  await card(page, "newcomer@example.org").waitFor();
  assert.equal(await page.locator("#cards .account").first().locator("h2").textContent().then(plain), "newcomer@example.org");
  assert.equal(await page.locator("#cards .account").count(), 6);
  assert.deepEqual(trouble, []);
  await context.close();
});
