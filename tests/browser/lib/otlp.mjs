// What clients send as telemetry: OTLP/JSON bodies, and a small organisation whose every figure is known.
import { addUser, registerDevice } from "./client.mjs";
import { adminToken } from "./receiver.mjs";

export const organisationToken = "organisation-token-of-the-browser-tests";
export const install = "8cc46f00aa11bb22cc33dd44ee55ff66";
export const sessionOfHana = "a1b2c3d4-0000-4000-8000-000000000001";
export const sessionOfMateo = "a1b2c3d4-0000-4000-8000-000000000002";

const attributes = (values) =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value },
  }));

const resource = { attributes: attributes({ "service.name": "claude-code" }) };

async function post(receiver, token, signal, body) {
  const answer = await fetch(`${receiver.address}/v1/${signal}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok || (text !== "{}" && text !== "")) {
    throw new Error(`${signal}: ${answer.status} ${text}`);
  }
}

/** Events, each [name, minutes ago, attributes]. */
export function sendEvents(receiver, token, now, common, events) {
  const logRecords = events.map(([name, ago, more], index) => ({
    timeUnixNano: `${now - ago * 60_000}000000`,
    body: { stringValue: `claude_code.${name}` },
    attributes: attributes({ "event.name": name, "event.sequence": index, ...common, ...more }),
  }));
  return post(receiver, token, "logs", { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
}

/** Delta sums, each [name, value, attributes]. */
export function sendSums(receiver, token, now, common, sums) {
  const metrics = sums.map(([name, value, more]) => ({
    name: `claude_code.${name}`,
    sum: {
      aggregationTemporality: 1,
      isMonotonic: true,
      dataPoints: [{ startTimeUnixNano: `${now - 360_000}000000`, timeUnixNano: `${now - 300_000}000000`, asDouble: value, attributes: attributes({ ...common, ...more }) }],
    },
  }));
  return post(receiver, token, "metrics", { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
}

export const request = (id, model, input, output, read, write, cost, ms, source = "repl_main_thread") => ({
  request_id: id, model, input_tokens: input, output_tokens: output, cache_read_tokens: read, cache_creation_tokens: write, cost_usd: cost, duration_ms: ms, query_source: source,
});

/** A telemetry token, issued as the admin's program does it. */
export async function issueTelemetryToken(receiver, email) {
  const answer = await fetch(`${receiver.address}/admin/telemetry/users/${encodeURIComponent(email)}/issue`, { method: "POST", headers: { Authorization: `Bearer ${adminToken}`, Accept: "text/html" } });
  const token = /id="telemetry-token"[^>]*>([^<]+)</.exec(await answer.text())?.[1];
  if (!answer.ok || !token) {
    throw new Error(`Issuing for ${email}: ${answer.status}`);
  }
  return token;
}

const turn = (session, now, model, input, output, read, write) => ({
  session_id: session,
  turn_index: 0,
  started_utc: new Date(now - 1_500_000).toISOString(),
  ended_utc: new Date(now - 600_000).toISOString(),
  entrypoint: "cli",
  outcome: "completed",
  models: { [model]: { input_tokens: input, output_tokens: output, cache_read_tokens: read, cache_write_tokens: write, cache_write_1h_tokens: 0 } },
});

/**
 * Hana's session agrees with the hook except for a compaction; Mateo's differs; an installation names no user.
 */
export async function seedTelemetry(receiver, devices = {}) {
  const now = Date.now();
  const tokens = {};
  for (const [email, division, session, model, ...hook] of [
    ["hana.sato@example.org", "Data", sessionOfHana, "claude-opus-5-5", 1200, 3400, 50_000, 7000],
    ["mateo.vargas@example.org", "Platform", sessionOfMateo, "claude-sonnet-5", 300, 600, 0, 0],
  ]) {
    const device = await registerDevice(receiver, await addUser(receiver, email, division), `${email[0]}-machine`);
    devices[email] = device;
    await device.report([turn(session, now, model, ...hook)]);
    tokens[email] = await issueTelemetryToken(receiver, email);
  }

  const hana = { "session.id": sessionOfHana, "user.id": "h".repeat(32), "terminal.type": "vscode" };
  await sendEvents(receiver, tokens["hana.sato@example.org"], now, hana, [
    ["user_prompt", 20, { "prompt.id": "prompt-1" }],
    ["api_request", 19, { ...request("r1", "claude-opus-5-5", 1000, 3000, 40_000, 6000, 0.25, 2000), "prompt.id": "prompt-1" }],
    ["api_request", 18, { ...request("r2", "claude-opus-5-5", 200, 400, 10_000, 1000, 0.05, 1000), "prompt.id": "prompt-1" }],
    ["api_request", 17, request("r3", "claude-opus-5-5", 5000, 700, 0, 0, 0.04, 4000, "compact")],
    ["api_error", 16, { model: "claude-opus-5-5", status_code: "529", error: "overloaded", duration_ms: 10, attempt: 10 }],
    ["tool_result", 15, { tool_name: "Read", success: "true", duration_ms: 40 }],
    ["tool_result", 14, { tool_name: "Read", success: "true", duration_ms: 40 }],
    ["tool_result", 13, { tool_name: "Bash", success: "false", duration_ms: 900 }],
    ["tool_decision", 12, { tool_name: "Read", decision: "accept", source: "config" }],
    ["tool_decision", 11, { tool_name: "Edit", decision: "accept", source: "user_temporary" }],
    ["tool_decision", 10, { tool_name: "Edit", decision: "accept", source: "user_permanent" }],
    ["tool_decision", 9, { tool_name: "Bash", decision: "reject", source: "user_reject" }],
  ]);
  await sendSums(receiver, tokens["hana.sato@example.org"], now, hana, [
    ["active_time.total", 600, { type: "cli" }],
    ["active_time.total", 200, { type: "user" }],
    ["lines_of_code.count", 90, { type: "added" }],
    ["lines_of_code.count", 10, { type: "removed" }],
    ["commit.count", 3, {}],
    ["pull_request.count", 2, {}],
  ]);
  await sendEvents(receiver, tokens["mateo.vargas@example.org"], now, { "session.id": sessionOfMateo, "user.id": "m".repeat(32), "terminal.type": "tmux" }, [
    ["api_request", 8, request("r4", "claude-sonnet-5", 300, 500, 0, 0, 0.02, 500)],
  ]);
  await sendEvents(receiver, organisationToken, now, { "session.id": "a1b2c3d4-0000-4000-8000-000000000003", "user.id": install, "terminal.type": "tmux" }, [
    ["api_request", 7, request("r5", "claude-haiku-4-5", 10, 20, 0, 0, 0.01, 100)],
    ["a_mystery", 6, {}],
  ]);
  return tokens;
}
