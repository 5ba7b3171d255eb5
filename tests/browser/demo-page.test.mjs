// The demo that is published as a page (eng/demo-page.sh, .github/workflows/pages.yml): one self-contained file.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openBrowser, openPage } from "./lib/browser.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const file = `${root}artifacts/demo/index.html`;
let browser;

before(async () => {
  // A setting of the publisher must not get in.
  execFileSync(`${root}eng/demo-page.sh`, ["--built"], { stdio: "pipe", env: { ...process.env, BASE_URL: "https://secret.example.net", ADMIN_TOKEN: "a-token-that-is-nobodys-business", TIME_ZONE: "Asia/Tokyo" } });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  rmSync(file, { force: true });
});

test("The published demo draws its figures and asks nobody for anything", async () => {
  const { page, context, trouble } = await openPage(browser, null);
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await context.setOffline(true);
  await page.goto(pathToFileURL(file).href);
  await page.locator("#daily [data-drawn]").waitFor();

  assert.match(await page.title(), / · ccflux$/);
  assert.match(await page.textContent("header"), /demo\.example\.org.*Read-only export/s);
  const billed = await page.locator("#users tbody tr").evaluateAll((rows) => rows.map((row) => Number(row.cells[2].dataset.v)));
  assert.ok(billed.length > 10 && billed.every((figure) => figure > 0), `figures of ${billed.length} users`);
  assert.deepEqual(requests, [pathToFileURL(file).href]);
  assert.equal(await page.locator("form, input[name], a[href^='/'], a[href^='http'], link[href], script[src], img").count(), 0);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("Nothing of who made it stands in it", () => {
  const html = readFileSync(file, "utf8");
  assert.equal(statSync(file).mode & 0o777, 0o644);
  for (const trace of ["secret.example.net", "a-token-that-is-nobodys-business", root, process.env.HOME ?? root]) {
    assert.ok(!html.includes(trace), trace);
  }
  assert.match(html, /@example\.(org|com)/);
});
