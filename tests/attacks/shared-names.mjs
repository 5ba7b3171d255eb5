// One user sends a name crafted to have the hash of a name that another user will send. The other's message must be accepted, under its own name.
import { addUser, attack, ask, issueTelemetryToken } from "./lib.mjs";

const first = 0x9e3779b97f4a7c15n;
const second = 0xd6e8feb86659fd93n;
const mask = (1n << 64n) - 1n;
const mix = (a, b) => ((a * b) >> 64n) ^ ((a * b) & mask) ^ a;
const word = (bytes, at) => bytes.readBigUInt64LE(at);

/** Another name of the same length and hash: the second eight bytes compensate for the first. */
function forge(genuine) {
  const bytes = Buffer.from(genuine);
  const start = mix(first ^ BigInt(bytes.length), second);
  const wanted = mix(start ^ word(bytes, 0), second) ^ word(bytes, 8);
  for (let n = 0; ; n++) {
    const forged = Buffer.from(`f${String(n).padStart(7, "0")}${genuine.slice(8)}`);
    forged.writeBigUInt64LE(mix(start ^ word(forged, 0), second) ^ wanted, 8);
    if (/^[A-Za-z0-9_.:/@[\]+-]+$/.test(forged.toString("latin1"))) {
      return forged.toString("latin1");
    }
  }
}

const attribute = (key, stringValue) => ({ key, value: { stringValue } });
const log = (service, request, model) => ({
  resourceLogs: [{
    resource: { attributes: [attribute("service.name", service)] },
    scopeLogs: [{ logRecords: [{ timeUnixNano: `${Date.now()}000000`, body: { stringValue: "claude_code.api_request" }, attributes: [attribute("event.name", "api_request"), attribute("session.id", request), attribute("request_id", request), attribute("model", model)] }] }],
  }],
});

await attack("shared-names", async ({ start }) => {
  const receiver = await start();
  const tokens = {};
  for (const email of ["alice@example.org", "bob@example.org"]) {
    await addUser(receiver, email);
    tokens[email] = await issueTelemetryToken(receiver, email);
  }
  const send = (email, body) => ask(receiver.address, "/v1/logs", { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${tokens[email]}` }, body: JSON.stringify(body) });

  const model = "claude-sonnet-9-20270101";
  await send("alice@example.org", log(forge("claude-code-desktop"), "a1", "m"));
  await send("alice@example.org", log("claude-code", "a2", forge(model)));
  const answer = await send("bob@example.org", log("claude-code-desktop", "b1", model));
  if (answer.status !== 200 || answer.body.includes("refused")) {
    return `bob's genuine message is answered ${answer.status} ${answer.body}`;
  }
  const [stored] = receiver.sql("SELECT n.name AS model FROM telemetry_events e JOIN telemetry_names n ON n.name_id = e.model_id WHERE e.request_id = 'b1'");
  return stored?.model === model ? undefined : `bob's ${model} is stored as ${stored?.model}`;
});
