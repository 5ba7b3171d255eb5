// The explanations behind ⓘ: by mouse, keyboard, touch and without script; how they close; what a screen reader announces. And what else a newcomer sees first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openSignedIn, signIn } from "./lib/browser.mjs";
import { check, openAt, plain } from "./lib/look.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();
const open = (page) => page.locator(".hint-text:popover-open");
const sign = (page, panel) => page.locator(`#${panel} .panel-head .hint`);

test("Every sign has its own text, which a screen reader reads with it", async () => {
  for (const path of ["/admin/", "/admin/users/hana.sato%40example.org", "/quota", "/admin/alerts", "/admin/telemetry"]) {
    const { page, context } = await openAt(world.browser, world.receiver, path);
    const signs = await page.locator("button.hint").evaluateAll((all) => all.map((one) => ({
      name: one.getAttribute("aria-label"),
      text: document.getElementById(one.getAttribute("aria-describedby"))?.textContent.trim() ?? "",
      twins: document.querySelectorAll(`[id="${one.getAttribute("aria-describedby")}"]`).length,
      own: one.nextElementSibling?.id === one.getAttribute("popovertarget") && one.getAttribute("popovertarget") === one.getAttribute("aria-describedby"),
    })));
    assert.ok(path === "/quota" || signs.length > 0, path);
    for (const one of signs) {
      assert.ok(one.own && one.twins === 1 && one.text.length > 3 && /^About ./.test(one.name), `${path}: ${JSON.stringify(one)}`);
    }
    await context.close();
  }
});

test("By keyboard: focus opens, Escape closes and it stays closed, Enter opens, going on closes", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver);
  await page.locator("#daily .fold").focus();
  await page.keyboard.press("Tab");
  await open(page).waitFor();
  assert.match(plain(await open(page).textContent()), /^This is what drives seat limits/);
  await check(page, "a hint open", "#daily .panel-head");
  await page.keyboard.press("Escape");
  assert.equal(await open(page).count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "About Daily billed tokens", "the focus stays");
  await page.keyboard.press("Enter");
  await open(page).waitFor();
  await page.keyboard.press("Enter");
  assert.equal(await open(page).count(), 0);
  await page.keyboard.press("Enter");
  await open(page).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await open(page).count(), 0);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("By mouse: hovering opens, the text can be reached, leaving closes, a click keeps it", async () => {
  const { page, context } = await signIn(world.browser, world.receiver);
  // Time passes only when the test says so.
  await page.clock.install();
  await sign(page, "daily").hover();
  await open(page).waitFor();
  const box = await open(page).boundingBox();
  await page.mouse.move(box.x + 20, box.y + 10);
  await page.clock.runFor(1000);
  assert.equal(await open(page).count(), 1);
  await page.mouse.move(5, 500);
  await page.clock.runFor(1000);
  assert.equal(await open(page).count(), 0);

  await sign(page, "daily").click();
  await page.mouse.move(5, 500);
  await page.clock.runFor(1000);
  assert.equal(await open(page).count(), 1, "a click keeps it open");
  await page.mouse.click(5, 500);
  assert.equal(await open(page).count(), 0, "a click elsewhere closes it");
  await context.close();
});

test("By touch, at 360 px: a tap opens it within the page, another closes it", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver, { width: 360, hasTouch: true, isMobile: true });
  for (const stat of ["users", "sessions"]) {
    const hint = page.locator(`[data-stat=${stat}] .hint`);
    await hint.tap();
    await open(page).waitFor();
    const box = await open(page).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
    await hint.tap();
    assert.equal(await open(page).count(), 0);
  }
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Without script a click opens and Escape closes", async () => {
  const { page, context } = await openAt(world.browser, world.receiver, "/admin/", { javaScriptEnabled: false });
  await sign(page, "daily").click();
  await page.locator("#about-daily").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#about-daily").waitFor({ state: "hidden" });
  await context.close();
});

test("A status is found by its word, and what needs attention leads to those alone", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver);
  const rows = page.locator("#seats tbody tr");
  await page.getByLabel("Filter by e-mail, division or status").fill("never");
  await page.waitForURL(/seats\.q=never/);
  await page.waitForFunction(() => document.querySelectorAll("#seats tbody tr").length === 2);
  await page.getByLabel("Filter by e-mail, division or status").fill("");
  await page.waitForFunction(() => document.querySelectorAll("#seats tbody tr").length > 2);

  await page.locator("#look").getByRole("link", { name: "2 people" }).click();
  await page.waitForURL(/seats\.view=never#seats$/);
  assert.deepEqual((await rows.evaluateAll((all) => all.map((row) => row.cells[0].querySelector(".mail").title))).sort(), ["petra.kowalski@example.org", "tom.hartley@example.org"]);
  assert.equal(await page.locator("#seats .seg [aria-current]").textContent(), "Never reported");
  await page.locator("#seats").getByRole("link", { name: "Status" }).click();
  await page.waitForURL(/seats\.sort=status/);
  await page.locator("#seats .seg").getByRole("link", { name: "All" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#seats tbody tr").length > 2);
  assert.match(await rows.first().textContent(), /Never reported/, "the worst stand first");
  assert.deepEqual(trouble, []);
  await context.close();
});

for (const width of [1024, 360]) {
  test(`At ${width} px no filter is out of sight, and what is tapped is large enough`, async () => {
    const { page, context } = await openSignedIn(world.browser, world.receiver, { width });
    for (const path of ["/admin/telemetry", "/admin/?period=custom&division=Platform", "/admin/"]) {
      await page.goto(world.receiver.address + path);
      const cut = await page.locator(".filters-in > *, .filters-in .seg > *").evaluateAll((all) => all.filter((one) => one.offsetWidth > 0 && (one.getBoundingClientRect().right > innerWidth || one.getBoundingClientRect().left < 0)).map((one) => one.outerHTML.slice(0, 80)));
      assert.deepEqual(cut, [], path);
    }
    const small = await page.locator("#look a").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height).filter((height) => height < 24));
    assert.deepEqual(small, []);
    await context.close();
  });
}

test("Questions as pages have a title and a first heading of their own", async () => {
  for (const path of ["/admin/users/hana.sato%40example.org/revoke", "/quota/interval", "/admin/users/nobody%40example.org"]) {
    const { page, context } = await openAt(world.browser, world.receiver, path);
    const heading = plain(await page.locator("h1").textContent());
    assert.equal(await page.title(), `${heading} · ccflux`);
    assert.equal(await page.getByRole("link", { name: "Keep", exact: true }).count(), 0);
    await context.close();
  }
});

test("An unchanged page is not sent again; a changed one is", async () => {
  const { page, context, trouble } = await openAt(world.browser, world.receiver, "/admin/alerts");
  const fetched = () => page.evaluate(async () => {
    const answer = await fetch("/admin/alerts", { headers: { Accept: "text/html" } });
    return { tag: answer.headers.get("ETag"), text: await answer.text() };
  });
  const first = await fetched();
  assert.match(first.tag, /^W\/"[0-9a-f]{32}"$/);
  const answer = await context.request.get(`${world.receiver.address}/admin/alerts`, { headers: { "If-None-Match": first.tag, Accept: "text/html" } });
  // The minute may have changed in between.
  assert.ok(answer.status() === 304 || answer.headers().etag !== first.tag, `${answer.status()}`);
  assert.equal((await context.request.get(`${world.receiver.address}/admin/alerts`, { headers: { "If-None-Match": 'W/"0"', Accept: "text/html" } })).status(), 200);
  assert.deepEqual(trouble, []);
  await context.close();
});
