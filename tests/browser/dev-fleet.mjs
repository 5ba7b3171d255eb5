// Pictures of /admin/fleet and /admin/alerts while working on them: node dev-fleet.mjs [folder]
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser, openSignedIn } from "./lib/browser.mjs";
import { enrol, fleet, login, post, startIssuer } from "./lib/fleet.mjs";
import { startReceiver, until } from "./lib/receiver.mjs";

const folder = process.argv[2] ?? join(tmpdir(), "ccflux-pictures");
mkdirSync(folder, { recursive: true });
const accounts = [["platform", [15, 4.4], [68, 9]], ["data", [62, 1.2], [41, 93]], ["mobile", [84, 2.6], [58, 123]], ["build", [3, 2], [100, 32]], ["spare", [1, 3], [2, 100]]].map(([name, five, seven], index) => (
  { id: `aaaaaaaa-0000-4000-8000-00000000000${index + 1}`, email: `${name}@example.org`, five, seven }));
const issuer = await startIssuer(accounts);
const set = fleet(issuer, { ALLOW_PRIVATE_MONITORS: "1", MONITOR_INTERVAL: "20", MONITORS: "Gone=http://127.0.0.1:9" });
const receiver = await startReceiver(set.settings);
console.log(`${receiver.address}, pictures in ${folder}`);
const browser = await openBrowser();
try {
  for (const account of accounts) {
    await post(receiver, "/import", { label: account.email.split("@")[0], credential: login(account, account.email.startsWith("data") ? 0.8 : 8), vault_only: "1" });
  }
  const prints = Object.fromEntries(receiver.sql("SELECT account_id AS id, label, fingerprint FROM fleet_accounts").map((row) => [row.label, row]));
  const machines = [];
  for (const [machine, account, ...sessions] of [["ao-mbp16", "platform", ["tool", "claude-opus-5-5"], ["idle", "claude-sonnet-5"]], ["dn-tower", "platform", ["turn", "claude-opus-5-5"]], ["kb-mbp14", "data", ["idle", "claude-sonnet-5"]], ["lf-t14", null]]) {
    const agent = await enrol(receiver, machine);
    await post(receiver, `/agents/${agent.id}/grants`, [["account", prints.platform.id], ["account", prints.data.id], ["account", prints.mobile.id]]);
    machines.push(() => agent.beat(account && prints[account].fingerprint, ...sessions));
  }
  await post(receiver, "/pin", { account: String(prints.mobile.id), place: "machine lf-t14", mode: "strict" });
  const beat = () => Promise.all(machines.map((one) => one()));
  await beat();
  const pulse = setInterval(beat, 5000);
  await until(() => receiver.sql("SELECT count(*) AS n FROM quota_windows")[0].n >= 10, "every account was polled");
  if (process.env.SETTLE) {
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.SETTLE) * 1000));
  }
  for (const [name, width, theme] of [["light", 1440, "light"], ["dark", 1440, "dark"], ["360-light", 360, "light"], ["360-dark", 360, "dark"]]) {
    const { page, context, trouble } = await openSignedIn(browser, receiver, { width, theme });
    for (const path of ["fleet", "alerts"]) {
      await page.goto(`${receiver.address}/admin/${path}`);
      await page.screenshot({ path: `${folder}/${path}-${name}.png`, fullPage: true });
    }
    console.log(name, trouble);
    await context.close();
  }
  clearInterval(pulse);
} finally {
  await browser.close();
  await receiver.stop();
  await issuer.stop();
  set.clean();
}
