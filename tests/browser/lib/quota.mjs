// Accounts whose every figure is known: a pollable upstream with preset answers, status lines that push, and readings of the past.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addUser, registerDevice } from "./client.mjs";
import { until } from "./receiver.mjs";

export const cookie = "sk-ant-sid02-of-the-browser-tests";
export const organisation = "00000000-0000-4000-8000-0000000000aa";

/** What claude.ai and the API answer: a status and a body for each credential. */
export async function startUpstream() {
  const answers = new Map();
  const server = createServer((request, response) => {
    const key = request.headers.cookie?.includes(cookie) ? "cookies" : (request.headers.authorization ?? "").replace("Bearer ", "");
    const { status = 200, body = {}, type = "application/json" } = answers.get(key) ?? { status: 401 };
    response.writeHead(status, { "Content-Type": type });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, answers, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** A full second that has begun: what was read at(-40) is never less than 40 minutes old. */
export const at = (minutes) => new Date(Math.floor(Date.now() / 1000) * 1000 + minutes * 60_000);

/** In the vendor's format: minutes until the reset. */
export const usage = (five, fiveMinutes, seven, sevenMinutes, more = {}) => ({
  five_hour: { utilization: five, resets_at: at(fiveMinutes).toISOString() },
  seven_day: { utilization: seven, resets_at: at(sevenMinutes).toISOString() },
  ...more,
});

/** Settings of a receiver that polls the upstream: one account by cookies, one for each token. */
export function polling(upstream, tokens = []) {
  const folder = mkdtempSync(join(tmpdir(), "ccflux-logins-"));
  const files = tokens.map((token, index) => {
    const file = join(folder, `login-${index}.json`);
    writeFileSync(file, JSON.stringify({ claudeAiOauth: { accessToken: token, expiresAt: Date.now() + 86_400_000, accountUuid: `11111111-0000-4000-8000-${String(index).padStart(12, "0")}` } }));
    return file;
  });
  return {
    clean: () => rmSync(folder, { recursive: true, force: true }),
    settings: {
      CLAUDE_SESSION_KEY: cookie,
      CLAUDE_ORG_ID: organisation,
      CLAUDE_LABEL: "shared seat",
      CLAUDE_AI_URL: upstream.address,
      ANTHROPIC_API_URL: upstream.address,
      ALLOW_TEST_UPSTREAMS: "1",
      OAUTH_CREDENTIALS: files.join(":"),
    },
  };
}

/** A user whose status line can push: windows are [name, percent, minutes to the reset, minutes since it was seen]. */
export async function addPusher(receiver, email, account = "") {
  const device = await registerDevice(receiver, await addUser(receiver, email), "laptop");
  return (...windows) =>
    device.readings(
      windows.map(([window, used, reset, ago = 0]) => ({
        account: account || email, window, used_percentage: used, resets_at: reset === null ? null : at(reset).toISOString(), observed_at: at(-ago).toISOString(),
      })),
    );
}

/** Writes readings of the past alongside the running receiver, as a month of polling would have left them. */
export function insert(receiver, statements) {
  execFileSync("sqlite3", ["-cmd", ".timeout 10000", receiver.database], { input: `BEGIN IMMEDIATE;\n${statements}\nCOMMIT;\n`, encoding: "utf8" });
}

/** A month of readings, one per minute, for both windows of an account: the five-hour window rises and falls with each reset, the week climbs. */
export const month = (first, second, until, minutes = 43_200) =>
  [
    [first, "(i % 300) * 300 + (i * 7919) % 900", 300],
    [second, "(i % 10080) * 9 + (i * 104729) % 90", 10_080],
  ]
    .map(
      ([window, used, length]) => `
WITH RECURSIVE past(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM past WHERE i < ${minutes})
INSERT OR IGNORE INTO quota_readings (window_id, observed_at, used_milli, resets_at, source)
SELECT ${window}, ${until} - (${minutes} - i) * 60000 - 60000, ${used}, ${until} - (${minutes} - i - (${length} - i % ${length})) * 60000, 'oauth' FROM past;`,
    )
    .join("\n");

/** Waits until every account has been polled. */
export const polled = (receiver, accounts) =>
  until(() => receiver.sql("SELECT count(*) AS n FROM quota_polls WHERE last_attempt_at IS NOT NULL")[0]?.n >= accounts, `${accounts} accounts were polled`);
