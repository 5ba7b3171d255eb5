// What clients state about themselves: groups, filters, a person's own page, each compared with what was sent; axe and 360 px.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser } from "./lib/browser.mjs";
import { addUser } from "./lib/client.mjs";
import { check, openAt, plain } from "./lib/look.mjs";
import { issueTelemetryToken, organisationToken, request, sendEvents } from "./lib/otlp.mjs";
import { startReceiver } from "./lib/receiver.mjs";

const home = "/admin/telemetry";
const people = [
  // [who, minutes ago, team, plan, seat, cost]
  ["hana.sato@example.org", 20, "Data & Platform", "team", "premium", 0.25],
  ["mateo.vargas@example.org", 10, "mobile", "team", "standard", 0.5],
  ["amara.okafor@example.org", 15, "mobile", "enterprise", "usage_based", 0.125],
];
let receiver;
let browser;

before(async () => {
  receiver = await startReceiver({ OTLP_TOKEN: organisationToken, TELEMETRY_ATTRIBUTES: "team,cost_center" });
  const now = Date.now();
  for (const [index, [email, ago, team, plan, seat, cost]] of people.entries()) {
    await addUser(receiver, email, "");
    const token = await issueTelemetryToken(receiver, email);
    const common = { "session.id": `session-${index}`, "user.id": `install-${index}`, "terminal.type": "tmux", team, "anthropic.plan": plan, "anthropic.seat_type": seat };
    await sendEvents(receiver, token, now, common, [["api_request", ago, request(`r${index}`, "claude-opus-5-5", 100, 200, 0, 0, cost, 900)]]);
  }
  await sendEvents(receiver, organisationToken, now, { "session.id": "nobody", "user.id": "install-of-nobody" }, [["api_request", 5, request("r9", "claude-opus-5-5", 10, 20, 0, 0, 0.0625, 900)]]);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await receiver?.stop();
});

const groups = (page) => page.locator("#labels tbody tr").evaluateAll((rows) => rows.map((row) => [row.cells[0].textContent.trim(), Number(row.cells[1].dataset.v), Number(row.cells[5].dataset.v)]));
const total = (page) => page.locator("#labels tfoot tr").evaluate((row) => [Number(row.cells[1].dataset.v), Number(row.cells[5].dataset.v)]);

test("People are grouped by what they state, and the groups add up", async () => {
  const { page, context, trouble } = await openAt(browser, receiver, home);
  assert.deepEqual(await groups(page), [["mobile", 2, 0.625], ["Data & Platform", 1, 0.25], ["not stated", 1, 0.0625]]);
  assert.deepEqual(await total(page), [4, 0.9375]);
  await page.locator("#labels .seg a", { hasText: "Plan" }).click();
  await page.waitForFunction(() => document.querySelector("#labels h2")?.textContent.includes("By plan"));
  assert.deepEqual(await groups(page), [["team", 2, 0.75], ["enterprise", 1, 0.125], ["not stated", 1, 0.0625]]);
  assert.match(page.url(), /by=anthropic\.plan/);
  await page.locator("#labels tbody a", { hasText: "enterprise" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length === 1);
  assert.match(page.url(), /label\.anthropic\.plan=enterprise/);
  assert.match(plain(await page.locator("#users tbody").textContent()), /amara\.okafor/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("A filter narrows the page, and both are cleared together", async () => {
  const { page, context, trouble } = await openAt(browser, receiver, home);
  await page.locator("select[name='label.team']").selectOption("mobile");
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length === 2);
  await page.locator("select[name='label.anthropic.seat_type']").selectOption("standard");
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length === 1);
  assert.match(page.url(), /label\.team=mobile/);
  await page.locator("#filters a", { hasText: "Clear" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length === 4);
  assert.doesNotMatch(page.url(), /label\./);
  await page.goto(`${receiver.address}${home}?label.team=mobile%7C(none)`);
  assert.equal(await page.locator("select[name='label.team'] option:checked").textContent(), "mobile or not stated");
  assert.equal(await page.locator("#users tbody tr").count(), 3);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("A person's page lists what the client states", async () => {
  const { page, context, trouble } = await openAt(browser, receiver, `${home}/users/${encodeURIComponent("hana.sato@example.org")}`);
  assert.equal(await page.locator("#signed-in").textContent(), "signed in with team, premium seat");
  assert.deepEqual(
    await page.locator("#stated tbody tr").evaluateAll((rows) => rows.map((row) => [row.cells[0].textContent.trim(), row.cells[1].textContent.trim(), row.cells[3].textContent.trim()])),
    [["team", "Data & Platform", "current"], ["Plan", "team", "current"], ["Seat type", "premium", "current"]]);
  await check(page, "a person", "#stated");
  assert.deepEqual(trouble, []);
  await context.close();
});

for (const [theme, width] of [["light", 1440], ["dark", 1440], ["light", 360]]) {
  test(`The panel is readable: ${theme}, ${width} px`, async () => {
    const { page, context, trouble } = await openAt(browser, receiver, `${home}?label.team=mobile`, { theme, width });
    await check(page, `${theme} ${width}`, "#labels", { theme });
    await check(page, `${theme} ${width}, filters`, "#filters", { theme });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "the page is wider than the window");
    assert.deepEqual(trouble, []);
    await context.close();
  });
}
