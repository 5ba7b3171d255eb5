// A viewer requests what takes long to read, several times at once: health, signing in and other users' reports must continue.
// The history is created by the sqlite3 program: two million requests of one user in fifty sessions, all of one hour, as a token at the default limits sends in two days of
// history. They are of twenty models, in turns of twenty requests.
import { execFileSync } from "node:child_process";
import { asViewer, ask, attack, newUser, rawMachine, turn } from "./lib.mjs";

const history = `
  INSERT OR IGNORE INTO models (name, first_seen_at) VALUES ${Array.from({ length: 20 }, (_, i) => `('model-${i}', 0)`).join(", ")};
  CREATE TEMP TABLE now AS SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000 - 3600000 AS at;
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 49)
  INSERT INTO sessions (user_id, session_key, session_id, reported_at, first_at, last_at, facts, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
  SELECT 1, 1 + i, printf('long-%02d', i), at, at, at + i, 42000, 40000, 400000, 400000, 0, 0 FROM n, now;
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
  INSERT INTO turns (user_id, turn_key, session_key, started_at, ended_at, outcome) SELECT 1, 1 + i, 1 + i % 50, at, at + i % 50, 'completed' FROM n, now;
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999999)
  INSERT INTO requests (user_id, hour, request_key, at, session_key, turn_key, model_id, price_class, origin, provenance,
    input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches)
  SELECT 1, at / 3600000, 1 + i, at, 1 + i / 20 % 50, 1 + i / 20, 1 + i % 20, 0, 2, 257, 10, 10, 0, 0, 0, 0 FROM n, now;
`;

await attack("slow-reads", async ({ start }) => {
  const receiver = await start();
  await newUser(receiver, "alice@example.org");
  const bob = await newUser(receiver, "bob@example.org");
  const machine = await rawMachine(receiver, bob.refreshToken, "bob-2");
  execFileSync("sqlite3", [receiver.database], { input: history, stdio: ["pipe", "ignore", "inherit"] });

  let reading = true;
  const reads = Promise.all(Array.from({ length: 8 }, () => ask(receiver.address, "/api/v1/users/alice%40example.org/sessions", { headers: asViewer, timeoutMs: 180_000 })));
  void reads.then(() => (reading = false));
  for (let index = 0; reading && index < 12; index++) {
    const health = await ask(receiver.address, "/health", { timeoutMs: 20_000 });
    if (health.status !== 200) {
      return `/health is ${health.status} while a viewer reads a user's sessions (${health.body.slice(0, 80)})`;
    }
    const report = await machine.report([turn("bob-session", index)]);
    if (report.status !== 200) {
      return `another user's report is answered ${report.status} meanwhile (${report.body.slice(0, 80)})`;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }

  const odd = (await reads).find((answer) => ![200, 429, 503].includes(answer.status) || (answer.status !== 200 && !answer.headers.get("retry-after")));
  return odd && `a read that cannot be done is answered ${odd.status} without a word on when to come again`;
});
