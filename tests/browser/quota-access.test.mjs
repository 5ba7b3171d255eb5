// /quota: who may see and change what, the table of all accounts, the phone, the saved file, accessibility.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { openBrowser, openPage, signIn } from "./lib/browser.mjs";
import { check } from "./lib/look.mjs";
import { addPusher, at, cookie, insert, organisation, polled, polling, startUpstream, usage } from "./lib/quota.mjs";
import { adminToken, startReceiver, viewerToken } from "./lib/receiver.mjs";

let upstream;
let logins;
let closed;
let open;
let browser;
let push;

before(async () => {
  upstream = await startUpstream();
  upstream.answers.set("cookies", { body: usage(22, 40, 71, 5000) });
  upstream.answers.set("signed-out", { status: 401, body: {} });
  logins = polling(upstream, ["signed-out"]);
  [closed, open] = await Promise.all([startReceiver(logins.settings), startReceiver({ QUOTA_PUBLIC: "1" })]);
  push = await addPusher(open, "hana.sato@example.org");
  await push(["five_hour", 92, 28], ["seven_day", 74, 2000], ["seven_day_opus", 41, 2000]);
  for (const [email, five, seven] of [["amara@example.org", 64, 81], ["mateo@example.org", 100, 30]]) {
    await (await addPusher(closed, email))(["five_hour", five, 88], ["seven_day", seven, 5000]);
  }
  browser = await openBrowser();
  await polled(closed, 2);
});
after(async () => {
  await browser?.close();
  await Promise.all([closed?.stop(), open?.stop(), upstream?.stop()]);
  logins?.clean();
});

const anonymous = (receiver, path, init) => fetch(receiver.address + path, { redirect: "manual", ...init });
const asPage = { headers: { Accept: "text/html" } };

async function visit(receiver, path, options = {}) {
  if (!options.anonymous) {
    return signIn(browser, receiver, { ...options, path });
  }
  const opened = await openPage(browser, receiver, options);
  await opened.page.goto(receiver.address + path);
  return opened;
}

/** Reads an event stream until it contains what the test waits for. */
async function listen(response, wanted) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  while (!heard.includes(wanted)) {
    const { value, done } = await reader.read();
    assert.ok(!done, `the stream ended after ${heard}`);
    heard += value;
  }
  await reader.cancel();
}

test("Without QUOTA_PUBLIC nothing shows before signing in", async () => {
  const page = await anonymous(closed, "/quota", asPage);
  assert.equal(page.status, 302);
  assert.match(page.headers.get("location"), /^\/admin\/login\?next=%2Fquota/);
  for (const path of ["/quota", "/quota?export", "/api/usage", "/api/history", "/api/v1/quota", "/events?topics=quota"]) {
    assert.equal((await anonymous(closed, path)).status, 401, path);
  }
  assert.match((await anonymous(closed, "/", asPage)).headers.get("location"), /^\/admin/);
});

test("With QUOTA_PUBLIC=1 the page, its reads and its topic are open, with labels and without a form", async () => {
  const { page, context, trouble } = await visit(open, "/", { anonymous: true });
  assert.equal(new URL(page.url()).pathname, "/quota");
  const html = await page.content();
  assert.doesNotMatch(html, /@example\.org|hana/);
  assert.equal(await page.locator("form, [data-dialog], #accounts").count(), 0);
  assert.match(await page.locator(".account h2").textContent(), /account \d+/);
  assert.deepEqual(await page.locator(".nav a").allTextContents(), ["Quota"]);
  await page.locator("button[data-live]").getByText("Live").waitFor();

  const stream = await anonymous(open, "/events?topics=quota");
  assert.equal(stream.status, 200);
  const told = listen(stream, "event: changed");
  await push(["five_hour", 93, 28], ["seven_day", 74, 2000]);
  await page.locator("[data-window=five_hour] .pct", { hasText: "93" }).waitFor();
  await told;
  for (const path of ["/quota", "/quota?export", "/quota?range=30d", "/api/usage", "/api/history", "/api/v1/quota", "/api/v1/quota?format=csv"]) {
    const answer = await anonymous(open, path);
    assert.equal(answer.status, 200, path);
    assert.doesNotMatch(await answer.text(), /@example\.org|<form/, path);
  }
  assert.deepEqual(trouble, []);
  await context.close();
});

test("With QUOTA_PUBLIC=1 changes and everything else still need signing in", async () => {
  for (const [method, path] of [["POST", "/quota/poll"], ["GET", "/quota/interval"], ["POST", "/quota/interval"], ["POST", "/api/poll-now"], ["POST", "/api/settings"], ["GET", "/api/settings"], ["GET", "/events?topics=usage"], ["GET", "/events?topics=quota,usage"], ["GET", "/events?topics=nothing"], ["GET", "/api/v1/usage/users"]]) {
    assert.equal((await anonymous(open, path, { method })).status, 401, `${method} ${path}`);
  }
  const { page, context } = await visit(open, "/quota");
  assert.match(await page.locator(".account h2").textContent(), /hana\.sato@example\.org/);
  assert.equal(await page.locator("#accounts").count(), 1);
  await context.close();
});

test("A viewer looks and changes nothing", async () => {
  const { page, context } = await visit(closed, "/quota", { token: viewerToken });
  assert.equal(await page.locator("main form[method=post], [data-dialog]").count(), 0);
  assert.ok((await page.locator("#accounts tbody tr").count()) >= 4);
  await context.close();
  assert.equal((await fetch(`${closed.address}/quota/poll`, { method: "POST", headers: { Authorization: `Bearer ${viewerToken}` } })).status, 403);
});

test("The admin polls now within the limits, and sets the interval", async () => {
  const { page, context, trouble } = await visit(closed, "/quota");
  await page.getByRole("button", { name: "Poll now: shared seat" }).click();
  await page.getByRole("status").getByText(/Next poll in \d+ s|Polling now/).waitFor();
  assert.equal(new URL(page.url()).pathname, "/quota");

  await page.getByRole("link", { name: "Every 60 s" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await check(page, "the interval's dialog", "dialog");
  await dialog.getByLabel("Seconds between polls").fill("120");
  await dialog.getByRole("button", { name: "Save interval" }).click();
  await page.getByRole("link", { name: "Every 120 s" }).waitFor();
  assert.deepEqual(closed.sql("SELECT value FROM quota_settings WHERE name = 'poll_interval'"), [{ value: "120" }]);
  assert.deepEqual(trouble, []);
  await context.close();

  const asAdmin = { Authorization: `Bearer ${adminToken}`, Accept: "text/html" };
  for (const interval of ["59", "3601", "1e3", "", "-60"]) {
    const answer = await fetch(`${closed.address}/quota/interval`, { method: "POST", headers: asAdmin, body: new URLSearchParams({ interval }) });
    assert.equal(answer.status, 422, interval);
    assert.match(await answer.text(), /Whole seconds from 60 to 3600/);
  }
  assert.equal((await fetch(`${closed.address}/quota/poll?account=999`, { method: "POST", headers: asAdmin })).status, 404);
  assert.equal((await fetch(`${closed.address}/quota/poll?account=x`, { method: "POST", headers: asAdmin })).status, 400);
});

test("The table has every account, who is blocked first on top; it sorts, searches and goes on", async () => {
  const { page, context, trouble } = await visit(closed, "/quota");
  const names = () => page.locator("#accounts tbody th").allTextContents().then((all) => all.map((name) => name.trim()));
  assert.deepEqual(await names(), ["mateo@example.org", "amara@example.org", "shared seat", "login 1"]);
  assert.match((await page.locator("#accounts tbody tr").first().textContent()).replace(/\s+/g, " "), /100 %.*now.*status line.*Full/);
  assert.match(await page.locator("#accounts tbody tr").last().textContent(), /Signed out upstream/);
  await page.locator("#accounts thead").getByRole("link", { name: "7-day" }).click();
  await page.waitForURL(/accounts\.sort=-seven_day/);
  await page.locator("#accounts th[aria-sort=descending]").getByText("7-day").waitFor();
  assert.deepEqual(await names(), ["amara@example.org", "shared seat", "mateo@example.org", "login 1"]);
  await page.getByLabel("Filter by account, source or state").fill("status line");
  await page.waitForFunction(() => document.querySelectorAll("#accounts tbody tr").length === 2);

  insert(closed, Array.from({ length: 60 }, (_, index) => `INSERT INTO quota_accounts VALUES (${5000 + index}, 'bulk-${index}', 0, 'oauth', 'bulk ${index}', '', 0);
INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, source) VALUES (${5000 + index}, 'five_hour', ${index * 1000}, ${at(100).getTime()}, ${at(-1).getTime()}, 'oauth');`).join("\n"));
  await page.goto(`${closed.address}/quota?accounts.q=bulk`);
  assert.equal(await page.locator("#accounts tbody tr").count(), 50);
  await page.getByRole("link", { name: "Next page of accounts" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#accounts tbody tr").length === 10);
  assert.equal(await page.locator("#cards .account").count(), 6);
  await page.getByRole("link", { name: "Next page of cards" }).click();
  await page.waitForURL(/cards\.page=2/);
  await page.goto(`${closed.address}/quota?range=9y&accounts.sort=evil&account=77777&cards.page=x`);
  assert.equal(await page.locator("#faults .alert").filter({ hasText: "The default is shown instead." }).count(), 4);
  const csv = await (await fetch(`${closed.address}/api/v1/quota?format=csv`, { headers: { Authorization: `Bearer ${adminToken}` } })).text();
  assert.equal(csv.trim().split("\r\n").length, 1 + 3 * 2 + 1 + 60);
  insert(closed, "DELETE FROM quota_windows WHERE account_id >= 5000; DELETE FROM quota_accounts WHERE account_id >= 5000;");
  assert.deepEqual(trouble, []);
  await context.close();
});

for (const theme of ["light", "dark"]) {
  test(`No violation in ${theme}, wide and at 360 px, which never scrolls sideways`, async () => {
    const { page, context, trouble } = await visit(closed, "/quota", { theme });
    await check(page, "quota", "html", { theme });
    for (const toggle of await page.getByRole("button", { name: "Table" }).all()) {
      await toggle.click();
    }
    await check(page, "quota, charts as tables", "html", { theme });
    await context.close();

    const phone = await visit(closed, "/quota", { theme, width: 360, height: 740 });
    await check(phone.page, "quota at 360 px", "html", { theme });
    assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= 360), "sideways");
    const small = await phone.page.locator("main .btn:visible, main .seg > a:visible").evaluateAll((all) => all.map((one) => [one.textContent.trim(), one.getBoundingClientRect().height]).filter(([, height]) => height < 40));
    assert.deepEqual(small, []);
    await phone.page.setViewportSize({ width: 320, height: 740 });
    await phone.page.reload();
    assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= 320), "sideways at 320 px");
    assert.deepEqual([...trouble, ...phone.trouble], []);
    await phone.context.close();
  });
}

test("It can be installed: manifest and icons are there and their form is right", async () => {
  const { page, context } = await visit(open, "/quota", { anonymous: true });
  const debug = await context.newCDPSession(page);
  const { errors, data } = await debug.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  assert.deepEqual([manifest.start_url, manifest.display], ["/quota", "standalone"]);
  for (const icon of manifest.icons) {
    const answer = await anonymous(open, icon.src);
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, icon.type], icon.src);
    const size = /^(\d+)x/.exec(icon.sizes)?.[1];
    if (size) {
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [Number(size), Number(size)]);
    }
  }
  const { installabilityErrors } = await debug.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.filter((error) => error.errorId !== "in-incognito"), []);
  await context.close();
});

test("The saved page works offline, asks for nothing, and has no form, no link back and no secret", async () => {
  const { page, context } = await visit(closed, "/quota?range=7d");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export page" }).click()]);
  assert.match(file.suggestedFilename(), /^ccflux-quota_\d{4}-\d\d-\d\d\.html$/);
  const target = join(tmpdir(), `ccflux-quota-${process.pid}.html`);
  await file.saveAs(target);
  await context.close();

  const saved = await openPage(browser, null);
  const requests = [];
  saved.page.on("request", (request) => requests.push(request.url()));
  await saved.context.setOffline(true);
  await saved.page.goto(pathToFileURL(target).href);
  await saved.page.locator("[data-drawn] canvas").first().waitFor();
  assert.equal(requests.length, 1);
  assert.equal(await saved.page.locator("form, input[type=hidden], a[href^='/'], a[href^='http'], link[href], script[src], img, [data-resets]").count(), 0);
  assert.match((await saved.page.locator("[data-window=five_hour]").first().textContent()).replace(/\s+/g, " "), /resets (\d+ \w+, )?\d\d:\d\d/);
  await saved.page.locator("#accounts thead").getByRole("button", { name: "Account" }).click();
  const names = await saved.page.locator("#accounts tbody th").allTextContents();
  assert.deepEqual(names, names.toSorted((a, b) => a.trim().localeCompare(b.trim())));
  await saved.page.getByLabel("Filter by account, source or state").fill("amara");
  assert.equal(await saved.page.locator("#accounts tbody tr:visible").count(), 1);
  await check(saved.page, "the saved page");
  const html = readFileSync(target, "utf8");
  for (const secret of [adminToken, viewerToken, cookie, organisation, "antiforgery\" value"]) {
    assert.ok(!html.includes(secret), secret);
  }
  assert.deepEqual(saved.trouble, []);
  await saved.context.close();
  rmSync(target);
});

test("Where nothing is set up, the page says how to begin", async () => {
  const receiver = await startReceiver();
  const { page, context, trouble } = await visit(receiver, "/quota");
  const text = await page.textContent("#setup");
  for (const line of ["ccflux install --statusline", "CLAUDE_SESSION_KEY", "OAUTH_CREDENTIALS"]) {
    assert.ok(text.includes(line), line);
  }
  await check(page, "nothing set up");
  const first = await addPusher(receiver, "first@example.org");
  await first(["five_hour", 5, 200]);
  await page.locator(".account").waitFor();
  assert.equal(await page.locator("#setup").count(), 0);
  assert.deepEqual(trouble, []);
  await context.close();
  await receiver.stop();
});
