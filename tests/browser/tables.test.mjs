import assert from "node:assert/strict";
import { test } from "node:test";
import { openSignedIn, signIn } from "./lib/browser.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();
const column = (page, panel, index) => page.locator(`#${panel} tbody tr`).evaluateAll((rows, at) => rows.map((row) => row.cells[at].dataset.v ?? row.cells[at].textContent.trim()), index);
const settled = (page) => page.waitForFunction(() => !document.documentElement.classList.contains("is-loading"));

test("Sorting turns over on the second click, stands in the address and survives a reload", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver);
  const sortBy = async (name) => {
    await page.locator("#users thead").getByRole("link", { name }).click();
    await settled(page);
  };
  await sortBy("Turns");
  let turns = (await column(page, "users", 9)).map(Number);
  assert.deepEqual(turns, turns.toSorted((a, b) => b - a));
  await sortBy("Turns");
  turns = (await column(page, "users", 9)).map(Number);
  assert.deepEqual(turns, turns.toSorted((a, b) => a - b));
  assert.equal(await page.locator("#users th[aria-sort]").getAttribute("aria-sort"), "ascending");
  assert.match(page.url(), /users\.sort=turns/);
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Turns", "the focus stays at the head");

  await page.reload();
  assert.deepEqual((await column(page, "users", 9)).map(Number), turns);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("#users th[aria-sort]").getAttribute("aria-sort") === "descending");

  // The next visit, without anything in the URL, finds the tables as they were left.
  await page.goto(`${world.receiver.address}/admin/`);
  await page.waitForURL(/users\.sort=/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Searching filters while typing, keeps the caret, and can be cleared", async () => {
  const { page, context } = await signIn(world.browser, world.receiver);
  const box = page.getByLabel("Filter by e-mail, division or tier");
  await box.pressSequentially("platform");
  await page.waitForURL(/users\.q=platform/);
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length === 3);
  assert.equal(await page.evaluate(() => document.activeElement.id), "users-q");
  await box.fill("nobody at all");
  await page.getByText("Nobody matches “nobody at all”").waitFor();
  await page.getByRole("link", { name: "Clear filter" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length === 12);
  await context.close();
});

test("Paging goes through all rows once", async () => {
  const { page, context } = await signIn(world.browser, world.receiver);
  const seen = [];
  for (;;) {
    seen.push(...(await page.locator("#windows tbody tr").evaluateAll((rows) => rows.map((row) => row.cells[0].querySelector(".mail").title + row.cells[1].dataset.v))));
    const next = page.getByRole("link", { name: "Next page of 5-hour windows" });
    if ((await next.count()) === 0) {
      break;
    }
    const before = await page.locator("#windows .panel-foot").textContent();
    await next.click();
    await page.waitForFunction((text) => document.querySelector("#windows .panel-foot").textContent !== text, before);
  }
  const total = Number((await page.locator("#windows .panel-foot").textContent()).match(/of\s(\d+)/)[1]);
  assert.equal(seen.length, total);
  assert.equal(new Set(seen).size, total);

  await page.locator("#windows").getByRole("link", { name: /^Open/ }).click();
  await page.waitForURL(/windows\.view=open/);
  await context.close();
});

test("Filters and periods narrow the page; the address says how", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver);
  await page.getByRole("group", { name: "Period" }).getByRole("link", { name: "7 d", exact: true }).click();
  await page.waitForURL(/period=7d/);
  assert.equal(await page.locator("#daily tbody tr").count(), 7);
  await page.locator("select[name=division]").selectOption("Platform");
  await page.waitForURL(/division=Platform/);
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length === 3);
  assert.match(page.url(), /period=7d/);
  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll("#users tbody tr").length > 3);
  await page.getByRole("group", { name: "Period" }).getByRole("link", { name: "Custom" }).click();
  await page.waitForURL(/period=custom/);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("From", { exact: true }).fill(yesterday);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(new RegExp(`from=${yesterday}`));
  // Two days are shown by the hour, up to the current one.
  const running = new Date(await page.locator("body").getAttribute("data-now")).getUTCHours();
  assert.equal(await page.locator("#daily tbody tr").count(), 24 + running + 1);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Panels fold and show their table, and stay so after a reload; the theme too", async () => {
  const { page, context } = await signIn(world.browser, world.receiver);
  await page.getByRole("button", { name: "Collapse Model breakdown" }).click();
  await page.locator("#daily").getByRole("button", { name: "Table" }).click();
  const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByRole("button", { name: "Switch between light and dark" }).click();
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(dark, before);

  await page.reload();
  assert.equal(await page.locator("#models table").isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "Expand Model breakdown" }).getAttribute("aria-expanded"), "false");
  assert.equal(await page.locator("#daily table").isVisible(), true);
  assert.equal(await page.locator("#daily .plot").isVisible(), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), dark);
  await page.locator("#daily").getByRole("button", { name: "Chart" }).click();
  await page.locator("#daily [data-drawn] canvas").waitFor();
  await context.close();
});

test("The chart is read by keyboard, day by day", async () => {
  const { page, context } = await signIn(world.browser, world.receiver);
  await page.locator("#daily .plot").focus();
  await page.keyboard.press("End");
  await page.locator("#daily .tip strong").waitFor();
  const last = await page.locator("#daily .tip").textContent();
  assert.match(last, /so far/);
  await page.keyboard.press("ArrowLeft");
  assert.notEqual(await page.locator("#daily .tip").textContent(), last);
  assert.match(await page.locator("#daily p[aria-live]").textContent(), /claude-opus-5-5 .*Billed/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#daily .tip").isVisible(), false);
  await context.close();
});

test("Times are in the browser's zone, with UTC in the title", async () => {
  const { page, context } = await signIn(world.browser, world.receiver);
  const time = page.locator("#windows tbody time[data-f=point]").first();
  const at = new Date(await time.getAttribute("datetime"));
  const local = at.toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit" });
  assert.match(await time.textContent(), new RegExp(`, ${local}$`));
  assert.equal(await time.getAttribute("title"), at.toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC"));
  await context.close();
});

for (const width of [360, 320, 768, 1200]) {
  test(`The page does not scroll sideways at ${width} px`, async () => {
    const { page, context, trouble } = await openSignedIn(world.browser, world.receiver, { width });
    for (const path of ["/admin/", "/admin/?period=custom", "/admin/users/hana.sato%40example.org", "/admin/users/hana.sato%40example.org/revoke"]) {
      await page.goto(world.receiver.address + path);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= window, `${path}: ${content} in ${window}`);
    }
    assert.deepEqual(trouble, []);
    await context.close();
  });
}
