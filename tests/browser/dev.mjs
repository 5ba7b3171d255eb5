// For looking at the pages while working on them: a seeded receiver, and pictures of its pages. node dev.mjs [folder]
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser, signIn } from "./lib/browser.mjs";
import { startReceiver } from "./lib/receiver.mjs";
import { seed } from "./lib/seed.mjs";

const folder = process.argv[2] ?? join(tmpdir(), "ccflux-pictures");
mkdirSync(folder, { recursive: true });
const receiver = await startReceiver();
console.log(`${receiver.address}, pictures in ${folder}`);
await seed(receiver);
const browser = await openBrowser();
try {
  for (const [name, width, theme] of [["light", 1440, "light"], ["dark", 1440, "dark"], ["360", 360, "light"], ["wide", 1920, "light"]]) {
    const { page, trouble } = await signIn(browser, receiver, { width, theme });
    await page.screenshot({ path: `${folder}/usage-${name}.png`, fullPage: true });
    await page.goto(`${receiver.address}/admin/users/hana.sato%40example.org`);
    await page.waitForSelector("[data-drawn]");
    await page.screenshot({ path: `${folder}/user-${name}.png`, fullPage: true });
    console.log(name, trouble);
    await page.context().close();
  }
} finally {
  await browser.close();
  await receiver.stop();
}
