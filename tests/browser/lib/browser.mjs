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
    // V8's last optimisation costs more than it saves in scripts that run for seconds: axe takes 2.5 s instead of 3.5 s without it.
    args: ["--js-flags=--no-turbofan", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Profiles that tests gave back, for the next test that needs none of its own. */
const idle = new WeakMap();

/**
 * A browser profile with one page, and what went wrong on it. Closing its context gives an ordinary profile back, without cookies, storage and
 * permissions: its renderer has the program of the pages ready, and a new one costs as much as loading two pages.
 */
export async function openPage(browser, receiver, { width = 1440, height = 900, theme = "light", ...options } = {}) {
  const ordinary = receiver !== null && Object.keys(options).length === 0;
  const profile = (ordinary && idle.get(browser)?.pop()) || (await newProfile(browser, options));
  const { context, page } = profile;
  profile.receiver = receiver;
  profile.trouble = [];
  profile.giveBack = ordinary;
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
  return { context, page, trouble: profile.trouble };
}

async function newProfile(browser, options) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", acceptDownloads: true, ...options });
  const page = await context.newPage();
  // No test depends on speed: only what never happens takes this long.
  page.setDefaultTimeout(300_000);
  const profile = { context, page, receiver: null, trouble: [], giveBack: false };
  const note = (text) => profile.trouble.push(text);
  page.on("pageerror", (error) => note(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || /Content.Security.Policy/i.test(message.text())) {
      note(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    if (profile.receiver && !request.url().startsWith(profile.receiver.address) && !/^(data|blob|about):/.test(request.url())) {
      note(`request elsewhere: ${request.url()}`);
    }
  });
  page.on("dialog", (dialog) => {
    note(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`)));

  // What these change stays with a page for good, so that no other test may get it.
  for (const [owner, name] of [[page.clock, "install"], [page, "addInitScript"], [page, "route"], [page, "on"], [context, "newPage"], [context, "setOffline"]]) {
    const change = owner[name].bind(owner);
    owner[name] = (...given) => {
      profile.giveBack = false;
      return change(...given);
    };
  }
  const close = context.close.bind(context);
  context.close = async () => {
    if (profile.giveBack && (await emptied(profile))) {
      idle.set(browser, [...(idle.get(browser) ?? []), profile]);
    } else {
      await close();
    }
  };
  return profile;
}

/** Leaves the page for one without a script, and removes what its test left behind; false if the receiver has gone. */
async function emptied({ context, page, receiver }) {
  const answer = await page.goto(`${receiver.address}/health`).catch(() => null);
  if (!answer?.ok()) {
    return false;
  }
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await context.clearCookies();
  await context.clearPermissions();
  return true;
}

/** Starts a profile's session without the form: sign-in.test.mjs covers that. */
async function beginSession(context, receiver, token = adminToken) {
  const answer = await context.request.post(`${receiver.address}/admin/login`, { form: { token }, maxRedirects: 0 });
  if (answer.status() !== 303) {
    throw new Error(`Signing in: ${answer.status()} ${await answer.text()}`);
  }
}

/** A page, still empty, whose profile is signed in. */
export async function openSignedIn(browser, receiver, { token, ...options } = {}) {
  const opened = await openPage(browser, receiver, options);
  await beginSession(opened.context, receiver, token);
  return opened;
}

/** A page, signed in, once its charts are drawn: the usage page, unless another path is given. */
export async function signIn(browser, receiver, { path = "/admin/", ...options } = {}) {
  const opened = await openSignedIn(browser, receiver, options);
  await opened.page.goto(receiver.address + path);
  if (await opened.page.locator("[data-chart]").count() > 0) {
    await opened.page.waitForSelector("[data-drawn]");
  }
  return opened;
}
