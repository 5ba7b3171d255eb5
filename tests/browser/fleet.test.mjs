// /admin/fleet: every panel with a fleet over real HTTP, live updates, export, axe in both themes, 360 px. Its forms: fleet-forms.test.mjs.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { openBrowser, openPage } from "./lib/browser.mjs";
import { enrol, fleet, login, post, startIssuer, table } from "./lib/fleet.mjs";
import { check, openAt, plain } from "./lib/look.mjs";
import { insert } from "./lib/quota.mjs";
import { adminToken, startReceiver, until, viewerToken } from "./lib/receiver.mjs";

const accounts = [
  { id: "aaaaaaaa-0000-4000-8000-000000000001", email: "platform@example.org", five: [15, 4.4], seven: [68, 9] },
  { id: "aaaaaaaa-0000-4000-8000-000000000002", email: "data@example.org", five: [62, 1.2], seven: [41, 93] },
  { id: "aaaaaaaa-0000-4000-8000-000000000003", email: "mobile@example.org", five: [84, 2.6], seven: [58, 123] },
  { id: "aaaaaaaa-0000-4000-8000-000000000004", email: "build@example.org", five: [3, 2], seven: [100, 32] },
  { id: "aaaaaaaa-0000-4000-8000-000000000005", email: "spare@example.org", five: [1, 3], seven: [2, 100] },
];
let issuer;
let service;
let serviceStatus = 200;
let set;
let receiver;
let browser;
let agent;
let byLabel;
let alive = [];
let pulsing;

before(async () => {
  issuer = await startIssuer(accounts);
  service = createServer((_, response) => response.writeHead(serviceStatus).end());
  await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
  set = fleet(issuer, { ALLOW_PRIVATE_MONITORS: "1", MONITOR_INTERVAL: "20", MONITORS: `Service=http://127.0.0.1:${service.address().port}/path-that-is-a-key,Gone=http://127.0.0.1:9` });
  receiver = await startReceiver(set.settings);
  browser = await openBrowser();
  for (const account of accounts.slice(0, 4)) {
    await post(receiver, "/import", { label: account.email.split("@")[0], credential: login(account), vault_only: "1" });
  }
  byLabel = Object.fromEntries(receiver.sql("SELECT account_id AS id, label, fingerprint FROM fleet_accounts").map((row) => [row.label, row]));
  agent = await enrol(receiver, "ao-mbp16");
  await post(receiver, `/agents/${agent.id}/grants`, [["account", String(byLabel.platform.id)], ["account", String(byLabel.data.id)]]);
  await pulse(["tool", "claude-opus-5-5"], ["idle", "claude-sonnet-5"]);
  pulsing = setInterval(() => agent.beat(byLabel.platform.fingerprint, ...alive).catch(() => null), 5000);
  await until(() => receiver.sql("SELECT count(*) AS n FROM quota_windows")[0].n >= 8, "every account was polled");
  await until(() => receiver.sql("SELECT count(*) AS n FROM fleet_monitors")[0].n === 5, "the monitors were checked");
});
after(async () => {
  clearInterval(pulsing);
  await browser?.close();
  await receiver?.stop();
  await issuer?.stop();
  service?.close();
  set?.clean();
});

const open = ({ at = receiver, ...options } = {}) => openAt(browser, at, "/admin/fleet", options);
const rows = async (page, panel) => (await page.locator(`#${panel} tbody tr`).allTextContents()).map(plain);

/** What the agent reports, now and every five seconds from here on. */
function pulse(...sessions) {
  alive = sessions;
  return agent.beat(byLabel.platform.fingerprint, ...sessions);
}

test("The table has the accounts in the order of use, with what was read and how they stand", async () => {
  await pulse(["tool", "claude-opus-5-5"], ["idle", "claude-sonnet-5"]);
  const { page, context, trouble } = await open();
  assert.match(plain(await page.locator("h1").textContent()), /^Fleet ?ccflux v\d+\.\d+\.\d+, fleet quota monitor$/);
  assert.match(plain(await page.locator("#polls").textContent()), /^Last poll \d\d:\d\d:\d\d · next refresh in (\d m \d\d s|\d+ s|a moment)$/);
  assert.deepEqual(await page.locator("#accounts thead th").allTextContents(), ["Account", "7d", "Reset", "5h", "Reset", "Token", "Refreshed", "Expires", "Status", "Next charge", "Change"]);
  assert.deepEqual(await page.locator("#accounts tbody tr").evaluateAll((all) => all.map((row) => row.dataset.account)), ["platform", "data", "mobile", "build"]);
  const first = plain(await page.locator("#accounts tbody tr").first().textContent());
  const print = byLabel.platform.fingerprint;
  assert.match(first, new RegExp(`^in use ?platform ?2 sessions ?68 % ?8 h 5\\d m.* ?15 % ?4 h 2\\d m.*${print.slice(0, 6)}·${print.slice(6)}.*(?:now|\\d+ min ago) ?login.*Active ?— ?Edit Remove$`));
  assert.match(plain(await page.locator("#accounts tbody tr").nth(1).textContent()), /^2 ?data ?next.*Ready/);
  assert.match(plain(await page.locator("#accounts tbody tr").nth(2).textContent()), /84 %.*Cooling to 60 %/);
  assert.match(plain(await page.locator("#accounts tbody tr").nth(3).textContent()), /100 %.*Exhausted until the reset/);
  assert.match(plain(await page.locator("#now").textContent()), /platform In use by 2 sessions in 1 config dir.*7-day left ?32 % resets in.*Next in line ?data ?Agents ?1 of 1 online/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Live sessions appear, change and vanish without a reload", async () => {
  await pulse(["tool", "claude-opus-5-5"]);
  const { page, context, trouble } = await open();
  assert.deepEqual((await rows(page, "sessions")).map((row) => row.replace(/ ?\b(now|\d+ (s|min) ago)/g, "")), ["unknown ao-mbp16 platform Tool call claude-opus-5-5"]);
  insert(receiver, `INSERT INTO users (user_id, email, created_at) VALUES (900, 'amara.okafor@example.org', 0);
    INSERT INTO devices (user_id, public_key, name, registered_at, approved_at) VALUES (900, 'k', 'ao-mbp16', 0, 0);`);
  await pulse(["turn", "claude-opus-5-5"], ["idle", null]);
  await page.locator("#sessions tbody tr", { hasText: "amara.okafor" }).first().waitFor();
  await page.locator("#sessions", { hasText: "In a turn" }).waitFor();
  assert.equal((await rows(page, "sessions")).length, 2);
  await pulse();
  await page.locator("#sessions", { hasText: "No live sessions" }).waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Monitors say what was seen, and network and security what was observed", async () => {
  const { page, context, trouble } = await open();
  assert.deepEqual((await rows(page, "monitors")).map((row) => row.replace(/ in \d+ m?s/, "").replace(/Slow, answered 200 in [\d.]+ s/, "Up").replace(/^(Polling|Agents)(.*?) (Unknown|Up|Partly).*/, "$1$2")), ["Receiver GET /health Up 100.0 %", "Service HTTP, 127.0.0.1 Up 100.0 %", "Gone HTTP, 127.0.0.1 Down, cannot be reached 0.0 %", "Polling quota of every account", "Agents heartbeats during sessions"]);
  assert.ok(!(await page.content()).includes("path-that-is-a-key"));
  const fact = async (name) => plain(await page.locator(`#network dd[data-fact="${name}"]`).textContent());
  assert.equal(await fact("Listening"), `${receiver.address.replace("http://", "")} (this machine only)`);
  assert.match(await fact("TLS"), /Only requests from this machine were seen/);
  assert.match(await fact("Tailscale"), /^Cannot be seen: the receiver can see no tailscaled/);
  assert.match(await fact("Cloudflare Tunnel"), /^Cannot be seen: CLOUDFLARED_METRICS is not set/);
  assert.match(await fact("Cloudflare Access"), /^Not required/);
  assert.match(await fact("Vault"), /^Encrypted/);
  serviceStatus = 500;
  await page.locator("#monitors tr", { hasText: "Service" }).getByText("Down", { exact: false }).waitFor({ timeout: 300_000 });
  serviceStatus = 200;
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Rotation's last decision says what was chosen, why, what comes next and on which figures", async () => {
  await pulse(["idle", "claude-opus-5-5"]);
  const { page, context, trouble } = await open();
  // It checks every 30 s; the page follows by itself.
  const row = page.locator("#decisions tr[data-decision=ao-mbp16]");
  await row.waitFor({ timeout: 300_000 });
  assert.equal(plain(await row.evaluate((cells) => [...cells.cells].map((cell) => cell.textContent).join(" | "))), "ao-mbp16 | platform | Stays | no account that lasts resets sooner | data | 7d 68 %, 5h 15 % | 7d 41 %, 5h 62 %");
  assert.match(await page.locator("#decisions .note").textContent(), /decided at \d\d:\d\d:\d\d/);
  assert.deepEqual((await table(receiver, "decisions")).map((one) => [one.machine, one.verdict, one.next_account]), [["ao-mbp16", "stay", "data"]]);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("How rotation works, the codebase and where to read on are told", async () => {
  const { page, context } = await open();
  assert.match(plain(await page.locator("#rotation").textContent()), /velocity_preemptive_switch window=7d.*At 80 % the next account takes over until this one has cooled to 60 %.*switcher_switch_deferred.*every 30 seconds/);
  const counts = await page.locator("#codebase tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\s/g, ""))));
  const total = await page.locator("#codebase tfoot tr").evaluate((row) => [...row.cells].slice(1).map((cell) => Number(cell.textContent.replace(/\s/g, ""))));
  assert.deepEqual(await page.locator("#codebase thead th").allTextContents(), ["Language", "Files", "Code", "Comments", "Blanks"]);
  assert.ok(counts.some(([language]) => language === "C#"));
  assert.deepEqual([1, 2, 3, 4].map((column) => counts.reduce((sum, row) => sum + Number(row[column]), 0)), total);
  assert.equal(await page.locator("#docs a[href='/docs']").count(), 1);
  await context.close();
});

test("Every CSV link of the page answers with a table", async () => {
  const { page, context } = await open();
  const links = await page.locator("a[download][href^='/api/']").evaluateAll((list) => [...new Set(list.map((link) => link.getAttribute("href")))]);
  assert.equal(links.length, 9, links.join());
  for (const link of links) {
    const answer = await fetch(receiver.address + link, { headers: { Authorization: `Bearer ${adminToken}` } });
    assert.deepEqual([answer.status, answer.headers.get("content-type").split(";")[0]], [200, "text/csv"], link);
  }
  await context.close();
});

test("The export works with the network off, and holds no form, no fingerprint and no secret", async () => {
  const html = await (await fetch(`${receiver.address}/admin/fleet?export`, { headers: { Authorization: `Bearer ${adminToken}` } })).text();
  const saved = await openPage(browser, null);
  await saved.page.route("https://export.invalid/", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await saved.page.goto("https://export.invalid/");
  assert.equal(await saved.page.locator("#accounts tbody tr").count(), 4);
  await saved.page.getByRole("button", { name: "Collapse Accounts" }).click();
  assert.equal(await saved.page.locator("#accounts table").isVisible(), false);
  assert.equal(await saved.page.locator("form, input, a[data-dialog], a[href^='/'], a[href^='http'], link[href], script[src], img").count(), 0);
  const prints = receiver.sql("SELECT fingerprint AS f FROM fleet_accounts UNION SELECT access_fingerprint FROM fleet_accounts UNION SELECT fingerprint FROM fleet_audit WHERE fingerprint IS NOT NULL").map((row) => row.f);
  assert.ok(prints.length >= 4);
  for (const secret of [adminToken, viewerToken, ...prints, ...prints.map((print) => `${print.slice(0, 6)}·${print.slice(6)}`), ...accounts.flatMap(({ id }) => [`sk-ant-oat01-of-${id}`, `sk-ant-ort01-of-${id}`])]) {
    assert.ok(!html.includes(secret), secret);
  }
  await check(saved.page, "export");
  assert.deepEqual(saved.trouble, []);
  await saved.context.close();
});

for (const theme of ["light", "dark"]) {
  test(`No violation in ${theme}, wide and at 360 px, and nothing is wider than the page`, async () => {
    for (const width of [1440, 360]) {
      await pulse(["tool", "claude-opus-5-5"]);
      const { page, context, trouble } = await open({ theme, width });
      await check(page, `fleet at ${width}`, "html", { theme });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `no sideways scroll at ${width}`);
      await page.goto(`${receiver.address}/admin/fleet/pin`);
      await check(page, `a form as a page at ${width}`, "html", { theme });
      assert.deepEqual(trouble, []);
      await context.close();
    }
  });
}

test("An empty fleet says what to do first", async () => {
  const empty = fleet(issuer);
  const fresh = await startReceiver(empty.settings);
  try {
    const { page, context, trouble } = await open({ at: fresh });
    assert.match(await page.locator("#accounts").textContent(), /ccflux-receiver fleet import --label NAME/);
    assert.match(await page.locator("#agents").textContent(), new RegExp(`ccflux agent enrol --endpoint ${fresh.address}`));
    await check(page, "empty");
    assert.deepEqual(trouble, []);
    await context.close();
  } finally {
    await fresh.stop();
    empty.clean();
  }
});
