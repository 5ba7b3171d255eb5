// The page of alerts: what is set and what is not, a test alert from the button to "Delivered", live, and axe in both themes and at 360 px.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openBrowser, openPage } from "./lib/browser.mjs";
import { adminToken, startReceiver, viewerToken } from "./lib/receiver.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
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

/** Signs in to the page itself: the one of usage would be waited for until it has drawn charts, and there are none. */
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
  assert.deepEqual(await page.locator("#channels tbody tr").evaluateAll((rows) => rows.map((row) => row.cells[1].textContent.trim())), ["Not set", "On", "Not set"]);
  assert.match(await page.locator("#rules tbody tr").first().textContent(), /All accounts\s*80 %, 95 %\s*on/);
  assert.match(await page.locator("#rules .note").textContent(), /quiet 22:00-07:00, UTC/);
  await page.getByText("Nothing was told yet").waitFor();
  await page.getByRole("button", { name: "Send a test alert" }).click();
  await page.locator("#deliveries").getByText("Delivered").waitFor();
  assert.deepEqual(taken, [{ text: "ccflux: a test alert. This channel works." }]);
  assert.ok(!(await page.content()).includes("the-key"));
  assert.deepEqual(trouble, []);
  await context.close();
});

test("The viewer sees the page and no button", async () => {
  const { page, context } = await enter({ token: viewerToken });
  assert.equal(await page.getByRole("button", { name: "Send a test alert" }).count(), 0);
  assert.equal(await page.locator("#deliveries tbody tr").count(), 1);
  await context.close();
});

for (const theme of ["light", "dark"]) {
  test(`No violation in ${theme}, wide and at 360 px, and nothing is wider than the page`, async () => {
    const { page, context } = await enter({ theme });
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
      assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`), []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
      if (process.env.PICTURES) {
        await page.screenshot({ path: `${process.env.PICTURES}/alerts-${theme}-${width}.png`, fullPage: true });
      }
    }
    await context.close();
  });
}
