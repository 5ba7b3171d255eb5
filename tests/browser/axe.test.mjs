// axe with the rules of WCAG 2.2 A and AA, on every page, both themes, with dialogs open, wide and narrow.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, signIn } from "./lib/browser.mjs";
import { check } from "./lib/look.mjs";
import { adminToken } from "./lib/receiver.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();

for (const theme of ["light", "dark"]) {
  const checkTheme = (page, what, within) => check(page, what, within, { theme });

  test(`No violation in ${theme}`, async () => {
    const before = await openPage(world.browser, world.receiver, { theme });
    await before.page.goto(`${world.receiver.address}/admin/login`);
    // With all rules in both themes, since the switch of the theme is the one element that differs.
    await check(before.page, "sign-in");
    await before.context.close();

    const { page, context, trouble } = await signIn(world.browser, world.receiver, { theme });
    await checkTheme(page, "usage");
    const panels = ["#daily", "#user-bars", "#model-bars", "#divisions", "#peaks"];
    for (const panel of panels) {
      await page.locator(panel).getByRole("button", { name: "Table" }).click();
    }
    // Nothing else has changed.
    await checkTheme(page, "usage, charts as tables", panels);
    await page.locator("#users summary").click();
    // Only the menu: what it covers at the moment counts as too small a target.
    await checkTheme(page, "a menu open", "details.menu[open]");

    await page.locator("#seats").getByRole("link", { name: /^Revoke the token/ }).first().click();
    await page.getByRole("dialog").waitFor();
    await checkTheme(page, "a dialog open", "dialog");
    await page.keyboard.press("Escape");
    await page.locator("#seats").getByRole("link", { name: /^Reissue/ }).first().click();
    await page.getByRole("dialog").waitFor();
    await checkTheme(page, "a dialog with a field open", "dialog");

    for (const path of theme === "dark" ? ["/admin/users/hana.sato%40example.org"] : ["/admin/users/hana.sato%40example.org", "/admin/users/hana.sato%40example.org/revoke", "/admin/users/nobody%40example.org", "/admin/?period=custom&users.sort=evil", "/admin/?period=today&user=george.whitlock%40example.org"]) {
      await page.goto(world.receiver.address + path);
      await checkTheme(page, path);
    }
    await page.goto(`${world.receiver.address}/admin/`);
    await page.getByLabel("E-mail", { exact: true }).fill(`axe-${theme}@example.org`);
    await page.getByRole("button", { name: "Add user" }).click();
    await page.getByRole("heading", { name: /Token for/ }).waitFor();
    await checkTheme(page, "token issued");
    assert.deepEqual(trouble.filter((line) => !line.includes("404")), []);
    await context.close();
  });

  test(`No violation at 360 px in ${theme}`, async () => {
    const { page, context } = await signIn(world.browser, world.receiver, { theme, width: 360 });
    await checkTheme(page, "usage at 360 px");
    await page.goto(`${world.receiver.address}/admin/users/hana.sato%40example.org`);
    await checkTheme(page, "a person at 360 px");
    await context.close();
  });
}

test("No violation in the export", async () => {
  const html = await (await fetch(`${world.receiver.address}/admin/?export`, { headers: { Authorization: `Bearer ${adminToken}` } })).text();
  const saved = await openPage(world.browser, null);
  await saved.page.route("https://export.invalid/", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await saved.page.goto("https://export.invalid/");
  await saved.page.locator("#daily [data-drawn]").waitFor();
  await check(saved.page, "export");
  await saved.context.close();
});
