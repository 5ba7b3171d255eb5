// A user and a device named like an attack, and a formula: plain text everywhere, inert in CSV.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openSignedIn, signIn } from "./lib/browser.mjs";
import { adminToken } from "./lib/receiver.mjs";
import { formulaEmail, hostileEmail, hostileName } from "./lib/seed.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();
const bearer = { Authorization: `Bearer ${adminToken}` };

test("Hostile names are text on every page, in every dialog and message", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver, { path: "/admin/?seats.size=100&devices.size=100" });
  for (const panel of ["users", "devices", "seats", "audit"]) {
    assert.ok((await page.locator(`#${panel}`).textContent()).includes(hostileName), panel);
  }
  assert.equal(await page.locator("main script:not([type='application/json'])").count(), 0);
  assert.equal(await page.locator("main b", { hasText: "R&D" }).count(), 0, "a division's markup is text");
  assert.ok((await page.locator("#divisions").textContent()).includes("<b>R&D</b>"));
  assert.ok((await page.locator("select[name=division]").textContent()).includes("<b>R&D</b>"));

  // The name's own link leads to its page, including the slash.
  await page.locator("#users tbody a.mail", { hasText: "alert(1)" }).click();
  await page.getByRole("heading", { level: 1, name: hostileEmail }).waitFor();
  await page.getByRole("link", { name: "Edit division" }).click();
  await page.getByRole("dialog").getByLabel("Division", { exact: true }).fill(`"><img src=x onerror=alert(2)>`);
  await page.getByRole("dialog").getByRole("button", { name: "Save division" }).click();
  await page.getByText(`Division changed: ${hostileEmail}`).waitFor();
  assert.equal(await page.locator("img").count(), 0);

  await page.getByRole("link", { name: `Revoke device ${hostileName} of ${hostileEmail}` }).click();
  await page.getByRole("heading", { name: `Revoke ${hostileName}?` }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke device" }).click();
  await page.getByText("Device revoked: ").waitFor();

  await page.goto(`${world.receiver.address}/admin/?users.q=${encodeURIComponent(hostileName)}&user=${encodeURIComponent(hostileEmail)}&model=${encodeURIComponent(hostileName)}`);
  await page.locator("#users").waitFor();
  await page.goto(`${world.receiver.address}/admin/users/${encodeURIComponent(hostileEmail)}/reissue`);
  await page.getByRole("button", { name: "Reissue token" }).click();
  await page.getByRole("heading", { name: `Token for ${hostileEmail}` }).waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Formulas are inert in CSV, and every CSV link of the page answers", async () => {
  const { page, context } = await openSignedIn(world.browser, world.receiver);
  let formulas = 0;
  for (const [path, least] of [["/admin/", 10], ["/admin/users/hana.sato%40example.org", 0]]) {
    await page.goto(world.receiver.address + path);
    const links = await page.locator("a[download][href*=csv]").evaluateAll((list) => list.map((one) => one.href));
    assert.ok(links.length >= least, `${links.length} links`);
    for (const link of links) {
      const answer = await fetch(link, { headers: bearer });
      assert.equal(answer.status, 200, link);
      assert.match(answer.headers.get("content-type"), /text\/csv/, link);
      const text = await answer.text();
      assert.doesNotMatch(text, /(^|,)"?[=+@-][^,\d]/m, link);
      formulas += text.includes("'=1+1") ? 1 : 0;
      assert.ok(!text.includes(`,${formulaEmail}`));
    }
  }
  assert.ok(formulas >= 3, "the formula was there, quoted");
  await context.close();
});
