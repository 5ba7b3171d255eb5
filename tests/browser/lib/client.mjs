// What a user's machine does over HTTP: exchange the token, register a key, send signed reports.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { adminToken } from "./receiver.mjs";

const asAdmin = { Authorization: `Bearer ${adminToken}` };

/** Adds a user as an admin's program does, and returns their refresh token. */
export async function addUser(receiver, email, division = "", days = 365) {
  const answer = await fetch(`${receiver.address}/admin/users`, {
    method: "POST",
    headers: { ...asAdmin, Accept: "text/html" },
    body: new URLSearchParams({ email, division, days: String(days) }),
  });
  const html = await answer.text();
  const token = /id="token"[^>]*>([^<]+)</.exec(html)?.[1];
  if (!answer.ok || !token) {
    throw new Error(`Adding ${email}: ${answer.status} ${html.slice(0, 300)}`);
  }
  return token;
}

/** A ledger key: 64 bits that are the same for the same parts. The receiver does not know what a client makes them of. */
const key = (...parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);

// The numbers of RequestFlags.Split and RequestOrigin.Main.
const splitCacheWrites = 16;
const mainConversation = 2;

/**
 * The report of some turns. Each is { session_id, turn_index, started_utc, ended_utc, outcome, models } and, if need be, entrypoint and limit_events; a turn has made
 * one request to each of its models, as it ended. Sending a turn again is sending the same turn and the same requests.
 */
export function batchOf(turns, client = {}) {
  const models = [...new Set(turns.flatMap((turn) => Object.keys(turn.models)))];
  const sessions = new Map();
  for (const turn of turns) {
    if (!sessions.has(turn.session_id)) {
      sessions.set(turn.session_id, { session_id: turn.session_id, entrypoint: turn.entrypoint, turns: [], requests: [], limit_events: [] });
    }
    const session = sessions.get(turn.session_id);
    const place = session.turns.length;
    const ended = Date.parse(turn.ended_utc);
    session.turns.push({ key: key(turn.session_id, turn.turn_index), started: Date.parse(turn.started_utc), ended, outcome: turn.outcome });
    for (const [model, used] of Object.entries(turn.models)) {
      session.requests.push([
        key(turn.session_id, turn.turn_index, model), ended, place, models.indexOf(model), splitCacheWrites, mainConversation,
        used.input_tokens, used.output_tokens, used.cache_read_tokens, used.cache_write_tokens - used.cache_write_1h_tokens, used.cache_write_1h_tokens, 0,
      ]);
    }
    for (const limit of turn.limit_events ?? []) {
      session.limit_events.push({ turn: place, at: Date.parse(limit.at_utc), window: limit.window, resets_at: limit.resets_at_utc && Date.parse(limit.resets_at_utc), final: limit.final });
    }
  }
  return { schema_version: 3, client: { name: "ccflux", version: "1.0.0", platform: "linux-x86_64", claude_code_version: "2.1.329", ...client }, models, sessions: [...sessions.values()] };
}

async function accept(answer, what) {
  if (!answer.ok) {
    throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  }
  return answer;
}

/** A machine of a user, with its own key. */
export async function registerDevice(receiver, refreshToken, name) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const token = await accept(await fetch(`${receiver.address}/token`, { method: "POST", headers: { Authorization: `Bearer ${refreshToken}` } }), "token");
  const { access_token } = await token.json();

  const post = async (path, body) => {
    const text = Buffer.from(JSON.stringify(body));
    const timestamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const signature = sign(null, Buffer.concat([text, Buffer.from(`\n${timestamp}`)]), privateKey).toString("base64");
    return accept(
      await fetch(receiver.address + path, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${access_token}`, "X-CCFLUX-Signature": `ed25519 ${signature} ${raw}`, "X-CCFLUX-Timestamp": timestamp },
        body: text,
      }),
      path,
    );
  };

  await post("/register-key", { public_key: raw, device_id: name });
  return {
    name,
    /** What a status line showed: windows by name, each [percent, resets at]. */
    shows: (account, windows, observedAt = new Date()) =>
      post("/quota/readings", {
        schema_version: 1,
        client: { name: "ccflux", version: "1.0.0" },
        readings: Object.entries(windows).map(([window, [used, resets]]) => ({ account, window, used_percentage: used, resets_at: resets?.toISOString(), observed_at: observedAt.toISOString() })),
      }),
    readings: (readings) => post("/quota/readings", { schema_version: 1, client: { name: "ccflux", version: "1.0.0", platform: "linux-x86_64", claude_code_version: "2.1.329" }, readings }),
    /** Turns as batchOf takes them. */
    report: (turns, client) => post("/report", batchOf(turns, client)),
  };
}
