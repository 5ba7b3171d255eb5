// What a user's machine does over HTTP: exchange the token, register a key, send signed reports.
import { generateKeyPairSync, sign } from "node:crypto";
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
    report: (turns, client = {}) =>
      post("/report", { schema_version: 2, client: { name: "ccflux", version: "1.0.0", platform: "linux-x86_64", claude_code_version: "2.1.329", ...client }, turns }),
  };
}
