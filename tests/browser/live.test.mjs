import assert from "node:assert/strict";
import { test } from "node:test";
import { signIn } from "./lib/browser.mjs";
import { startReceiver } from "./lib/receiver.mjs";
import { suite, digits } from "./lib/suite.mjs";

const world = suite();

const turn = (session, index) => {
  const now = new Date(Date.now() - 1000).toISOString();
  const models = { "claude-opus-5-5": { input_tokens: 1, output_tokens: 2, cache_read_tokens: 3, cache_write_tokens: 4, cache_write_1h_tokens: 0 } };
  return { session_id: session, turn_index: index, started_utc: now, ended_utc: now, entrypoint: "cli", outcome: "completed", models };
};
const cardTurns = async (page) => digits(await page.locator("[data-stat=turns] .val").getAttribute("title"));

test("A new report shows by itself; focus, fold, scroll and what is typed stay", async () => {
  const { page, context, trouble } = await signIn(world.browser, world.receiver);
  await page.locator("button[data-live][data-state=live], button[data-live][data-state=blink]").waitFor();
  const before = await cardTurns(page);
  await page.getByRole("button", { name: "Collapse Model breakdown" }).click();
  await page.getByLabel("E-mail", { exact: true }).fill("half.typed@exam");
  await page.locator("#users thead").getByRole("link", { name: "Turns" }).focus();
  await page.evaluate(() => (document.querySelector("#events .table-wrap").scrollTop = 200));
  const place = await page.evaluate(() => scrollY);

  await world.tokens.get("hana.sato@example.org").device.report([turn("live-1", 0)]);
  await page.waitForFunction((count) => Number(document.querySelector("[data-stat=turns] .val").title.replace(/\D/g, "")) === count, before + 1);
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Turns");
  assert.equal(await page.locator("#models table").isVisible(), false);
  assert.equal(await page.getByLabel("E-mail", { exact: true }).inputValue(), "half.typed@exam");
  assert.equal(await page.evaluate(() => document.querySelector("#events .table-wrap").scrollTop), 200);
  assert.equal(await page.evaluate(() => scrollY), place);
  assert.match(await page.locator("#events tbody tr").first().textContent(), /hana\.sato.*claude-opus-5-5/s);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Paused, the page stays as it is; following again brings what was missed", async () => {
  const { page, context } = await signIn(world.browser, world.receiver);
  const dot = page.locator("button[data-live]");
  await page.waitForFunction(() => document.querySelector("button[data-live]").textContent === "Live");
  await dot.click();
  assert.equal(await dot.textContent(), "Paused");
  const before = await cardTurns(page);
  await world.tokens.get("hana.sato@example.org").device.report([turn("live-2", 0)]);
  assert.equal(await cardTurns(page), before);
  await page.reload();
  assert.equal(await dot.textContent(), "Paused", "remembered");
  await world.tokens.get("hana.sato@example.org").device.report([turn("live-2", 1)]);
  const shown = await cardTurns(page);
  await dot.click();
  await page.waitForFunction((count) => Number(document.querySelector("[data-stat=turns] .val").title.replace(/\D/g, "")) > count, shown);
  await context.close();
});

test("When the receiver goes away, the page says that it is stale and keeps its figures", async () => {
  const receiver = await startReceiver();
  const { page, context } = await signIn(world.browser, receiver);
  await page.waitForFunction(() => document.querySelector("button[data-live]").textContent === "Live");
  await receiver.stop();
  await page.locator("button[data-live][data-state=stale]").waitFor({ timeout: 300_000 });
  assert.equal(await page.locator(".stat").count(), 7);
  await context.close();
});
