import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, openSignedIn, signIn } from "./lib/browser.mjs";
import { adminToken } from "./lib/receiver.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();
const live = (email) => world.receiver.sql(`SELECT count(*) AS n FROM refresh_tokens WHERE email = '${email}' AND revoked = 0`)[0].n;
const row = (page, panel, name) => page.locator(`#${panel} tbody tr`).filter({ hasText: name });
const exchange = async (token) => (await fetch(`${world.receiver.address}/token`, { method: "POST", headers: { Authorization: `Bearer ${token}` } })).status;

const open = (path = "/admin/?seats.size=100&devices.size=100") => signIn(world.browser, world.receiver, { path });

test("Adding a user shows the token once, and the token works", async () => {
  const { page, context, trouble } = await open();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByLabel("E-mail", { exact: true }).fill("New.Person@Example.org");
  await page.getByLabel("Division optional").fill("Legal");
  await page.getByLabel("Days valid").fill("90");
  await page.getByRole("button", { name: "Add user" }).click();
  await page.getByRole("heading", { name: "Token for new.person@example.org" }).waitFor();
  const token = (await page.locator("#token").textContent()).trim();
  assert.equal((await page.locator("#endpoint").textContent()).trim(), world.receiver.address);
  assert.equal(JSON.parse(await page.locator("#config").textContent()).token, token);
  assert.match(await page.locator("#install").textContent(), /ccflux install --endpoint http/);
  await page.getByRole("button", { name: "Copy token" }).click();
  await page.getByText("Token copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
  assert.equal(await exchange(token), 200);

  await page.getByRole("link", { name: "Done" }).click();
  await page.waitForURL(/\/admin\//);
  assert.ok(!(await page.content()).includes(token), "the token is nowhere any more");
  assert.equal(world.receiver.sql(`SELECT count(*) AS n FROM refresh_tokens WHERE token = '${token}'`)[0].n, 0, "nor in the database in plain text");
  assert.deepEqual(trouble, []);
  await context.close();
});

test("A second token for an address is refused, with an offer to reissue; what is wrong is said at its field", async () => {
  const { page, context } = await openSignedIn(world.browser, world.receiver);
  const add = async (email, days) => {
    await page.goto(`${world.receiver.address}/admin/`);
    await page.getByLabel("E-mail", { exact: true }).fill(email);
    // Bypasses the browser's own check, as a program would.
    await page.locator("#add-user").evaluate((form, value) => {
      form.noValidate = true;
      form.elements.days.value = value;
    }, days);
    await page.getByRole("button", { name: "Add user" }).click();
    await page.getByRole("heading", { name: "Add user" }).waitFor();
  };
  await add("hana.sato@example.org", "365");
  assert.match(await page.locator("#add-email-note").textContent(), /already has a live token/);
  await page.getByRole("link", { name: "Reissue the token instead" }).click();
  await page.getByRole("heading", { name: /Reissue the token of hana/ }).waitFor();

  await add("not an address", "365");
  assert.equal(await page.getByLabel("E-mail", { exact: true }).getAttribute("aria-invalid"), "true");
  await add("someone@example.org", "4000");
  assert.match(await page.locator("#add-days-note").textContent(), /3650/);
  assert.equal(live("someone@example.org"), 0);
  await context.close();
});

test("Revoking a user asks first; Cancel and Escape change nothing; the token then fails", async () => {
  const { page, context, trouble } = await open();
  const email = "noor.rahman@example.org";
  const button = row(page, "seats", "noor.rahman").getByRole("link", { name: `Revoke the token of ${email}` });
  await button.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("link", { name: "Cancel" }).click();
  assert.equal(await dialog.count(), 0);
  await button.click();
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await dialog.count(), 0);
  assert.equal(live(email), 1);

  await button.click();
  await dialog.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText(`User revoked: ${email}`).waitFor();
  assert.match(page.url(), /seats\.size=100/, "back where it began");
  assert.match(await row(page, "seats", "noor.rahman").textContent(), /Revoked/);
  assert.equal(live(email), 0);
  assert.equal(await exchange(world.tokens.get(email).token), 401);
  assert.match(await page.locator("#audit li").first().textContent(), /User revoked.*noor\.rahman/);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Reissuing replaces the token at once and keeps the history", async () => {
  const { page, context } = await open();
  const email = "lena.fischer@example.org";
  const turns = world.receiver.sql("SELECT count(*) AS n FROM turns")[0].n;
  await row(page, "seats", "lena.fischer").getByRole("link", { name: /Reissue/ }).click();
  await page.getByRole("dialog").getByLabel("Days valid").fill("30");
  await page.getByRole("dialog").getByRole("button", { name: "Reissue token" }).click();
  await page.getByRole("heading", { name: `Token for ${email}` }).waitFor();
  const fresh = (await page.locator("#token").textContent()).trim();
  assert.match(await page.textContent("main"), /expires 30 days after its last use/);
  assert.equal(await exchange(world.tokens.get(email).token), 401);
  assert.equal(await exchange(fresh), 200);
  assert.equal(live(email), 1);
  assert.equal(world.receiver.sql("SELECT count(*) AS n FROM turns")[0].n, turns);
  await context.close();
});

test("A division is edited from the table, and its totals follow", async () => {
  const { page, context } = await open();
  await row(page, "seats", "george.whitlock").getByRole("link", { name: /edit division/ }).click();
  const field = page.getByRole("dialog").getByLabel("Division", { exact: true });
  assert.equal(await field.inputValue(), "");
  await field.fill("Finance");
  await page.getByRole("dialog").getByRole("button", { name: "Save division" }).click();
  await page.getByText("Division changed: george.whitlock@example.org").waitFor();
  assert.match(await row(page, "seats", "george.whitlock").textContent(), /Finance/);
  assert.match(await page.locator("#divisions").textContent(), /Finance/);
  await context.close();
});

test("A revoked device is refused while its user's token lives on", async () => {
  const { page, context } = await open();
  await row(page, "devices", "kb-mbp14").getByRole("link", { name: /Revoke device/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke device" }).click();
  await page.getByText("Device revoked: ").waitFor();
  assert.match(await row(page, "devices", "kb-mbp14").textContent(), /Revoked/);
  const karim = world.tokens.get("karim.benali@example.org");
  const now = new Date().toISOString();
  const turn = { session_id: "after-the-revoke", turn_index: 0, started_utc: now, ended_utc: now, outcome: "completed", models: {} };
  await assert.rejects(karim.device.report([turn]), /403|key-revoked/);
  assert.equal(await exchange(karim.token), 200);
  await context.close();
});

test("Without script the same changes are pages of their own", async () => {
  const { page, context } = await openPage(world.browser, world.receiver, { javaScriptEnabled: false });
  await page.goto(`${world.receiver.address}/admin/?seats.size=100`);
  await page.getByLabel("Admin or viewer token").fill(adminToken);
  await page.getByRole("button", { name: "Sign in" }).click();
  assert.equal(await page.locator("#daily .view-table").isVisible(), true, "the chart's table is there");
  assert.equal(await page.locator(".fold:visible, [data-theme-switch]:visible, [data-view-as]:visible").count(), 0, "no control that would do nothing");
  await row(page, "seats", "petra.kowalski").getByRole("link", { name: /Revoke/ }).click();
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText("User revoked: petra.kowalski@example.org").waitFor();
  await page.getByRole("button", { name: "Apply" }).waitFor();
  await page.locator("select[name=division]").selectOption("Data");
  await page.getByRole("button", { name: "Apply" }).click();
  assert.match(page.url(), /division=Data/);
  await page.locator("#users thead a", { hasText: "Turns" }).click();
  assert.equal(await page.locator("#users th[aria-sort]").getAttribute("aria-sort"), "descending");
  await context.close();
});

test("A change from elsewhere, without the session's antiforgery token, is refused", async () => {
  const { page, context } = await open();
  const status = await page.evaluate(async () => {
    const answer = await fetch("/admin/users", { method: "POST", body: new URLSearchParams({ email: "forged@example.org", days: "365" }) });
    return answer.status;
  });
  assert.equal(status, 400);
  assert.equal(live("forged@example.org"), 0);
  await context.close();
});

test("What is no form, names nobody or holds nonsense gets its answer, never an error of ours", async () => {
  const form = "application/x-www-form-urlencoded";
  for (const [path, type, body, expected] of [
    ["/admin/users", "application/json", "{}", 422],
    ["/admin/users", form, "email=%00&days=365", 400],
    ["/admin/users", form, "email=a%40b.c&days=99999999999", 422],
    ["/admin/users/nobody%40example.org/revoke", form, "", 409],
    ["/admin/users/nobody%40example.org/reissue", form, "days=x", 422],
    ["/admin/users/hana.sato%40example.org/division", form, `division=${"d".repeat(129)}`, 422],
    ["/admin/users/nobody%40example.org/division", form, "division=x", 404],
    ["/admin/devices/99999999/revoke", "text/plain", "", 404],
    ["/admin/devices/99999999999999999999/approve", form, "", 404],
  ]) {
    const answer = await fetch(world.receiver.address + path, { method: "POST", redirect: "manual", headers: { Authorization: `Bearer ${adminToken}`, Accept: "text/html", "Content-Type": type }, body });
    assert.equal(answer.status, expected, `${path} ${body.slice(0, 40)}`);
    assert.doesNotMatch(await answer.text(), /Exception|   at /);
  }
  assert.doesNotMatch(world.receiver.output(), /Exception/);
});
