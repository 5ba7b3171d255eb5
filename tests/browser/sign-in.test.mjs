import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, signIn } from "./lib/browser.mjs";
import { viewerToken } from "./lib/receiver.mjs";
import { suite } from "./lib/suite.mjs";
import { startReceiver } from "./lib/receiver.mjs";

const world = suite();

test("A wrong token is refused and says so; the right one opens the page; signing out closes it", async () => {
  const { context, page, trouble } = await openPage(world.browser, world.receiver);
  await page.goto(`${world.receiver.address}/admin/?period=7d`);
  assert.match(page.url(), /\/admin\/login\?next=/);

  await page.getByLabel("Admin or viewer token").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  assert.deepEqual(trouble.splice(0).filter((line) => !line.includes("401")), []);

  await page.getByLabel("Admin or viewer token").fill("admin-token-of-the-browser-tests");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/admin\/\?period=7d$/);
  const cookies = await context.cookies();
  const session = cookies.find((cookie) => cookie.name === "ccflux_admin");
  assert.equal(session.httpOnly, true);
  assert.equal(session.sameSite, "Strict");
  assert.ok(!session.value.includes("admin-token"));

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/admin\/login/);
  await page.goto(`${world.receiver.address}/admin/`);
  assert.match(page.url(), /\/admin\/login/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("The viewer sees every figure and no form, and is refused a change", async () => {
  const { context, page } = await signIn(world.browser, world.receiver, { token: viewerToken });
  assert.equal(await page.locator(".stat").count(), 7);
  assert.equal(await page.locator("form[method=post]").count(), 1, "only signing out");
  assert.equal(await page.getByText("Revoke", { exact: true }).count(), 0);
  assert.equal(await page.locator("a[data-dialog]").count(), 0);

  const status = await page.evaluate(async () => (await fetch("/admin/users/hana.sato%40example.org/revoke", { method: "POST" })).status);
  assert.ok([400, 403].includes(status), `got ${status}`);
  assert.equal(world.receiver.sql("SELECT count(*) AS n FROM audit_log WHERE action = 'user.revoke'")[0].n, 0);
  await context.close();
});

test("Without an admin token a person gets a page that says what to set", async () => {
  const closed = await startReceiver({ ADMIN_TOKEN: "", VIEWER_TOKEN: "" });
  try {
    const { context, page } = await openPage(world.browser, closed);
    const answer = await page.goto(`${closed.address}/admin/`);
    assert.equal(answer.status(), 503);
    assert.match(await page.textContent("main"), /ADMIN_TOKEN=/);
    await context.close();
  } finally {
    await closed.stop();
  }
});

test("What is not there gets a page of its own, and bad fields a word instead of an error", async () => {
  const { context, page } = await signIn(world.browser, world.receiver);
  assert.equal((await page.goto(`${world.receiver.address}/admin/users/nobody%40example.org`)).status(), 404);
  assert.match(await page.textContent("main"), /No user with this e-mail address/);

  const bad = "period=never&from=x&to=y&users.sort=--evil&users.page=-3&windows.view=both&users.size=9999999&model=" + "m".repeat(300);
  assert.equal((await page.goto(`${world.receiver.address}/admin/?${bad}`)).status(), 200);
  const words = await page.locator("#faults").textContent();
  for (const field of ["users.sort", "users.page", "windows.view", "users.size", "model"]) {
    assert.ok(words.includes(field), `${field} is named in: ${words}`);
  }
  await context.close();
});
