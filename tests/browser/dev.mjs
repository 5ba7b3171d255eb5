// For looking at the pages while working on them: a seeded receiver, and pictures of its pages. node dev.mjs [folder]
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser, signIn } from "./lib/browser.mjs";
import { startReceiver } from "./lib/receiver.mjs";
import { addPusher, at, insert, month, polled, polling, startUpstream, usage } from "./lib/quota.mjs";
import { seed } from "./lib/seed.mjs";

const folder = process.argv[2] ?? join(tmpdir(), "ccflux-pictures");
mkdirSync(folder, { recursive: true });
const upstream = await startUpstream();
upstream.answers.set("cookies", { body: usage(22, 40, 11, 8700) });
upstream.answers.set("build", { body: usage(3, 280, 100, 2000, { seven_day_opus: { utilization: 41, resets_at: at(2000).toISOString() } }) });
upstream.answers.set("signed-out", { status: 401 });
const logins = polling(upstream, ["build", "signed-out"]);
const receiver = await startReceiver(logins.settings);
console.log(`${receiver.address}, pictures in ${folder}`);
await seed(receiver);
await (await addPusher(receiver, "zoe.quota@example.org"))(["five_hour", 92, 28], ["seven_day", 74, 2000]);
await (await addPusher(receiver, "amara.quota@example.org"))(["five_hour", 64, 88], ["seven_day", 81, 5000]);
await (await addPusher(receiver, "elif.quota@example.org"))(["five_hour", 22, 40, 130], ["seven_day", 11, 8000, 130]);
await (await addPusher(receiver, "gone.quota@example.org"))(["five_hour", 55, -10, 50], ["seven_day", 34, 3000, 50]);
await polled(receiver, 3);
const windows = receiver.sql("SELECT account_id, min(window_id) AS first, max(window_id) AS last FROM quota_windows GROUP BY 1");
insert(receiver, windows.map((one) => month(one.first, one.last, Math.floor(Date.now() / 60_000) * 60_000 - 120_000)).join("\n"));
const browser = await openBrowser();
try {
  for (const [name, width, theme] of [["light", 1440, "light"], ["dark", 1440, "dark"], ["360", 360, "light"], ["wide", 1920, "light"]]) {
    const { page, trouble } = await signIn(browser, receiver, { width, theme });
    await page.screenshot({ path: `${folder}/usage-${name}.png`, fullPage: true });
    await page.goto(`${receiver.address}/admin/users/hana.sato%40example.org`);
    await page.waitForSelector("[data-drawn]");
    await page.screenshot({ path: `${folder}/user-${name}.png`, fullPage: true });
    for (const range of ["24h", "30d"]) {
      await page.goto(`${receiver.address}/quota?range=${range}`);
      for (const plot of await page.locator(".plot.levels").all()) {
        await plot.scrollIntoViewIfNeeded();
        await plot.locator("canvas").waitFor();
      }
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: `${folder}/quota-${range}-${name}.png`, fullPage: true });
    }
    console.log(name, trouble);
    await page.context().close();
  }
} finally {
  await browser.close();
  await receiver.stop();
  await upstream.stop();
  logins.clean();
}
