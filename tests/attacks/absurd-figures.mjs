// One user reports figures that no request has, as large as the receiver accepts, until every sum would overflow. Pages must be shown, and no figure may be negative.
import { execFileSync } from "node:child_process";
import { addUser, asAdmin, ask, attack, issueTelemetryToken, newUser, turn } from "./lib.mjs";

await attack("absurd-figures", async ({ start }) => {
  const receiver = await start();
  const user = await newUser(receiver, "alice@example.org");
  const figures = { input_tokens: 1e12, output_tokens: 1e12, cache_read_tokens: 1e12, cache_write_tokens: 1e12 };
  const trillion = await user.machine.report([turn("s", 0, 60, figures)]).then(() => true, () => false);
  if (trillion) {
    return "a request of 10^12 tokens is taken; three hours of them overflow every sum";
  }

  // What a database may contain of which nobody knows how it got there. Windows and sessions are read from the sums of hours and of sessions.
  await user.machine.report([turn("s", 1, 60), turn("t", 2, 120)]);
  execFileSync("sqlite3", [receiver.database, ".timeout 20000", `
    UPDATE usage_days SET input_tokens = 9223372036854775807, output_tokens = 9223372036854775807;
    UPDATE user_hours SET input_tokens = 1.9e19, output_tokens = -9223372036854775808;
    UPDATE sessions SET input_tokens = -9223372036854775808, output_tokens = 9223372036854775807;
    UPDATE turn_models SET input_tokens = -9223372036854775808, output_tokens = 1.9e19;
    UPDATE usage_totals SET input_tokens = -2446744073709551616, output_tokens = 9223372036854775807;`]);
  await user.machine.report([turn("s", 3, 30)]);
  for (const page of ["/admin/", "/admin/?export", "/admin/users/alice@example.org", "/api/v1/users"]) {
    const answer = await ask(receiver.address, page, { headers: { ...asAdmin, Accept: page.startsWith("/api") ? "application/json" : "text/html" } });
    if (answer.status !== 200) {
      return `${page} answers ${answer.status} with ${answer.body.length} bytes`;
    }
    if (/data-v="-[0-9][0-9]|tokens":-|billed":-/.test(answer.body)) {
      return `${page} shows a negative figure`;
    }
  }

  await addUser(receiver, "bob@example.org");
  const token = await issueTelemetryToken(receiver, "bob@example.org");
  const attribute = (key, value) => ({ key, value: typeof value === "string" ? { stringValue: value } : { doubleValue: value } });
  const answer = await ask(receiver.address, "/v1/logs", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ resourceLogs: [{ resource: { attributes: [attribute("service.name", "claude-code")] }, scopeLogs: [{ logRecords: [{ timeUnixNano: `${Date.now()}000000`, body: { stringValue: "claude_code.api_request" }, attributes: [attribute("event.name", "api_request"), attribute("request_id", "r"), attribute("cost_usd", 9999.0)] }] }] }] }),
  });
  return answer.body.includes("1 of 1 refused") ? undefined : `a request of 9999 dollars is answered ${answer.status} ${answer.body}`;
});
