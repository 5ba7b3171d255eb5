// Every form of /admin/fleet, submitted as its user does and then checked in the database; the event log's filters and pages; who sees no form.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser } from "./lib/browser.mjs";
import { enrol, fleet, login, post, startIssuer } from "./lib/fleet.mjs";
import { check, openAt, plain } from "./lib/look.mjs";
import { insert } from "./lib/quota.mjs";
import { adminToken, startReceiver, until, viewerToken } from "./lib/receiver.mjs";

const accounts = ["platform", "data", "spare"].map((name, index) => ({
  id: `bbbbbbbb-0000-4000-8000-00000000000${index + 1}`,
  email: `${name}@example.org`,
  five: [10 * index, 4],
  seven: [20 + index, 90 + index],
}));
const hostile = `<img src=x onerror=alert(1)>"'&`;
let issuer;
let set;
let receiver;
let browser;

before(async () => {
  issuer = await startIssuer(accounts);
  set = fleet(issuer);
  receiver = await startReceiver(set.settings);
  browser = await openBrowser();
  for (const account of accounts.slice(0, 2)) {
    await post(receiver, "/import", { label: account.email.split("@")[0], credential: login(account), vault_only: "1" });
  }
});
after(async () => {
  await browser?.close();
  await receiver?.stop();
  await issuer?.stop();
  set?.clean();
});

const open = (options = {}) => openAt(browser, receiver, "/admin/fleet", options);
const one = (query) => receiver.sql(query)[0];
const idOf = (label) => one(`SELECT account_id AS id FROM fleet_accounts WHERE label = '${label}'`).id;
/** The confirmation form: in its dialog or, if an answer was refused, as a page. */
const dialog = (page) => page.locator("form[data-dialog-form]");
const submit = (page, name) => dialog(page).getByRole("button", { name, exact: true }).click();
async function ask(page, within, name) {
  await page.locator(within).getByRole("link", { name }).click();
  await dialog(page).waitFor();
}
/** The latest of the admin's actions: rotation and the vault write their own rows in between. */
const lastAudit = () => one("SELECT action, outcome FROM fleet_audit WHERE actor = 'admin' ORDER BY audit_id DESC LIMIT 1");
const lastEvent = () => one("SELECT kind FROM fleet_events WHERE 'admin' IN (reason, figures ->> 'by') ORDER BY event_id DESC LIMIT 1").kind;

async function finish({ context, trouble }) {
  assert.deepEqual(trouble, []);
  await context.close();
}

test("A login is imported by paste; a wrong one says why and is not put back", async () => {
  const { page, ...opened } = await open();
  const pasted = login(accounts[2]);
  await ask(page, "#accounts", "Add account");
  await page.getByLabel("Label").fill(hostile);
  await page.getByLabel("Login", { exact: true }).fill(pasted.slice(0, -9));
  await submit(page, "Import login");
  await dialog(page).getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("Label").inputValue(), hostile);
  assert.equal(await page.getByLabel("Login", { exact: true }).inputValue(), "");
  await page.getByLabel("Login", { exact: true }).fill(pasted);
  await page.getByLabel("This login was made for the vault alone").check();
  await submit(page, "Import login");
  await page.locator("#accounts th", { hasText: hostile }).waitFor();

  const html = await page.content();
  assert.ok(!html.includes(`-of-${accounts[2].id}`), "no token on the page");
  const row = one(`SELECT label, holder, email, hex(credential) AS sealed FROM fleet_accounts WHERE account_uuid = '${accounts[2].id}'`);
  assert.deepEqual([row.label, row.holder, row.email], [hostile, "vault", "spare@example.org"]);
  assert.ok(!Buffer.from(row.sealed, "hex").toString("latin1").includes("sk-ant-"), "it is encrypted");
  assert.deepEqual(lastAudit(), { action: "import", outcome: "ok" });
  opened.trouble.splice(0, opened.trouble.length, ...opened.trouble.filter((line) => !/status of 422/.test(line)));
  await finish(opened);
});

test("An account is edited: label, e-mail, plan, next charge and ceilings, and a wrong value is named", async () => {
  const { page, ...opened } = await open();
  await page.locator("#accounts tr", { hasText: hostile }).getByRole("link", { name: /^Edit/ }).click();
  for (const [label, value] of [["Label", "platform"], ["E-mail", "s@example.org"], ["Plan", "max 20x"], ["Next charge", "2026-12-18"], ["5-hour ceiling in percent", "55"], ["7-day ceiling in percent", "90"]]) {
    await dialog(page).getByLabel(label).fill(value);
  }
  await submit(page, "Save account");
  await dialog(page).getByText("label: another account has this name.").waitFor();
  assert.equal(await dialog(page).getByLabel("Plan").inputValue(), "max 20x");
  await dialog(page).getByLabel("Label").fill("spare");
  await submit(page, "Save account");
  await page.locator("#accounts tr[data-account=spare]", { hasText: "18 Dec" }).waitFor();
  const stored = () => one(`SELECT label, email, plan, next_charge, five_hour_ceiling AS five, seven_day_ceiling AS seven FROM fleet_accounts WHERE account_uuid = '${accounts[2].id}'`);
  assert.deepEqual(stored(), { label: "spare", email: "s@example.org", plan: "max 20x", next_charge: "2026-12-18", five: 55, seven: 90 });
  assert.deepEqual(lastAudit(), { action: "edit", outcome: "ok" });

  await ask(page, "#accounts", "Edit spare");
  for (const label of ["Next charge", "5-hour ceiling in percent", "7-day ceiling in percent"]) {
    await dialog(page).getByLabel(label).fill("");
  }
  await submit(page, "Save account");
  await page.locator("#accounts tr[data-account=spare]", { hasText: "18 Dec" }).waitFor({ state: "detached" });
  assert.deepEqual(stored(), { label: "spare", email: "s@example.org", plan: "max 20x", next_charge: null, five: null, seven: null });
  opened.trouble.splice(0, opened.trouble.length, ...opened.trouble.filter((line) => !/status of 422/.test(line)));
  await finish(opened);
});

test("An account is kept, then removed", async () => {
  const { page, ...opened } = await open();
  await ask(page, "#accounts", "Remove spare");
  await dialog(page).getByText("Cancel", { exact: true }).click();
  await dialog(page).waitFor({ state: "hidden" });
  assert.equal(one("SELECT count(*) AS n FROM fleet_accounts").n, 3);
  await ask(page, "#accounts", "Remove spare");
  await submit(page, "Remove account");
  await page.locator("#accounts tr[data-account=spare]").waitFor({ state: "detached" });
  assert.equal(one("SELECT count(*) AS n FROM fleet_accounts").n, 2);
  assert.deepEqual(lastAudit(), { action: "remove", outcome: "ok" });
  await finish(opened);
});

test("A machine is enrolled by the code of the page, which is shown once", async () => {
  const { page, ...opened } = await open();
  await ask(page, "#agents", "Enrol a machine");
  await dialog(page).getByRole("textbox", { name: "Machine" }).fill("dn-tower");
  await submit(page, "Create code");
  const code = await page.locator("#code").textContent();
  assert.match(code, /^fcode_[0-9a-f]{32}$/);
  await check(page, "the code");
  assert.equal(one("SELECT count(*) AS n FROM fleet_codes WHERE machine = 'dn-tower' AND used_at IS NULL").n, 1);
  const agent = await enrol(receiver, "dn-tower", code);
  await page.getByRole("link", { name: "Done" }).click();
  await page.locator("#agents tr[data-agent=dn-tower]", { hasText: "Not seen yet" }).waitFor();
  assert.ok(!(await page.content()).includes(code));
  await agent.beat(null);
  await page.locator("#agents tr[data-agent=dn-tower]", { hasText: "Online" }).waitFor({ timeout: 300_000 });
  await finish(opened);
});

test("Accounts are granted to an agent and withdrawn", async () => {
  const agent = await enrol(receiver, "kb-mbp14");
  const { page, ...opened } = await open();
  const granted = () => receiver.sql(`SELECT a.label FROM fleet_grants g JOIN fleet_accounts a USING (account_id) WHERE g.agent_id = '${agent.id}' ORDER BY 1`).map((row) => row.label);
  await ask(page, "#agents", "Accounts of kb-mbp14");
  await dialog(page).getByLabel("data", { exact: true }).check();
  await dialog(page).getByLabel("platform", { exact: true }).check();
  await submit(page, "Save accounts");
  await page.locator("#agents tr[data-agent=kb-mbp14]", { hasText: "data, platform" }).waitFor();
  assert.deepEqual(granted(), ["data", "platform"]);
  await ask(page, "#agents", "Accounts of kb-mbp14");
  assert.equal(await dialog(page).getByLabel("data", { exact: true }).isChecked(), true);
  await dialog(page).getByLabel("data", { exact: true }).uncheck();
  await submit(page, "Save accounts");
  await page.locator("#agents tr[data-agent=kb-mbp14]", { hasText: "data" }).waitFor({ state: "detached" });
  assert.deepEqual(granted(), ["platform"]);
  assert.deepEqual(lastAudit(), { action: "grant", outcome: "withdrawn" });
  await finish(opened);
});

test("A config dir without a session is switched at once, by a command that its agent gets", async () => {
  const agent = await enrol(receiver, "lf-t14");
  await post(receiver, `/agents/${agent.id}/grants`, { account: String(idOf("data")) });
  await agent.beat(null);
  const { page, ...opened } = await open();
  await ask(page, "#agents", "Switch lf-t14");
  assert.deepEqual(await dialog(page).getByLabel("Account", { exact: true }).locator("option").allTextContents(), ["data"], "only what it may use");
  await submit(page, "Switch account");
  await page.getByText("Login on its way").waitFor();
  await page.locator("#agents tr[data-agent=lf-t14]", { hasText: "data on its way" }).waitFor();
  assert.deepEqual(one(`SELECT state, whole, issued_by FROM fleet_commands WHERE agent_id = '${agent.id}'`), { state: "issued", whole: 1, issued_by: "admin" });
  assert.equal((await agent.beat(null)).commands.length, 1);
  await finish(opened);
});

test("A config dir with a session is switched when asked for, and released again", async () => {
  const agent = await enrol(receiver, "ao-mbp16");
  await post(receiver, `/agents/${agent.id}/grants`, { account: String(idOf("platform")) });
  await agent.beat(null, ["tool", "claude-opus-5-5"]);
  const { page, ...opened } = await open();
  const asked = () => one(`SELECT count(*) AS n FROM fleet_settings WHERE name = 'rotation.requested.${agent.id}'`).n;
  await ask(page, "#agents", "Switch ao-mbp16");
  await submit(page, "Switch account");
  await page.getByText("Switch requested").first().waitFor();
  assert.equal(asked(), 1);
  assert.equal(lastEvent(), "switch_requested");
  await page.locator("#agents tr[data-agent=ao-mbp16]", { hasText: "platform requested" }).waitFor();
  await ask(page, "#agents", "Release ao-mbp16");
  await check(page, "release", "dialog");
  await submit(page, "Release");
  await page.getByText("Released").first().waitFor();
  assert.equal(asked(), 0);
  await page.locator("#agents").getByRole("link", { name: "Release ao-mbp16" }).waitFor({ state: "detached" });
  await finish(opened);
});

test("An agent is revoked and refused from then on", async () => {
  const agent = await enrol(receiver, "old-box");
  await agent.beat(null);
  const { page, ...opened } = await open();
  await ask(page, "#agents", "Revoke old-box");
  await submit(page, "Revoke agent");
  await page.locator("#agents tr[data-agent=old-box]", { hasText: "Revoked" }).waitFor();
  assert.deepEqual(await page.locator("#agents tr[data-agent=old-box] a").allTextContents(), ["Enrol again"]);
  assert.ok(one(`SELECT revoked_at AS at FROM fleet_agents WHERE agent_id = '${agent.id}'`).at > 0);
  await assert.rejects(agent.beat(null), /403/);
  await finish(opened);
});

test("Accounts are pinned for the fleet, a machine and a config dir, soft and strict, and unpinned", async () => {
  const { page, ...opened } = await open();
  const pin = async (account, place, mode) => {
    await ask(page, "#pins", "Pin an account");
    await dialog(page).getByLabel("Account", { exact: true }).selectOption(account);
    await dialog(page).getByLabel("For", { exact: true }).selectOption({ label: place });
    await dialog(page).getByLabel("Mode").selectOption(mode);
    await submit(page, "Pin account");
    await page.getByText("Account pinned").first().waitFor();
    await page.goto(`${receiver.address}/admin/fleet`);
  };
  const options = await (async () => {
    await ask(page, "#pins", "Pin an account");
    const all = await dialog(page).getByLabel("For", { exact: true }).locator("option").allTextContents();
    await dialog(page).getByText("Cancel", { exact: true }).click();
    return all;
  })();
  const configDir = options.find((option) => /^config dir .* on ao-mbp16$/.test(option));
  await pin("platform", "the whole fleet", "soft");
  await pin("data", "every config dir on ao-mbp16", "strict");
  await pin("platform", configDir, "strict");
  await pin("data", configDir, "soft");
  const pins = () => receiver.sql("SELECT p.scope, a.label, p.mode FROM fleet_pins p JOIN fleet_accounts a USING (account_id) ORDER BY 1").map((row) => Object.values(row).join(" "));
  assert.deepEqual(pins(), ["config_dir data soft", "fleet platform soft", "machine data strict"], "the second pin of a place replaces the first");
  assert.deepEqual((await page.locator("#pins tbody th").allTextContents()).map(plain), ["one config dir on ao-mbp16", "the whole fleet", "every config dir on ao-mbp16"]);
  assert.equal(lastEvent(), "pinned");
  for (const where of ["one config dir on ao-mbp16", "the whole fleet", "every config dir on ao-mbp16"]) {
    await ask(page, "#pins", new RegExp(`for ${where}$`));
    await submit(page, "Unpin account");
    await page.locator("#pins tbody tr", { hasText: where }).waitFor({ state: "detached" });
  }
  assert.deepEqual(pins(), []);
  assert.equal(lastEvent(), "unpinned");
  await finish(opened);
});

test("Rotation is paused and resumed, and another window of the page follows", async () => {
  const other = await open();
  const { page, ...opened } = await open();
  await page.getByRole("link", { name: "Pause rotation" }).click();
  await submit(page, "Pause rotation");
  await page.locator("#now", { hasText: "Paused" }).waitFor();
  await other.page.locator("#now", { hasText: "Paused" }).waitFor();
  assert.equal(one("SELECT count(*) AS n FROM fleet_settings WHERE name = 'rotation.paused'").n, 1);
  assert.equal(lastEvent(), "rotation_paused");
  await page.getByRole("link", { name: "Resume rotation" }).click();
  await submit(page, "Resume rotation");
  await other.page.locator("#pins", { hasText: "Rotation is paused" }).waitFor({ state: "detached" });
  assert.equal(one("SELECT count(*) AS n FROM fleet_settings WHERE name = 'rotation.paused'").n, 0);
  assert.equal(lastEvent(), "rotation_resumed");
  await finish(other);
  await finish(opened);
});

test("Polling now says when, where the issuer's limits allow it no sooner", async () => {
  const { page, ...opened } = await open();
  await until(() => one("SELECT count(*) AS n FROM quota_polls WHERE last_success_at IS NOT NULL").n >= 2, "both accounts were polled");
  await page.reload();
  await page.getByRole("button", { name: "Poll now" }).click();
  await page.getByText(/^(Polling now|Next poll in)/).first().waitFor();
  await finish(opened);
});

test("The event log is filtered by kind and paged, in the address", async () => {
  const now = Date.now();
  insert(
    receiver,
    Array.from({ length: 120 }, (_, index) => `INSERT INTO fleet_audit (at, actor, action, outcome) VALUES (${now - index}, 'agent', 'authenticate', 'signature-invalid');`).join("\n"),
  );
  const { page, ...opened } = await open();
  const titles = () => page.locator("#log li > div").evaluateAll((all) => all.map((item) => item.firstChild.textContent.trim()));
  const show = async (kind, word, sample) => {
    await page.locator("#log .seg").getByRole("link", { name: kind }).click();
    await page.waitForURL(new RegExp(`log=${word}`));
    await page.locator("#log .seg [aria-current=true]", { hasText: kind }).waitFor();
    await page.locator("#log ul", { hasText: sample }).waitFor();
    return [...new Set(await titles())].sort();
  };
  assert.deepEqual(await show("Refused", "refused", "Agent request"), ["Agent request"]);
  assert.equal((await titles()).length, 50);
  await page.getByRole("link", { name: "Older events" }).click();
  await page.waitForURL(/log\.page=2/);
  await page.locator("#log", { hasText: "Page 2" }).waitFor();
  await page.getByRole("link", { name: "Older events" }).click();
  await page.locator("#log", { hasText: "Page 3" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Older events" }).count(), 0);
  assert.equal((await titles()).length, one("SELECT (SELECT count(*) FROM fleet_audit WHERE outcome NOT IN ('ok', 'withdrawn')) + (SELECT count(*) FROM fleet_refusals) AS n").n - 100);
  await page.getByRole("link", { name: "Newer events" }).click();
  await page.locator("#log", { hasText: "Page 2" }).waitFor();
  assert.deepEqual((await show("Tokens", "tokens", "Login imported")).filter((title) => !/^(Login|Account|Keys)/.test(title)), []);
  assert.ok((await show("Switches", "switches", "Rotation paused")).includes("Rotation paused"));
  assert.deepEqual(await show("Agents", "agents", "Agent request"), ["Agent request"], "the newest 50 of what agents did");
  await finish(opened);
});

test("The viewer sees every panel and no form; without FLEET=1 there is no page, no API and no entry", async () => {
  const { page, ...opened } = await open({ token: viewerToken });
  assert.equal(await page.locator("section.panel").count(), 12);
  assert.equal(await page.locator("a[data-dialog], form[action^='/admin/fleet']").count(), 0);
  for (const path of ["/import", "/enrol", "/pin", "/pause", `/accounts/${idOf("data")}/edit`]) {
    assert.equal((await page.request.get(`${receiver.address}/admin/fleet${path}`)).status(), 403, path);
  }
  await finish(opened);

  const plainReceiver = await startReceiver();
  try {
    const off = await openAt(browser, plainReceiver, "/admin/alerts");
    assert.equal(await off.page.locator(".nav a", { hasText: "Fleet" }).count(), 0);
    for (const path of ["/admin/fleet", "/admin/fleet/import", "/api/v1/fleet/accounts", "/api/status"]) {
      const answer = await fetch(plainReceiver.address + path, { headers: { Authorization: `Bearer ${adminToken}` } });
      assert.equal(answer.status, 404, path);
    }
    await finish(off);
  } finally {
    await plainReceiver.stop();
  }
});

for (const theme of ["light", "dark"]) {
  test(`No violation in ${theme} with any dialog open, and none is wider than a phone`, async () => {
    const agent = receiver.sql("SELECT agent_id AS id FROM fleet_agents WHERE machine = 'ao-mbp16'")[0];
    await post(receiver, "/pin", { account: String(idOf("data")), place: "fleet ", mode: "soft" });
    const { page, ...opened } = await open({ theme, width: theme === "dark" ? 360 : 1440 });
    for (const [within, name] of [
      ["#accounts", /^Add/], ["#accounts", "Edit data"], ["#accounts", "Remove data"], ["#agents", /^Enrol( a machine)?$/], ["#agents", "Enrol again: ao-mbp16"], ["#agents", "Accounts of ao-mbp16"], ["#agents", "Switch ao-mbp16"],
      ["#agents", "Revoke ao-mbp16"], ["#pins", "Pin an account"], ["#pins", "Unpin data for the whole fleet"], ["#pins", "Pause rotation"],
    ]) {
      await ask(page, within, name);
      await check(page, `${within} ${name}`, "dialog");
      const { x, width } = await dialog(page).boundingBox();
      assert.ok(x >= 0 && x + width <= (theme === "dark" ? 360 : 1440), `${name} fits`);
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "hidden" });
    }
    await page.goto(`${receiver.address}/admin/fleet/agents/${agent.id}/switch`);
    await check(page, "a form as a page");
    await finish(opened);
  });
}
