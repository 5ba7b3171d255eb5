// Looking at a page: signed in directly, without the usage page, whose charts the test would wait for; and what axe reports about it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openSignedIn } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function openAt(browser, receiver, path, options) {
  const opened = await openSignedIn(browser, receiver, options);
  await opened.page.goto(receiver.address + path);
  return opened;
}

/**
 * What breaks a rule of WCAG 2.2 A or AA. In the dark theme only the rules about colours: the same page is checked with all of them in the light theme at
 * the same width, markup and layout are the same in both, and the other rules read nothing else. A check that names no theme uses all rules.
 */
export async function violations(page, within = "html", { theme = "light", every = false } = {}) {
  // Through the debugger, since the pages' own policy allows no other script.
  if (await page.evaluate(() => globalThis.axe === undefined)) {
    await page.evaluate(axe);
  }
  const rules = every ? {} : { runOnly: theme === "dark" ? ["color-contrast", "link-in-text-block"] : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
  const found = await page.evaluate(([root, only]) => globalThis.axe.run(root, { resultTypes: ["violations"], ...only }), [within, rules]);
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

export async function check(page, what, within, options) {
  assert.deepEqual((await violations(page, within, options)).map((one) => `${what}: ${one}`), []);
}

/** White space as a reader sees it. */
export const plain = (text) => text.replace(/\s+/g, " ").trim();
