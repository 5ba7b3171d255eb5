// The alerts page: what is set and what is not, a test alert from the button to "Delivered", live, rules of accounts, and axe in both themes and at 360 px.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { openBrowser, openPage } from "./lib/browser.mjs";
import { check, plain } from "./lib/look.mjs";
import { insert } from "./lib/quota.mjs";
import { adminToken, startReceiver, viewerToken } from "./lib/receiver.mjs";

const taken = [];
let hook;
let receiver;
let browser;

before(async () => {
  hook = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) {
      body += chunk;
    }
    taken.push(JSON.parse(body));
    response.end();
  });
  await new Promise((resolve) => hook.listen(0, "127.0.0.1", resolve));
  receiver = await startReceiver({ ALERT_SLACK_URL: `http://127.0.0.1:${hook.address().port}/services/the-key`, ALLOW_PRIVATE_WEBHOOKS: "1", ALERT_QUIET_HOURS: "22:00-07:00" });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await receiver?.stop();
  hook?.close();
});

/** Signs in to this page directly: on the usage page the test would wait for charts, and there are none. */
async function enter(options = {}) {
  const opened = await openPage(browser, receiver, options);
  await opened.page.goto(`${receiver.address}/admin/alerts`);
  await opened.page.getByLabel("Admin or viewer token").fill(options.token ?? adminToken);
  await opened.page.getByRole("button", { name: "Sign in" }).click();
  await opened.page.locator("#deliveries").waitFor();
  return opened;
}

test("The test button sends, and the page follows until it is delivered", async () => {
  const { page, context, trouble } = await enter();
  assert.equal(await page.locator(".nav [aria-current]").textContent(), "Alerts");
  const channels = await page.locator("#channels tbody tr").evaluateAll((rows) => rows.map((row) => `${row.cells[0].textContent}: ${row.cells[1].textContent.trim()}`));
  assert.deepEqual(channels.filter((line) => !line.endsWith(": Not set")), ["Slack-compatible webhook: On"]);
  assert.ok(channels.includes("Telegram: Not set"));
  assert.match(await page.locator("#rules tbody tr").first().textContent(), /All accounts\s*80 %, 95 %\s*on/);
  assert.match(await page.locator("#rules .note").textContent(), /quiet 22:00-07:00, UTC/);
  await page.getByText("No alerts sent yet").waitFor();
  await page.getByRole("button", { name: "Send a test alert" }).click();
  await page.locator("#deliveries").getByText("Delivered").waitFor();
  assert.deepEqual(taken, [{ text: "ccflux: a test alert. This channel works." }]);
  assert.ok(!(await page.content()).includes("the-key"));
  assert.deepEqual(trouble, []);
  await context.close();
});

test("An account is given its own rule, which is edited and removed", async () => {
  insert(receiver, `INSERT INTO quota_accounts (account_id, account_key, owner, source, label, created_at) VALUES (71, 'k1', 0, 'oauth', 'login 1', 0), (72, 'k2', 0, 'oauth', '<b>login 2</b>', 0);`);
  const { page, context, trouble } = await enter();
  const form = page.locator("form[data-dialog-form]");
  const rules = () => receiver.sql("SELECT account_id AS account, thresholds, forecast FROM quota_alert_rules");
  const rows = async () => (await page.locator("#rules tbody tr").allTextContents()).map(plain);

  await page.getByRole("link", { name: "Add rule" }).click();
  await form.waitFor();
  await check(page, "add", "dialog");
  assert.equal(await form.getByLabel("Thresholds in percent").inputValue(), "80, 95");
  await form.getByLabel("Account").selectOption("<b>login 2</b>");
  await form.getByLabel("Thresholds in percent").fill("70, 101");
  await form.getByRole("button", { name: "Save rule" }).click();
  await form.getByRole("alert").waitFor();
  assert.match(await form.getByRole("alert").textContent(), /^thresholds: expected up to 5 percentages from 1 to 100/);
  assert.equal(await form.getByLabel("Account").locator("option:checked").textContent(), "<b>login 2</b>");
  await form.getByLabel("Thresholds in percent").fill("95, 70");
  await form.getByLabel("Alert when a window will run out").uncheck();
  await form.getByRole("button", { name: "Save rule" }).click();
  await page.locator("#rules tbody tr", { hasText: "login 2" }).waitFor();
  assert.deepEqual(await rows(), ["All accounts80 %, 95 %onenvironment", "<b>login 2</b>70 %, 95 %offEdit Remove"]);
  assert.deepEqual(rules(), [{ account: 72, thresholds: "70,95", forecast: 0 }]);

  await page.getByRole("link", { name: "Edit the rule of <b>login 2</b>" }).click();
  await form.getByLabel("Thresholds in percent").fill("");
  await form.getByLabel("Alert when a window will run out").check();
  await form.getByRole("button", { name: "Save rule" }).click();
  await page.locator("#rules tbody tr", { hasText: "login 2" }).getByText("none").waitFor();
  assert.deepEqual(rules(), [{ account: 72, thresholds: "", forecast: 1 }]);

  await page.getByRole("link", { name: "Add rule" }).click();
  await form.waitFor();
  assert.deepEqual(await form.getByLabel("Account").locator("option").allTextContents(), ["login 1"], "only accounts without a rule");
  await form.getByText("Cancel").click();
  await page.getByRole("link", { name: "Remove the rule of <b>login 2</b>" }).click();
  await form.waitFor();
  await check(page, "remove", "dialog");
  await form.getByRole("button", { name: "Remove rule" }).click();
  await page.locator("#rules tbody tr", { hasText: "login 2" }).waitFor({ state: "detached" });
  assert.deepEqual(rules(), []);
  assert.deepEqual(
    receiver.sql("SELECT detail FROM audit_log WHERE action = 'quota.alert.rule' ORDER BY rowid").map((row) => row.detail),
    ["thresholds 70,95, forecast off", "thresholds none, forecast on", "removed"],
  );
  assert.deepEqual(trouble.filter((line) => !/status of 422/.test(line)), []);
  await context.close();
});

test("The viewer sees the page and no button", async () => {
  const { page, context } = await enter({ token: viewerToken });
  assert.equal(await page.getByRole("button", { name: "Send a test alert" }).count(), 0);
  assert.equal(await page.locator("a[data-dialog]").count(), 0);
  assert.equal((await page.request.get(`${receiver.address}/admin/alerts/rules/new`)).status(), 403);
  assert.equal(await page.locator("#deliveries tbody tr").count(), 1);
  await context.close();
});

for (const theme of ["light", "dark"]) {
  test(`No violation in ${theme}, wide and at 360 px, and nothing is wider than the page`, async () => {
    const { page, context } = await enter({ theme });
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await check(page, `alerts at ${width}`, "html", { theme });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
      if (process.env.PICTURES) {
        await page.screenshot({ path: `${process.env.PICTURES}/alerts-${theme}-${width}.png`, fullPage: true });
      }
    }
    await context.close();
  });
}
