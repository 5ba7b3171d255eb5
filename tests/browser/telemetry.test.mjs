// The telemetry pages: every panel compared with what was sent, the filters, tokens, installations, export, axe and 360 px.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, openPage, signIn } from "./lib/browser.mjs";
import { addUser } from "./lib/client.mjs";
import { check } from "./lib/look.mjs";
import { install, issueTelemetryToken, organisationToken, seedTelemetry, sendEvents, request, sessionOfHana } from "./lib/otlp.mjs";
import { adminToken, startReceiver, viewerToken } from "./lib/receiver.mjs";
import { digits } from "./lib/suite.mjs";

const hanaPage = "/admin/telemetry/users/hana.sato%40example.org";
let receiver;
let browser;
let tokens;
const devices = {};

before(async () => {
  receiver = await startReceiver({ OTLP_TOKEN: organisationToken, PLAN_PRICE_USD: "20" });
  tokens = await seedTelemetry(receiver, devices);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await receiver?.stop();
});

const open = (path = "/admin/telemetry", options = {}) => signIn(browser, receiver, { ...options, path });

const figure = async (page, name) => digits(await page.locator(`[data-figure=${name}] .big`).getAttribute("title"));
const cells = (page, id, column) => page.locator(`#${id} .view-table tbody tr, #${id} > .table-wrap tbody tr`).evaluateAll((rows, at) => rows.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[at].dataset.v)]), column);
// The way the table of users shows a name that is not an e-mail address.
const shortened = (name) => (name.includes("@") || name.length <= 26 ? name : `${name.slice(0, 25)}…`);
const series = async (page, id) => Object.fromEntries(JSON.parse(await page.locator(`#${id} script`).textContent()).series.map((one) => [one.name, one.values.reduce((a, b) => a + b, 0)]));
const text = async (page, id, column) => page.locator(`#${id} tbody tr`).evaluateAll((rows, at) => rows.map((row) => row.cells[at].textContent.trim()), column);

test("The first row shows tokens, sessions, cost and duration as they were sent", async () => {
  const { page, context, trouble } = await open();
  assert.equal(await figure(page, "input"), 6510);
  assert.equal(await figure(page, "output"), 4620);
  assert.equal(await figure(page, "sessions"), 3);
  assert.equal(await figure(page, "conversations"), 1);
  assert.equal(await figure(page, "cost"), 0.37);
  assert.deepEqual(await series(page, "tokens"), { input: 6510, output: 4620 });
  assert.deepEqual(await series(page, "types"), { input: 6510, output: 4620, "cache reads": 50_000, "cache writes": 7000 });
  assert.deepEqual(await series(page, "sessions"), { sessions: 3, conversations: 1 });
  assert.deepEqual(await series(page, "cost"), { "claude-opus-5-5": 340_000, "claude-sonnet-5": 20_000, "claude-haiku-4-5": 10_000 });
  assert.match(await page.locator("[data-figure=request-p95] .big").getAttribute("title"), /P50 1\.0\ss, P95 (3\.9|4\.0|4\.1)\ss.* of 5$/);
  assert.match(await page.locator("[data-figure=tool-p95] .big").getAttribute("title"), /P95 (8[7-9]\d|9[0-2]\d)\sms.* of 3$/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("The bar lists and tables show what was sent", async () => {
  const { page, context } = await open();
  assert.match(await page.locator("[data-figure=success]").textContent(), /83\.3\s%\s*5 of 6/);
  assert.deepEqual(await cells(page, "success", 1), [["529 overloaded", 1]]);
  assert.deepEqual(await cells(page, "terminals", 1), [["tmux", 2], ["vscode", 1]]);
  assert.deepEqual(new Map(await cells(page, "models", 1)), new Map([["claude-opus-5-5", 3], ["claude-sonnet-5", 1], ["claude-haiku-4-5", 1]]));
  assert.deepEqual(await cells(page, "tools", 1), [["Read", 2], ["Bash", 1]]);
  assert.deepEqual((await text(page, "tools", 2)).map((rate) => rate.replace(/\s/g, " ")), ["100.0 %", "0.0 %"]);
  assert.deepEqual(await cells(page, "decisions", 1), [["Edit", 0], ["Bash", 0], ["Read", 1]]);
  assert.deepEqual(await cells(page, "decisions", 2), [["Edit", 2], ["Bash", 0], ["Read", 0]]);
  assert.deepEqual(await cells(page, "decisions", 3), [["Edit", 0], ["Bash", 1], ["Read", 0]]);
  assert.equal(await page.locator("#terminals .donut .ring-sum").textContent(), "3");
  // 37 cents compared with three seats at $20: 30 days of them cost $60, one day $2.
  assert.deepEqual(await series(page, "leverage"), { "value leverage": 19 });
  assert.equal(await figure(page, "automatic"), 1);
  assert.match(await page.locator("[data-figure=accepted]").textContent(), /66\.7\s%\s*accepted, of 3 own/);
  assert.deepEqual(new Map(await cells(page, "cost-models", 1)), new Map([["claude-opus-5-5", 0.34], ["claude-sonnet-5", 0.02], ["claude-haiku-4-5", 0.01]]));
  assert.deepEqual(new Map(await cells(page, "quota", 1)), new Map([["hana.sato@example.org", 10_300], ["mateo.vargas@example.org", 800], [`unattributed ${install}`, 30]]));
  assert.deepEqual(await cells(page, "users", 2), [["hana.sato@example.org", 3], ["mateo.vargas@example.org", 1], [shortened(`unattributed ${install}`), 1]]);
  assert.deepEqual(await series(page, "active-time"), { client: 600_000, person: 200_000 });
  assert.deepEqual(await series(page, "requests"), { "claude-opus-5-5": 3, "claude-sonnet-5": 1, "claude-haiku-4-5": 1 });
  assert.deepEqual(await series(page, "results"), { succeeded: 5, failed: 1 });
  assert.deepEqual(await cells(page, "model-tokens", 4), [["claude-opus-5-5", 50_000], ["claude-sonnet-5", 0], ["claude-haiku-4-5", 0]]);
  assert.deepEqual((await text(page, "calls", 3)), ["repl_main_thread", "repl_main_thread", "compact", "repl_main_thread", "repl_main_thread"]);
  assert.ok((await text(page, "names", 1)).some((name) => name.includes("a_mystery")));
  const card = (name) => page.locator(`[data-stat=${name}] .val`).textContent();
  assert.match(await card("active"), /13\.3\smin/);
  assert.equal(await card("lines"), "100");
  assert.equal(await card("commits"), "3");
  assert.equal(await card("pull-requests"), "2");
  assert.match(await card("cache"), /78\.7\s%/);
  assert.match(await card("tool-success"), /66\.7\s%/);
  assert.equal(await card("usage-leverage"), "3.0×");
  assert.equal(await card("cost-leverage"), "0.0×");
  await context.close();
});

test("The filters narrow to a user, division, model, terminal and period, and a change is against the period before", async () => {
  const { page, context } = await open();
  for (const [query, input] of [["user=mateo.vargas%40example.org", 300], ["division=Data", 6200], ["model=claude-haiku-4-5", 10], ["terminal=tmux", 310], ["period=custom&from=2020-01-01&to=2020-01-31", 0]]) {
    await page.goto(`${receiver.address}/admin/telemetry?${query}`);
    assert.equal(input === 0 ? await page.locator("#tokens .empty").count() : await figure(page, "input"), input === 0 ? 1 : input, query);
  }
  // A completed period, so that all of it is compared: one in progress is compared by its complete hours.
  for (const [id, days, input] of [["r0", 28, 100], ["r-1", 21, 300]]) {
    await sendEvents(receiver, tokens["mateo.vargas@example.org"], Date.now() - days * 86_400_000, { "session.id": `earlier-${days}`, "user.id": "m".repeat(32), "terminal.type": "ghostty" }, [["api_request", 0, request(id, "claude-sonnet-5", input, 100, 0, 0, 0.04, 100)]]);
  }
  const from = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  await page.goto(`${receiver.address}/admin/telemetry?period=custom&from=${from(24)}&to=${from(18)}&user=mateo.vargas%40example.org`);
  assert.match((await page.locator("[data-figure=input] .delta").textContent()).replace(/\s+/g, " "), /up 200\.0 % vs prior 7 days/);
  await page.goto(`${receiver.address}/admin/telemetry?period=today`);
  assert.match(await page.textContent("main .page-head"), /complete hours, until \d\d:00 UTC/);
  await page.goto(`${receiver.address}/admin/telemetry?period=custom&from=2026-02-31&to=x`);
  assert.match(await page.locator("#faults").textContent(), /from: must be a day/);
  await context.close();
});

const single = `FROM telemetry_events e JOIN telemetry_subjects c USING (subject_id) LEFT JOIN users u USING (user_id) LEFT JOIN telemetry_names m ON m.name_id = e.model_id
  LEFT JOIN telemetry_names n ON n.name_id = e.name_id LEFT JOIN telemetry_names o ON o.name_id = e.detail_id JOIN telemetry_sessions s USING (session_ref) JOIN telemetry_names t ON t.name_id = s.terminal_id`;

test("Every panel equals a count over the single events", async () => {
  const { page, context } = await open();
  const count = (columns, where, group) => receiver.sql(`SELECT ${columns} ${single} WHERE ${where} GROUP BY ${group} ORDER BY 1`).map((row) => Object.values(row));
  const sorted = (rows) => rows.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const requests = "e.kind = 'api_request'";
  const all = receiver.sql(`SELECT sum(e.input_tokens) AS input, sum(e.output_tokens) AS output, sum(e.cache_read_tokens) AS "cache reads", sum(e.cache_write_tokens) AS "cache writes", sum(e.cost) / 1e9 AS cost ${single} WHERE ${requests}`)[0];
  assert.equal(await figure(page, "cost"), Math.round(all.cost * 1e4) / 1e4);
  delete all.cost;
  assert.deepEqual(await series(page, "types"), all);
  const tokens = "sum(e.input_tokens + e.output_tokens + e.cache_read_tokens + e.cache_write_tokens) AS tokens";
  const byModel = count(`m.name, ${tokens}`, requests, "1");
  const byUser = count(`coalesce(u.email, 'unattributed ' || c.name), ${tokens}`, requests, "1");
  assert.deepEqual(sorted(await cells(page, "terminals", 1)), count("t.name, count(DISTINCT e.session_ref)", "1", "1"));
  assert.deepEqual(sorted(await cells(page, "models", 1)), count("m.name, count(*)", requests, "1"));
  assert.deepEqual(sorted(await cells(page, "tools", 1)), count("n.name, count(*)", "e.kind = 'tool_result'", "1"));
  assert.deepEqual(sorted((await cells(page, "success", 1)).map(([status, failed]) => [status.split(" ")[0], failed])), count("n.name, count(*)", "e.kind = 'api_error'", "1"));
  assert.deepEqual(sorted(await cells(page, "quota", 1)), count("coalesce(u.email, 'unattributed ' || c.name), sum(e.input_tokens + e.output_tokens)", `${requests} AND e.at > ${Date.now() - 5 * 3_600_000}`, "1"));
  assert.deepEqual(sorted(await cells(page, "users", 2)), count("coalesce(u.email, 'unattributed ' || c.name), count(*)", requests, "1").map(([name, calls]) => [shortened(name), calls]));
  assert.equal((await text(page, "calls", 1)).length, receiver.sql(`SELECT count(*) AS n ${single} WHERE ${requests}`)[0].n);

  await page.locator("#types").getByRole("link", { name: "Model" }).click();
  await page.waitForURL(/tokens=model/);
  await page.locator("#types .legend", { hasText: "claude-opus-5-5" }).waitFor();
  assert.deepEqual(sorted(Object.entries(await series(page, "types"))), byModel);
  await page.locator("#types").getByRole("link", { name: "User" }).click();
  await page.locator("#types .legend", { hasText: "hana.sato" }).waitFor();
  assert.deepEqual(sorted(Object.entries(await series(page, "types"))), byUser);
  await context.close();
});

test("Users are sorted, searched and paged; recent calls are paged", async () => {
  const many = await startReceiver({ OTLP_TOKEN: organisationToken });
  try {
    for (let person = 0; person < 15; person++) {
      await sendEvents(many, organisationToken, Date.now(), { "session.id": `s${person}`, "user.id": `i${person}`, "user.email": `p${String(person).padStart(2, "0")}@example.org` },
        [["api_request", person + 1, request(`a${person}`, "claude-haiku-4-5", person, 1, 0, 0, 0.01, 10)], ["api_request", person + 1, request(`b${person}`, "claude-haiku-4-5", 1, 1, 0, 0, 0.01, 10)]]);
    }
    const { page, context, trouble } = await signIn(browser, many, { path: "/admin/telemetry" });
    const names = () => text(page, "users", 0).then((list) => list.map((name) => name.slice(0, 3)));
    assert.equal((await names()).length, 12);
    await page.locator("#users").getByRole("link", { name: /^Billed/ }).click();
    await page.waitForURL(/users\.sort=-billed/);
    await page.locator("#users [aria-sort=descending]", { hasText: "Billed" }).waitFor();
    assert.deepEqual((await names()).slice(0, 2), ["p14", "p13"]);
    await page.locator("#users").getByRole("link", { name: "Next page of users" }).click();
    await page.locator("#users .panel-foot", { hasText: "13–15 of 15" }).waitFor();
    assert.deepEqual(await names(), ["p02", "p01", "p00"]);
    assert.equal((await text(page, "calls", 0)).length, 20);
    await page.locator("#calls").getByRole("link", { name: "Next page of recent API calls" }).click();
    await page.locator("#calls .panel-foot", { hasText: "21–30 of 30" }).waitFor();
    assert.equal((await text(page, "calls", 0)).length, 10);
    await page.goto(`${many.address}/admin/telemetry?users.q=p07&users.sort=nothing&calls.page=x&tokens=colour`);
    assert.deepEqual(await names(), ["p07"]);
    for (const field of ["users.sort", "calls.page", "tokens"]) {
      assert.ok((await page.locator("#faults").textContent()).includes(`${field}: must be`), field);
    }
    assert.deepEqual(trouble, []);
    await context.close();
  } finally {
    await many.stop();
  }
});

test("The period before is a dotted line with its own figure and column", async () => {
  const { page, context } = await open("/admin/telemetry?period=7d");
  assert.equal(await page.locator("#types .sw.dots").count(), 0);
  await sendEvents(receiver, tokens["mateo.vargas@example.org"], Date.now() - 10 * 86_400_000, { "session.id": "before", "user.id": "m".repeat(32), "terminal.type": "tmux" }, [["api_request", 0, request("before", "claude-sonnet-5", 100, 11, 0, 0, 0.01, 100)]]);
  await page.reload();
  const before = JSON.parse(await page.locator("#types script").textContent()).prior;
  assert.deepEqual([before.name, before.values.reduce((a, b) => a + b, 0)], ["prior 7 d", 111]);
  assert.equal(await page.locator("#types th", { hasText: "prior 7 d" }).count(), 1);
  assert.match(await page.locator("#types .legend").textContent(), /prior 7 d\s*111/);
  await context.close();
});

test("The admin sets a person's plan, and takes it back", async () => {
  const { page, context, trouble } = await open("/admin/telemetry/users/mateo.vargas%40example.org");
  const setPlan = async (plan) => {
    await page.getByRole("link", { name: "Set plan" }).click();
    await page.getByLabel("Plan", { exact: true }).fill(plan);
    await page.getByRole("dialog").getByRole("button", { name: "Set plan" }).click();
  };
  await setPlan("Max 5×");
  await page.locator("#plan", { hasText: "plan: Max 5×" }).waitFor();
  assert.equal((await page.locator("#plan").textContent()), "plan: Max 5×");
  assert.deepEqual(receiver.sql("SELECT person, plan FROM telemetry_plans"), [{ person: "mateo.vargas@example.org", plan: "Max 5×" }]);
  assert.equal(receiver.sql("SELECT count(*) AS n FROM audit_log WHERE action = 'telemetry.plan' AND target = 'mateo.vargas@example.org'")[0].n, 1);
  assert.ok((await page.locator("#quota").textContent()).includes("Max 5×"));
  await setPlan("");
  // Without a plan, the tier is shown, once the usage that the telemetry adds has led to one.
  await page.locator("#plan", { hasText: /no plan known|inferred as tier/ }).waitFor();
  assert.deepEqual(receiver.sql("SELECT person FROM telemetry_plans"), []);
  assert.equal((await fetch(`${receiver.address}/admin/telemetry/users/nobody%40example.org/plan`, { method: "POST", headers: { Authorization: `Bearer ${adminToken}` } })).status, 404);
  assert.equal((await fetch(`${receiver.address}/admin/telemetry/users/mateo.vargas%40example.org/plan`, { method: "POST", headers: { Authorization: `Bearer ${adminToken}` }, body: new URLSearchParams({ plan: "x".repeat(41) }) })).status, 422);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("A person's pages of usage and of telemetry lead to each other", async () => {
  const { page, context } = await open(hanaPage);
  await page.getByRole("link", { name: "Usage of this person" }).click();
  await page.waitForURL(/\/admin\/users\/hana\.sato/);
  await page.getByRole("link", { name: "Telemetry of this person" }).click();
  await page.waitForURL(/\/admin\/telemetry\/users\/hana\.sato/);
  await context.close();
});

test("A reissue brings a new telemetry token and ends the old one", async () => {
  await addUser(receiver, "tomas.ruiz@example.org");
  const old = await issueTelemetryToken(receiver, "tomas.ruiz@example.org");
  const { page, context } = await open("/admin/users/tomas.ruiz%40example.org");
  await page.getByRole("link", { name: "Reissue token" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Reissue token" }).click();
  const token = await page.locator("#telemetry-token").textContent();
  assert.match(token, /^ttok_/);
  await sendEvents(receiver, token, Date.now(), { "session.id": "tomas", "user.id": "t" }, [["user_prompt", 1, { "prompt.id": "prompt-t" }]]);
  await assert.rejects(sendEvents(receiver, old, Date.now(), {}, [["user_prompt", 1, {}]]), /401/);
  await context.close();
});

test("A person's page sets both accounts side by side and sums nothing", async () => {
  const { page, context, trouble } = await open(hanaPage);
  const row = page.locator("#agreement tbody tr");
  assert.equal(await row.count(), 1);
  assert.equal(await row.locator("th").getAttribute("title"), sessionOfHana);
  const values = await row.locator("td").evaluateAll((list) => list.map((cell) => cell.dataset.v ?? cell.textContent.trim()));
  assert.deepEqual(values, ["claude-opus-5-5", "61600", "67300", "", "5700", "compact", "Agrees"]);
  assert.equal(await page.locator("#agreement tfoot").count(), 0);
  await page.goto(`${receiver.address}/admin/telemetry/users/mateo.vargas%40example.org?period=7d`);
  assert.match(await page.locator("#agreement tbody tr").first().textContent(), /claude-sonnet-5\s*900\s*800\s*—\s*—\s*—\s*Differs/);
  assert.equal((await page.goto(`${receiver.address}/admin/telemetry/users/nobody%40example.org`)).status(), 404);
  assert.deepEqual(trouble.filter((line) => !line.includes("404")), []);
  await context.close();
});

test("Every CSV link of the page answers with a table", async () => {
  const { page, context } = await open(hanaPage);
  const links = await page.locator("a[download][href^='/api/']").evaluateAll((list) => [...new Set(list.map((link) => link.getAttribute("href")))]);
  assert.ok(links.length >= 9, `${links.length} links`);
  for (const link of links) {
    const answer = await fetch(receiver.address + link, { headers: { Authorization: `Bearer ${adminToken}` } });
    assert.equal(answer.status, 200, link);
    assert.match(answer.headers.get("content-type"), /text\/csv/);
  }
  await context.close();
});

test("A new user's page shows the telemetry token, and the token is taken", async () => {
  const { page, context } = await open("/admin/");
  await page.getByLabel("E-mail", { exact: true }).fill("lena.fischer@example.org");
  await page.getByRole("button", { name: "Add user" }).click();
  const token = await page.locator("#telemetry-token").textContent();
  assert.match(token, /^ttok_/);
  assert.notEqual(token, await page.locator("#token").textContent());
  assert.ok((await page.locator("#telemetry-token-settings").textContent()).includes(`OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer ${token}"`));
  await check(page, "token issued");
  await sendEvents(receiver, token, Date.now(), { "session.id": "lena", "user.id": "l" }, [["user_prompt", 1, { "prompt.id": "prompt-l" }]]);
  await context.close();
});

test("The admin issues and revokes telemetry tokens; the viewer cannot", async () => {
  await addUser(receiver, "noor.rahman@example.org");
  const { page, context, trouble } = await open("/admin/telemetry/users/noor.rahman%40example.org");
  await page.getByRole("link", { name: "Issue telemetry token" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Issue token" }).click();
  const token = await page.locator("#telemetry-token").textContent();
  await check(page, "telemetry token");
  await page.getByRole("link", { name: "Done" }).click();
  assert.equal(await page.locator("#telemetry-tokens tbody tr").count(), 2);
  assert.ok(!(await page.content()).includes(token));

  await page.getByRole("link", { name: "Revoke telemetry tokens" }).click();
  await page.getByRole("dialog").waitFor();
  await check(page, "the question", "dialog");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke tokens" }).click();
  await page.locator("#telemetry-tokens", { hasText: "Revoked" }).waitFor();
  assert.equal(await page.locator("#telemetry-tokens", { hasText: "Live" }).count(), 0);
  await assert.rejects(sendEvents(receiver, token, Date.now(), {}, [["user_prompt", 1, {}]]), /401/);
  assert.deepEqual(trouble, []);
  await context.close();

  const viewer = await open("/admin/telemetry/users/noor.rahman%40example.org", { token: viewerToken });
  assert.equal(await viewer.page.getByRole("link", { name: /telemetry token/ }).count(), 0);
  await viewer.context.close();
  assert.equal((await fetch(`${receiver.address}/admin/telemetry/users/noor.rahman%40example.org/issue`, { method: "POST", headers: { Authorization: `Bearer ${viewerToken}` } })).status, 403);
});

test("The admin says whose an installation is, and its figures follow", async () => {
  const { page, context } = await open();
  await page.getByRole("link", { name: /^Assign installation/ }).click();
  await page.getByLabel("E-mail of the user").fill("nobody@example.org");
  await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
  await page.getByText("There is no such user.").waitFor();
  await page.getByLabel("E-mail of the user").fill("mateo.vargas@example.org");
  await page.getByRole("button", { name: "Assign" }).click();
  await page.locator("#installs tbody", { hasText: "mateo.vargas@example.org" }).waitFor();
  await page.goto(`${receiver.address}/admin/telemetry`);
  assert.deepEqual((await text(page, "users", 0)).filter((name) => name.startsWith("unattributed")), []);

  await page.getByRole("link", { name: /^Assign installation/ }).click();
  await page.getByLabel("E-mail of the user").fill("");
  await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
  await page.locator("#users", { hasText: "unattributed" }).waitFor();
  await context.close();
});

test("The export works with the network off, and holds no form and no secret", async () => {
  for (const path of ["/admin/telemetry", hanaPage]) {
    const html = await (await fetch(`${receiver.address + path}?export`, { headers: { Authorization: `Bearer ${adminToken}` } })).text();
    const saved = await openPage(browser, null);
    await saved.page.route("https://export.invalid/", (route) => route.fulfill({ contentType: "text/html", body: html }));
    await saved.page.goto("https://export.invalid/");
    await saved.page.locator("#types [data-drawn] canvas").waitFor();
    await saved.page.locator("#tools").getByRole("button", { name: "Table" }).click();
    assert.equal(await saved.page.locator("#tools table").isVisible(), true);
    for (const id of ["tokens", "sessions", "cost", "duration", "types", "success", "terminals", "users", "models", "decisions", "quota", "cost-models", "active-time", "model-tokens", "leverage", "requests", "results", "calls"]) {
      assert.equal(await saved.page.locator(`#${id} :is(table, .empty)`).count() > 0, true, id);
    }
    assert.equal(await saved.page.locator("form, input:not([type=search]), a[data-dialog], a[href^='/'], a[href^='http'], link[href], script[src], img").count(), 0);
    for (const secret of [adminToken, viewerToken, organisationToken, ...Object.values(tokens)]) {
      assert.ok(!html.includes(secret));
    }
    await check(saved.page, "export");
    assert.deepEqual(saved.trouble, []);
    await saved.context.close();
  }
});

for (const theme of ["light", "dark"]) {
  test(`No violation in ${theme}, wide and at 360 px, and nothing is wider than the page`, async () => {
    for (const width of [1440, 360]) {
      const { page, context, trouble } = await open("/admin/telemetry", { theme, width });
      await page.locator("#types [data-drawn]").waitFor();
      await check(page, `telemetry at ${width}`, "html", { theme });
      for (const button of await page.locator("button[data-view-as=table]").all()) {
        await button.click();
      }
      await check(page, `tables at ${width}`, "html", { theme });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `no sideways scroll at ${width}`);
      await page.goto(`${receiver.address + hanaPage}?period=today`);
      await check(page, `a person at ${width}`, "html", { theme });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `no sideways scroll of a person at ${width}`);
      assert.deepEqual(trouble, []);
      await context.close();
    }
  });
}

test("An empty receiver shows the exact settings to paste, and follows the first record", async () => {
  const empty = await startReceiver({ OTLP_TOKEN: organisationToken });
  try {
    const { page, context, trouble } = await signIn(browser, empty, { path: "/admin/telemetry" });
    const bash = await page.locator("#setup-bash").textContent();
    assert.equal(bash, [
      'export CLAUDE_CODE_ENABLE_TELEMETRY="1"', 'export OTEL_METRICS_EXPORTER="otlp"', 'export OTEL_LOGS_EXPORTER="otlp"', 'export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"',
      `export OTEL_EXPORTER_OTLP_ENDPOINT="${empty.address}"`, 'export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer <telemetry token>"',
    ].join("\n"));
    assert.equal(JSON.parse(await page.locator("#setup-managed").textContent()).env.OTEL_EXPORTER_OTLP_ENDPOINT, empty.address);
    for (const id of ["setup-fish", "setup-powershell", "setup-cmd"]) {
      assert.equal((await page.locator(`#${id}`).textContent()).split("\n").length, 6);
    }
    await check(page, "empty");
    await sendEvents(empty, organisationToken, Date.now(), { "session.id": "first", "user.id": install }, [["api_request", 1, request("f1", "claude-haiku-4-5", 10, 20, 0, 0, 0.01, 100)]]);
    await page.locator("#tokens [data-drawn]").waitFor();
    assert.deepEqual(trouble, []);
    await context.close();
  } finally {
    await empty.stop();
  }
});

test("Quota usage is in percent of the limit once a status line has shown it", async () => {
  await devices["mateo.vargas@example.org"].shows("mateos-account", { five_hour: [91.5, new Date(Date.now() + 3_600_000)], seven_day: [20, null] });
  const { page, context } = await open();
  assert.deepEqual(await cells(page, "quota", 1), [["mateo.vargas@example.org", 91.5], ["hana.sato@example.org", 0], [`unattributed ${install}`, 0]]);
  assert.deepEqual((await text(page, "quota", 1)).map((value) => value.replace(/\s/g, " ")), ["91.5 %", "—", "—"]);
  assert.deepEqual(await text(page, "quota", 2), ["800", "10.3k", "30"]);
  assert.match(await page.locator("#quota .v").first().getAttribute("title"), /^91\.5 % by status line, observed \d{4}-/);
  await check(page, "quota panel", "#quota");
  await context.close();
});
