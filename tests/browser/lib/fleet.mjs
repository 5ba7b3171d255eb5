// A fleet over real HTTP: an issuer that knows some accounts, logins pasted into the vault, machines with their own agents.
import { createCipheriv, createECDH, generateKeyPairSync, hkdfSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adminToken } from "./receiver.mjs";

const hours = 3_600_000;
const asAdmin = { Authorization: `Bearer ${adminToken}`, Accept: "text/html" };

/** The issuer: the owner of a token, how full that account is, and new tokens for old ones. Accounts are {id, email, five, seven}: [percent, hours to the reset]. */
export async function startIssuer(accounts) {
  const byToken = new Map(accounts.map((account) => [`sk-ant-oat01-of-${account.id}`, account]));
  const window = ([percent, left]) => ({ utilization: percent, resets_at: new Date(Date.now() + left * hours).toISOString() });
  const server = createServer((request, response) => {
    const account = byToken.get((request.headers.authorization ?? "").replace("Bearer ", ""));
    const answer = (status, body) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (request.method === "POST" && request.url.startsWith("/v1/oauth/token")) {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const renewed = accounts.find((one) => JSON.parse(Buffer.concat(chunks)).refresh_token === `sk-ant-ort01-of-${one.id}`);
        answer(renewed ? 200 : 400, renewed
          ? { access_token: `sk-ant-oat01-of-${renewed.id}`, refresh_token: `sk-ant-ort01-of-${renewed.id}`, expires_in: 28_800, account: { uuid: renewed.id, email_address: renewed.email } }
          : { error: "invalid_grant" });
      });
    } else if (!account) {
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

/** Settings of a receiver with a vault that knows only that issuer. */
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

/** A code from the page for a new agent on a machine. */
export const codeFor = async (receiver, machine) => /id="code">(fcode_[0-9a-f]+)</.exec(await post(receiver, "/enrol", { machine }))[1];

/** An agent's keys and its signed requests, without an enrolment: the caller decides what it reports. */
export function newAgent(address, machine) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const sealing = createECDH("prime256v1");
  sealing.generateKeys();
  let sequence = Date.now();
  const agent = {
    id: null,
    machine,
    configDirId: randomBytes(8).toString("hex"),
    sealingKey: sealing.getPublicKey().toString("base64"),
    /** Status and body of a signed request. */
    send: async (path, body) => {
      const text = Buffer.from(JSON.stringify(body));
      const timestamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
      const signature = sign(null, Buffer.concat([text, Buffer.from(`\n${timestamp}`)]), privateKey).toString("base64");
      const headers = { "Content-Type": "application/json", "X-CCFLUX-Signature": `ed25519 ${signature} ${raw}`, "X-CCFLUX-Timestamp": timestamp, ...(agent.id ? { "X-CCFLUX-Agent": agent.id } : {}) };
      const answer = await fetch(address + path, { method: "POST", headers, body: text });
      return { status: answer.status, text: await answer.text() };
    },
    enrol: (code, more = {}) =>
      agent.send("/agent/enrol", {
        code, signing_key: raw, sealing_key: agent.sealingKey, machine, platform: "linux-x86_64", config_dir_id: agent.configDirId, version: "1.0.0", ...more,
      }),
    /** Sessions are [state, model] each; applied is the fingerprint of the login in place. */
    heartbeat: (applied, sessions = [], more = {}) =>
      agent.send("/heartbeat", {
        schema_version: 1,
        sequence: ++sequence,
        agent: { version: "1.0.0", platform: "linux-x86_64", login: "file" },
        applied,
        confirmed: [],
        refused: [],
        sessions: sessions.map(([state, model], index) => ({ session_id: `${machine}-session-${index}`, state, model, since: new Date(Date.now() - 60_000).toISOString() })),
        ...more,
      }),
  };
  return agent;
}

/** A machine with an agent, enrolled with a code from the page: a given one, or one created for it. */
export async function enrol(receiver, machine, given) {
  const agent = newAgent(receiver.address, machine);
  const read = (answer, what) => {
    if (answer.status !== 200) {
      throw new Error(`${what}: ${answer.status} ${answer.text}`);
    }
    return JSON.parse(answer.text);
  };
  agent.id = read(await agent.enrol(given ?? (await codeFor(receiver, machine))), "/agent/enrol").agent_id;
  return { ...agent, beat: async (applied, ...sessions) => read(await agent.heartbeat(applied, sessions), "/heartbeat") };
}

/** Seals bytes to a P-256 key, as client and receiver do. */
export function seal(recipient, content, context) {
  const theirs = Buffer.from(recipient, "base64");
  const own = createECDH("prime256v1");
  own.generateKeys();
  const nonce = randomBytes(12);
  const key = Buffer.from(hkdfSync("sha256", own.computeSecret(theirs), Buffer.concat([own.getPublicKey(), theirs]), "ccflux seal 1", 32));
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([Buffer.from([1]), own.getPublicKey(), nonce, ciphertext, cipher.getAuthTag()]).toString("base64");
}
