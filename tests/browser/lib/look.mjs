// Looking at a page: signed in directly, without the usage page, whose charts the test would wait for; and what axe reports about it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beginSession, openPage } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function openAt(browser, receiver, path, { token, ...options } = {}) {
  const opened = await openPage(browser, receiver, options);
  await beginSession(opened.context, receiver, token);
  await opened.page.goto(receiver.address + path);
  return opened;
}

export async function check(page, what, within = "html") {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((root) => globalThis.axe.run(root, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }), within);
  assert.deepEqual(violations.map((one) => `${what}: ${one.id}: ${one.help}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" | ")}`), []);
}

/** White space as a reader sees it. */
export const plain = (text) => text.replace(/\s+/g, " ").trim();
