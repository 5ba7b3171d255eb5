// Requests that two users have reported: found by the receiver's daily search, which also runs when it starts, and decided by an admin.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openBrowser } from "./lib/browser.mjs";
import { addUser, registerDevice } from "./lib/client.mjs";
import { check, openAt, plain } from "./lib/look.mjs";
import { adminToken, startReceiver, until } from "./lib/receiver.mjs";

const folder = mkdtempSync(join(tmpdir(), "ccflux-shared-"));
const settings = { DATABASE_PATH: join(folder, "ccflux.db") };
const browser = await openBrowser();
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

test("Requests of two users are named, count for one of them once an admin says so, and for both again", async () => {
  const ended = new Date().toISOString();
  const used = { input_tokens: 100, output_tokens: 20, cache_read_tokens: 3000, cache_write_tokens: 0, cache_write_1h_tokens: 0 };
  const turn = (session_id, turn_index) => ({ session_id, turn_index, started_utc: ended, ended_utc: ended, outcome: "completed", models: { "claude-opus-5-5": used } });
  const first = await startReceiver(settings);
  const amara = await registerDevice(first, await addUser(first, "amara@example.org"), "laptop");
  const ben = await registerDevice(first, await addUser(first, "ben@example.org"), "desktop");
  await amara.report([turn("copied", 0), turn("copied", 1)]);
  await ben.report([turn("copied", 0), turn("copied", 1), turn("his-own", 0)]);
  await first.stop();

  const receiver = await startReceiver(settings);
  const own = async (email) => {
    const answer = await fetch(`${receiver.address}/api/v1/users/${email}/models`, { headers: { Authorization: `Bearer ${adminToken}` } });
    return (await answer.json()).rows[0]?.output_tokens ?? 0;
  };
  const { page, context, trouble } = await openAt(browser, receiver, "/admin/");
  await until(async () => {
    await page.reload();
    return /has 2 requests that ben has too/.test(plain(await page.locator("#look").textContent()));
  }, "the search has found them");

  await page.goto(`${receiver.address}/admin/users/ben%40example.org`);
  for (const [theme, width] of [["light", 1440], ["dark", 1440], ["light", 360]]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    await check(page, `shared requests, ${theme}, ${width} px`, "#shared", { theme });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `nothing is wider than ${width} px`);
    if (process.env.SHOTS) {
      await page.locator("#shared").screenshot({ path: join(process.env.SHOTS, `shared-${theme}-${width}.png`) });
    }
  }

  await page.setViewportSize({ width: 1440, height: 900 });
  assert.match(plain(await page.locator("#shared tbody tr").textContent()), /amara.*2.*Both/);
  await page.getByRole("link", { name: "Count them only for amara@example.org" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Count them only for amara@example.org" }).click();
  await page.getByText("The figures change within a minute.").waitFor();
  await until(async () => (await own("ben@example.org")) === 20, "the copies have left Ben's figures");
  assert.equal(await own("amara@example.org"), 40);

  await page.reload();
  await page.getByRole("link", { name: "Count them for both again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Count them for both again" }).click();
  await until(async () => (await own("ben@example.org")) === 60, "they count again");
  assert.deepEqual(trouble, []);
  await context.close();
  await receiver.stop();
});
