// The quota columns of "usage by user": figures as they were observed, their source and age, and nothing if nothing is known.
import assert from "node:assert/strict";
import { test } from "node:test";
import { signIn } from "./lib/browser.mjs";
import { check } from "./lib/look.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();
const inHours = (hours) => new Date(Date.now() + hours * 3_600_000);
const settled = (page) => page.waitForFunction(() => !document.documentElement.classList.contains("is-loading"));

test("The user table shows how full limits are, where that is from and how old it is, and sorts by it", async () => {
  const device = (email) => world.tokens.get(email).device;
  const amara = device("amara.okafor@example.org");
  await amara.shows("amaras-account", { five_hour: [42.5, inHours(2)], seven_day: [93, inHours(50)], seven_day_opus: [99, inHours(50)] });
  await device("mateo.vargas@example.org").shows("mateos-account", { five_hour: [71, inHours(1)] });
  await device("lena.fischer@example.org").shows("lenas-account", { five_hour: [88, inHours(-1)] }, inHours(-2));

  const { page, context, trouble } = await signIn(world.browser, world.receiver, { width: 1920 });
  const row = (email) => page.locator("#users tbody tr", { has: page.locator(`[title="${email}"]`) });
  const at = (name) => page.locator("#users thead th").evaluateAll((heads, wanted) => heads.findIndex((head) => head.textContent.trim() === wanted), name);
  const [fiveHours, sevenDays, resets] = [await at("5h"), await at("7d"), await at("Resets")];
  const cell = (email, index) => row(email).locator(":scope > *").nth(index);

  assert.equal(await cell("amara.okafor@example.org", fiveHours).getAttribute("data-v"), "42.5");
  assert.match(await cell("amara.okafor@example.org", fiveHours).getAttribute("title"), /^42\.5 % by status line, observed .+; resets \d{4}-/);
  assert.equal(await cell("amara.okafor@example.org", sevenDays).locator("[data-level]").getAttribute("data-level"), "bad");
  assert.equal(await cell("amara.okafor@example.org", sevenDays).locator("svg").count(), 1, "the level is told by a sign too");
  assert.ok(Math.abs(Number(await cell("amara.okafor@example.org", resets).getAttribute("data-v")) * 1000 - inHours(50)) < 60_000, "the reset of the fuller window");
  assert.equal(await cell("mateo.vargas@example.org", fiveHours).locator("[data-level]").getAttribute("data-level"), "warn");
  assert.equal(await cell("mateo.vargas@example.org", sevenDays).textContent(), "—");
  assert.match(await cell("lena.fischer@example.org", fiveHours).getAttribute("title"), /^88 % by status line.*unknown since then$/);
  assert.equal(await cell("lena.fischer@example.org", fiveHours).textContent(), "—");
  assert.match(await cell("hana.sato@example.org", fiveHours).getAttribute("title"), /^100 % by limit hit/);
  assert.equal(await cell("karim.benali@example.org", fiveHours).getAttribute("title"), "Nothing was observed");

  const values = (index) => page.locator("#users tbody tr").evaluateAll((rows, column) => rows.map((one) => one.cells[column].dataset.v), index);
  await page.locator("#users thead th").nth(fiveHours).locator("a").click();
  await settled(page);
  assert.deepEqual((await values(fiveHours)).slice(0, 4), ["100", "71", "42.5", "-1"]);
  await page.locator("#users thead th").nth(resets).locator("a").click();
  await settled(page);
  assert.match((await values(resets))[0], /^\d+$/);
  assert.deepEqual(trouble, []);

  await check(page, "users", "#users", { every: true });
  await context.close();
});

test("The columns go with the space there is", async () => {
  const { page, context } = await signIn(world.browser, world.receiver, { width: 360 });
  assert.equal(await page.locator("#users thead").getByText("5h", { exact: true }).isVisible(), false);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  await context.close();
});
