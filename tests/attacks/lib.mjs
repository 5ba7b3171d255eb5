// Shared code of the attacks: a separate receiver on a loopback port, users and machines over real HTTP, and one verdict.
// CCFLUX_RECEIVER names the ccflux-receiver.dll to attack and CCFLUX_HOOK the native hook program; both default to this checkout's builds.
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addUser, batchOf, registerDevice } from "../browser/lib/client.mjs";
import { issueTelemetryToken } from "../browser/lib/otlp.mjs";
import { adminToken, startReceiver, until, viewerToken } from "../browser/lib/receiver.mjs";

export { addUser, adminToken, batchOf, issueTelemetryToken, registerDevice, startReceiver, until, viewerToken };

const root = fileURLToPath(new URL("../../", import.meta.url));

export const hookProgram = process.env.CCFLUX_HOOK ?? join(root, "plugin/bin/ccflux-linux-x86_64");

/** The limits of an installation that sets none. The browser tests' harness raises them. */
export const defaultLimits = {
  RATE_LIMIT_PER_MINUTE: undefined,
  TOKEN_RATE_LIMIT_PER_MINUTE: undefined,
  ADMIN_RATE_LIMIT_PER_MINUTE: undefined,
  SIGN_IN_ATTEMPTS: undefined,
  BODY_LIMIT_KB: undefined,
};

/**
 * Runs one attack. `shows` returns the sentence that describes the fault, or nothing if the receiver held.
 * Exit status: 0 held, 1 the fault is there, 2 the attack itself failed.
 */
export async function attack(name, shows) {
  const receivers = [];
  const start = async (settings = {}) => {
    const receiver = await startReceiver(settings);
    receivers.push(receiver);
    return receiver;
  };
  try {
    const fault = await shows({ start });
    console.log(fault ? `FAULT: ${name}: ${fault}` : `HELD: ${name}`);
    process.exitCode = fault ? 1 : 0;
  } catch (error) {
    console.log(`FAILED: ${name}: the attack could not be made: ${error.stack}`);
    process.exitCode = 2;
  } finally {
    for (const receiver of receivers) {
      await receiver.stop();
    }
  }
}

/** A new user with one machine: refresh token and the machine's calls. */
export async function newUser(receiver, email, machine = "machine") {
  const refreshToken = await addUser(receiver, email);
  return { email, refreshToken, machine: await registerDevice(receiver, refreshToken, machine) };
}

/** An access token for a refresh token. */
export async function accessToken(receiver, refreshToken) {
  const answer = await fetch(`${receiver.address}/token`, { method: "POST", headers: { Authorization: `Bearer ${refreshToken}` } });
  return (await answer.json()).access_token;
}

export const asAdmin = { Authorization: `Bearer ${adminToken}` };
export const asViewer = { Authorization: `Bearer ${viewerToken}` };

/** Status, headers, body and milliseconds of one request; never throws for an HTTP status, and returns status 0 if nothing answered. */
export async function ask(address, path, { timeoutMs = 30_000, ...options } = {}) {
  const began = performance.now();
  try {
    const answer = await fetch(address + path, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs), ...options });
    const body = await answer.text();
    return { status: answer.status, headers: answer.headers, body, ms: performance.now() - began };
  } catch (error) {
    return { status: 0, headers: new Headers(), body: String(error.cause ?? error), ms: performance.now() - began };
  }
}

/** One turn as batchOf takes it, of one request, ended `secondsAgo`. */
export function turn(session, index, secondsAgo = 60, usage = {}, model = "claude-sonnet-5-5") {
  const ended = new Date(Date.now() - secondsAgo * 1000);
  return {
    session_id: session,
    turn_index: index,
    started_utc: new Date(ended - 5000).toISOString(),
    ended_utc: ended.toISOString(),
    outcome: "completed",
    models: { [model]: { input_tokens: 100, output_tokens: 1000, cache_read_tokens: 0, cache_write_tokens: 0, cache_write_1h_tokens: 0, ...usage } },
  };
}

export function requireHook() {
  if (!existsSync(hookProgram)) {
    throw new Error(`${hookProgram} is not there: eng/publish-hook.sh`);
  }
  return hookProgram;
}

/** A machine that returns every answer as it is, including refusals: post(path, body) returns the answer of ask(). */
export async function rawMachine(receiver, refreshToken, name) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  let token = await accessToken(receiver, refreshToken);
  const post = (path, body, options = {}) => {
    const text = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const timestamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const signature = sign(null, Buffer.concat([text, Buffer.from(`\n${timestamp}`)]), privateKey).toString("base64");
    return ask(receiver.address, path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}`, "X-CCFLUX-Signature": `ed25519 ${signature} ${key}`, "X-CCFLUX-Timestamp": timestamp },
      body: text,
      ...options,
    });
  };
  const registered = await post("/register-key", { public_key: key, device_id: name });
  if (registered.status >= 300) {
    throw new Error(`register-key: ${registered.status} ${registered.body}`);
  }
  /** Gets an access token for the refresh token, and uses it from then on if there is one. */
  const renew = async () => {
    const answer = await ask(receiver.address, "/token", { method: "POST", headers: { Authorization: `Bearer ${refreshToken}` } });
    if (answer.status === 200) token = JSON.parse(answer.body).access_token;
    return answer.status;
  };
  return { post, renew, report: (turns) => post("/report", batchOf(turns)) };
}

/** The receiver under attack, for its commands. */
export const receiverProgram = process.env.CCFLUX_RECEIVER ?? join(root, "artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll");

/** Runs a command of the receiver under attack in a folder, with few settings: exit status and everything that it wrote. */
export function commandIn(folder, settings, ...parts) {
  const { PATH, HOME, DOTNET_ROOT } = process.env;
  const { status, stdout, stderr } = spawnSync("dotnet", [receiverProgram, ...parts], {
    cwd: folder,
    env: { PATH, HOME, ...(DOTNET_ROOT && { DOTNET_ROOT }), DATABASE_PATH: join(folder, "ccflux.db"), OTLP_HTTP_ADDR: "", OTLP_GRPC_ADDR: "", ...settings },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}
