import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { openPage, signIn } from "./lib/browser.mjs";
import { adminToken, viewerToken } from "./lib/receiver.mjs";
import { hostileName } from "./lib/seed.mjs";
import { suite } from "./lib/suite.mjs";

const world = suite();

async function download(path, link = "Export page") {
  const { page, context } = await signIn(world.browser, world.receiver, { path });
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: link }).click()]);
  assert.match(file.suggestedFilename(), /^ccflux-usage_(7|30)d_\d{4}-\d\d-\d\d(_hana\.sato@example\.org)?\.html$/);
  const target = join(tmpdir(), `ccflux-export-${process.pid}.html`);
  await file.saveAs(target);
  await context.close();
  return target;
}

async function openOffline(file) {
  const opened = await openPage(world.browser, null);
  const requests = [];
  opened.page.on("request", (request) => requests.push(request.url()));
  await opened.context.setOffline(true);
  await opened.page.goto(pathToFileURL(file).href);
  return { ...opened, requests };
}

test("The export draws, sorts, searches and folds with the network off, and asks for nothing", async () => {
  const file = await download("/admin/");
  const { page, context, trouble, requests } = await openOffline(file);
  await page.locator("#daily [data-drawn] canvas").waitFor();
  const drawn = await page.locator("#daily canvas").evaluate((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0));
  assert.ok(drawn, "something is on the canvas");

  const billed = () => page.locator("#users tbody tr").evaluateAll((rows) => rows.map((row) => Number(row.cells[2].dataset.v)));
  const first = await billed();
  assert.deepEqual(first, first.toSorted((a, b) => b - a));
  await page.locator("#users thead").getByRole("button", { name: "Billed" }).click();
  assert.deepEqual(await billed(), first.toSorted((a, b) => a - b));
  await page.locator("#users thead").getByRole("button", { name: "User" }).click();
  const names = await page.locator("#users tbody th").allTextContents();
  assert.deepEqual(names, names.toSorted((a, b) => a.trim().localeCompare(b.trim())));

  await page.getByLabel("Filter by e-mail, division or tier").fill("hana");
  assert.equal(await page.locator("#users tbody tr:visible").count(), 1);
  assert.match(await page.locator("#users [data-rows]").textContent(), /^1 of \d+ users$/);
  assert.equal(await page.locator("#users tfoot").isVisible(), false, "no total of other rows");
  await page.getByLabel("Filter by e-mail, division or tier").fill("");
  await page.getByRole("button", { name: "Collapse Device keys" }).click();
  assert.equal(await page.locator("#devices table").isVisible(), false);
  await page.locator("#daily").getByRole("button", { name: "Table" }).click();
  assert.equal(await page.locator("#daily table").isVisible(), true);
  await page.getByRole("button", { name: "Switch between light and dark" }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");

  assert.ok((await page.locator("#windows tbody tr").count()) > 12, "whole tables");
  assert.match(await page.textContent("main"), /Treat it like a spreadsheet export/);
  assert.match(await page.textContent("header"), /Read-only export/);
  assert.deepEqual(requests.filter((url) => !url.startsWith("file:")), []);
  assert.equal(requests.length, 1);
  assert.deepEqual(trouble, []);
  await context.close();
  rmSync(file);
});

test("The export has no form, no secret, no link to the receiver", async () => {
  const file = await download("/admin/?period=7d");
  const html = readFileSync(file, "utf8");
  const { page, context } = await openOffline(file);
  assert.equal(await page.locator("form, input[type=hidden], input[name], a[data-dialog], a[href^='/'], a[href^='http'], link[href], script[src], img").count(), 0);
  assert.equal(await page.locator("#daily tbody tr").count(), 7, "the filter is kept");
  for (const secret of [adminToken, viewerToken, ...[...world.tokens.values()].map((one) => one.token), "antiforgery\" value"]) {
    assert.ok(!html.includes(secret));
  }
  assert.match(html, /<meta http-equiv="Content-Security-Policy" content="default-src (&#x27;|'|&#39;)none/);
  assert.ok(!html.includes("<script>alert(1)"), "names are text");
  assert.ok((await page.locator("#devices").textContent()).includes(hostileName));
  await context.close();
  rmSync(file);
});

test("A person's page exports too, and a program gets the same by bearer", async () => {
  const file = await download("/admin/users/hana.sato%40example.org");
  const { page, context, trouble } = await openOffline(file);
  await page.locator("#daily [data-drawn]").waitFor();
  assert.match(await page.textContent("h1"), /hana\.sato@example\.org/);
  assert.deepEqual(trouble, []);
  await context.close();
  rmSync(file);

  const answer = await fetch(`${world.receiver.address}/admin/?export`, { headers: { Authorization: `Bearer ${adminToken}` } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-disposition"), /attachment.*ccflux-usage_30d_\d{4}-\d\d-\d\d\.html/);
  assert.match(await answer.text(), /<\/html>\s*$/);
});
