// The documentation that the receiver serves, as a visitor reaches it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { signIn } from "./lib/browser.mjs";
import { violations } from "./lib/look.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();

test("From the footer to the documentation, and from page to page", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver);
  await page.locator(".foot").getByRole("link", { name: "Docs" }).click();
  await page.getByRole("heading", { level: 1, name: "Getting started" }).waitFor();
  await page.getByRole("navigation", { name: "Documentation" }).getByRole("link", { name: "Server set-up" }).click();
  await page.getByRole("heading", { level: 1, name: "Server set-up" }).waitFor();
  assert.equal(await page.locator("article pre").first().getAttribute("tabindex"), "0");
  await page.locator("article").getByRole("link", { name: "security.md" }).first().click();
  await page.waitForURL("**/docs/security#cloudflare-access");
  assert.ok(await page.locator("#cloudflare-access").isVisible());
  assert.deepEqual(trouble, []);
  await context.close();
});

test("The page of the API shows every operation, and one is tried", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver, { path: "/docs/" });
  const operation = page.locator(".opblock", { has: page.locator("[data-path='/api/v1/usage/users']") });
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.locator("tr[data-param-name=q] input").fill("amara");
  await operation.getByRole("button", { name: "Execute" }).click();
  const answer = operation.locator(".live-responses-table");
  await answer.locator(".response-col_status", { hasText: "200" }).waitFor();
  assert.match(await answer.textContent(), /amara\.okafor@example\.org/);
  const { paths } = await (await context.request.get(`${world.receiver.address}/docs/v1.json`)).json();
  assert.equal(await page.locator(".opblock").count(), Object.values(paths).flatMap(Object.keys).length);
  assert.deepEqual(trouble, []);
  await context.close();
});

for (const theme of ["light", "dark"]) {
  test(`The documentation fits a phone and breaks no rule in ${theme}`, async () => {
    const { page, context, trouble } = await signIn(world.browser, world.receiver, { theme, width: 360, path: "/docs/configuration" });
    for (const name of ["configuration", "server-setup", "fleet"]) {
      if (name !== "configuration") {
        await page.goto(`${world.receiver.address}/docs/${name}`);
      }
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
      assert.deepEqual(await violations(page, "html", { theme }), [], name);
    }
    assert.deepEqual(trouble, []);
    await context.close();
  });
}
