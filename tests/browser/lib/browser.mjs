// Chromium, with a record of everything that goes wrong on a page: script errors, policy violations, console errors, requests to other hosts.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { adminToken } from "./receiver.mjs";

// The shell renders the same pages without a desktop browser around them, in two thirds of the time.
const program = process.env.CHROMIUM ?? ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path));

export function openBrowser() {
  return chromium.launch({
    executablePath: program,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A fresh browser profile with one page, and what went wrong on it. */
export async function openPage(browser, receiver, { width = 1440, height = 900, theme = "light", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: "en-GB", timezoneId: "Europe/Berlin", acceptDownloads: true, ...options });
  const page = await context.newPage();
  // No test depends on speed: only what never happens takes this long.
  page.setDefaultTimeout(300_000);
  const trouble = [];
  page.on("pageerror", (error) => trouble.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || /Content.Security.Policy/i.test(message.text())) {
      trouble.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    if (receiver && !request.url().startsWith(receiver.address) && !/^(data|blob|about):/.test(request.url())) {
      trouble.push(`request elsewhere: ${request.url()}`);
    }
  });
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`)));
  return { context, page, trouble };
}

/** Starts a profile's session without the form: sign-in.test.mjs covers that. */
export async function beginSession(context, receiver, token = adminToken) {
  const answer = await context.request.post(`${receiver.address}/admin/login`, { form: { token }, maxRedirects: 0 });
  if (answer.status() !== 303) {
    throw new Error(`Signing in: ${answer.status()} ${await answer.text()}`);
  }
}

/** A page, signed in, once its charts are drawn: the usage page, unless another path is given. */
export async function signIn(browser, receiver, { path = "/admin/", token, ...options } = {}) {
  const opened = await openPage(browser, receiver, options);
  await beginSession(opened.context, receiver, token);
  await opened.page.goto(receiver.address + path);
  if (await opened.page.locator("[data-chart]").count() > 0) {
    await opened.page.waitForSelector("[data-drawn]");
  }
  return opened;
}
