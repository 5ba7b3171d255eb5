// Times /quota in Chromium, each navigation in a fresh profile that has the bundle in its cache: from navigation until ECharts has finished
// the chart, with 4× processor throttling, and until the table's rows have been laid out and painted, without and with throttling.
// One JSON object per line.
import { openBrowser, signIn } from "../tests/browser/lib/browser.mjs";
import { insert, month } from "../tests/browser/lib/quota.mjs";
import { startReceiver } from "../tests/browser/lib/receiver.mjs";

const runs = Number(process.env.RUNS ?? 15);
const accounts = 50;

const receiver = await startReceiver();
const browser = await openBrowser();

function seed() {
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const statements = [];
  for (let account = 1; account <= accounts; account++) {
    statements.push(`INSERT INTO quota_accounts VALUES (${account}, 'account-${account}', 0, 'oauth', 'seat ${account}', 'seat${account}@example.org', ${now});`);
    for (const [place, name, length] of [[0, "five_hour", 300], [1, "seven_day", 10_080]]) {
      statements.push(`INSERT INTO quota_windows (window_id, account_id, name, used_milli, resets_at, observed_at, source) VALUES (${account * 2 - 1 + place}, ${account}, '${name}', ${((account * 37) % 100) * 1000}, ${now + ((account * 7) % length) * 60_000}, ${now - 30_000}, 'oauth');`);
    }
  }
  statements.push(month(1, 2, now));
  for (let account = 2; account <= accounts; account++) {
    statements.push(month(account * 2 - 1, account * 2, now, 1440));
  }
  insert(receiver, statements.join("\n"));
}

/** Records, on the page's own clock, when the chart was finished and when the rows were painted. */
function watch() {
  const times = (globalThis.times = {});
  new MutationObserver(() => {
    if (times.chart === undefined && document.querySelector("[data-chart=levels][data-drawn]")) {
      times.chart = performance.now();
    }
    if (times.rows === undefined && document.querySelectorAll("#accounts tbody tr").length >= 50) {
      times.rows = 0;
      requestAnimationFrame(() => {
        document.querySelector("#accounts").getBoundingClientRect();
        const done = new MessageChannel();
        done.port1.onmessage = () => (times.rows = performance.now());
        done.port2.postMessage(null);
      });
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-drawn"] });
}

async function time(path, what, throttle) {
  const { page, context } = await signIn(browser, receiver, { width: 1440 });
  await page.addInitScript(watch);
  const debug = await context.newCDPSession(page);
  await page.goto(receiver.address + path);
  await debug.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  const values = [];
  for (let run = 0; run < runs; run++) {
    await page.goto(receiver.address + path);
    values.push(await page.waitForFunction((key) => globalThis.times[key] || false, what).then((handle) => handle.jsonValue()));
  }
  const server = await page.evaluate(() => performance.getEntriesByType("navigation")[0].responseEnd);
  await context.close();
  return { values: values.sort((a, b) => a - b), server, throttle };
}

function print(name, { values, server, throttle }, target, how) {
  const value = Math.round(values[Math.floor((values.length - 1) * 0.95)]);
  console.log(JSON.stringify({ name, value, unit: "ms", baseline: target, ratio: Number((value / target).toFixed(3)), how: `${how}; 95th percentile of ${values.length} loads, median ${Math.round(values[Math.floor(values.length / 2)])} ms, of which ${Math.round(server)} ms until the page had come; ${throttle === 1 ? "processor not throttled" : `processor throttled ${throttle}x`}; the baseline is the target` }));
}

try {
  seed();
  const rows = "from navigation until the 50 rows were laid out and painted, six cards above them";
  print("quota page: chart of one account over 30 days", await time("/quota?account=1&range=30d", "chart", 4), 500, "from navigation to ECharts' finished, 43 200 readings in each of 2 windows");
  print("quota page: table of 50 accounts", await time("/quota", "rows", 1), 300, rows);
  print("quota page: table of 50 accounts, throttled", await time("/quota", "rows", 4), 300, rows);
} finally {
  await browser.close();
  await receiver.stop();
}
