import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openBrowser, signIn } from "./lib/browser.mjs";
import { addUser, registerDevice } from "./lib/client.mjs";
import { startReceiver } from "./lib/receiver.mjs";

const receiver = await startReceiver({ DEVICE_APPROVAL: "1" });
const browser = await openBrowser();
after(async () => {
  await browser.close();
  await receiver.stop();
});

test("With DEVICE_APPROVAL a device waits for the admin, and its reports count once approved", async () => {
  const device = await registerDevice(receiver, await addUser(receiver, "new@example.org"), "fresh-laptop");
  const now = new Date().toISOString();
  const turn = { session_id: "s", turn_index: 0, started_utc: now, ended_utc: now, outcome: "completed", models: {} };
  await assert.rejects(device.report([turn]));

  const { page, context, trouble } = await signIn(browser, receiver);
  assert.match(await page.locator("#look").textContent(), /fresh-laptop of new is waiting for approval/);
  assert.match(await page.locator("#devices").textContent(), /Waiting/);
  assert.equal(await page.getByText("No reports yet").isVisible(), true, "an empty receiver says what to do first");
  await page.getByRole("link", { name: "Approve device fresh-laptop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve device" }).click();
  await page.getByText("Device approved: ").waitFor();
  await device.report([turn]);
  assert.equal(receiver.sql("SELECT count(*) AS n FROM turns")[0].n, 1);
  assert.deepEqual(trouble, []);
  await context.close();
});
