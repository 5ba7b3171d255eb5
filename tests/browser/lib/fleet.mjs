// A fleet over the real wire: an issuer that knows some accounts, logins pasted into the vault, machines with agents of their own.
import { generateKeyPairSync, createECDH, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adminToken } from "./receiver.mjs";

const hours = 3_600_000;
const asAdmin = { Authorization: `Bearer ${adminToken}`, Accept: "text/html" };

/** The issuer: whose a token is, how full that account is, and new tokens for old ones. Accounts are {id, email, five, seven}: [percent, hours to the reset]. */
export async function startIssuer(accounts) {
  const byToken = new Map(accounts.map((account) => [`sk-ant-oat01-of-${account.id}`, account]));
  const window = ([percent, left]) => ({ utilization: percent, resets_at: new Date(Date.now() + left * hours).toISOString() });
  const server = createServer((request, response) => {
    const account = byToken.get((request.headers.authorization ?? "").replace("Bearer ", ""));
    const answer = (status, body) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (!account) {
      answer(401, { type: "error", error: { type: "authentication_error" } });
    } else if (request.url.startsWith("/api/oauth/profile")) {
      answer(200, { account: { uuid: account.id, email: account.email }, organization: { uuid: `org-${account.id}` } });
    } else if (request.url.startsWith("/api/oauth/usage")) {
      answer(200, { ...(account.five ? { five_hour: window(account.five) } : {}), ...(account.seven ? { seven_day: window(account.seven) } : {}) });
    } else {
      answer(404, {});
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** Settings of a receiver with a vault that knows that issuer and nobody else. */
export function fleet(issuer, more = {}) {
  const keys = mkdtempSync(join(tmpdir(), "ccflux-keys-"));
  return {
    clean: () => rmSync(keys, { recursive: true, force: true }),
    settings: {
      FLEET: "1",
      VAULT_KEY_PATH: keys,
      ANTHROPIC_API_URL: issuer.address,
      ANTHROPIC_TOKEN_URL: issuer.address,
      ALLOW_TEST_UPSTREAMS: "1",
      TAILSCALE_SOCKET: "/nonexistent/tailscaled.sock",
      ...more,
    },
  };
}

export const login = (account, lifetime = 8) =>
  JSON.stringify({
    claudeAiOauth: {
      accessToken: `sk-ant-oat01-of-${account.id}`,
      refreshToken: `sk-ant-ort01-of-${account.id}`,
      expiresAt: Date.now() + lifetime * hours,
      scopes: ["user:inference", "user:profile"],
      subscriptionType: "max",
      accountUuid: account.id,
    },
  });

/** Posts one of the page's forms as the admin's program does. */
export async function post(receiver, form, fields) {
  const answer = await fetch(`${receiver.address}/admin/fleet${form}`, { method: "POST", redirect: "manual", headers: asAdmin, body: new URLSearchParams(fields) });
  if (![200, 303].includes(answer.status)) {
    throw new Error(`${form}: ${answer.status} ${(await answer.text()).replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").slice(0, 400)}`);
  }
  return answer.text();
}

export async function table(receiver, name) {
  const answer = await fetch(`${receiver.address}/api/v1/fleet/${name}`, { headers: asAdmin });
  return (await answer.json()).rows;
}

/** A machine with an agent, enrolled with a code of the page: a given one, or one made for it. */
export async function enrol(receiver, machine, given) {
  const code = given ?? /id="code">(fcode_[0-9a-f]+)</.exec(await post(receiver, "/enrol", { machine }))[1];
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const sealing = createECDH("prime256v1");
  sealing.generateKeys();
  let id = null;
  let sequence = Date.now();

  const send = async (path, body) => {
    const text = Buffer.from(JSON.stringify(body));
    const timestamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const signature = sign(null, Buffer.concat([text, Buffer.from(`\n${timestamp}`)]), privateKey).toString("base64");
    const headers = { "Content-Type": "application/json", "X-CCFLUX-Signature": `ed25519 ${signature} ${raw}`, "X-CCFLUX-Timestamp": timestamp, ...(id ? { "X-CCFLUX-Agent": id } : {}) };
    const answer = await fetch(receiver.address + path, { method: "POST", headers, body: text });
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
  };

  id = (
    await send("/agent/enrol", {
      code, signing_key: raw, sealing_key: sealing.getPublicKey().toString("base64"), machine, platform: "linux-x86_64", config_dir_id: randomBytes(8).toString("hex"), version: "1.0.0",
    })
  ).agent_id;
  return {
    id,
    machine,
    /** Sessions are [state, model] each; applied is the fingerprint of the login that stands there. */
    beat: (applied, ...sessions) =>
      send("/heartbeat", {
        schema_version: 1,
        sequence: ++sequence,
        agent: { version: "1.0.0", platform: "linux-x86_64", login: "file" },
        applied,
        confirmed: [],
        refused: [],
        sessions: sessions.map(([state, model], index) => ({ session_id: `${machine}-session-${index}`, state, model, since: new Date(Date.now() - 60_000).toISOString() })),
      }),
  };
}
