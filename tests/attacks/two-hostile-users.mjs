// Two hostile users at the highest rate that the default limits allow, plus ten times as much that is refused, alongside six users and an admin at work.
// The others' 99th percentile is compared with theirs before and after, in the same run; then every figure is recounted with plain SQL.
//   SECONDS_WARM      how long everyone works before anything is timed (default 60)
//   SECONDS_HOSTILE   how long the two attack (default 600)        SECONDS_QUIET   how long each quiet part is (default 120)
import { fork } from "node:child_process";
import { statSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { asAdmin, ask, attack, defaultLimits, issueTelemetryToken, newUser, rawMachine, turn, until } from "./lib.mjs";

const hostileSeconds = Number(process.env.SECONDS_HOSTILE ?? 600);
const warmSeconds = Number(process.env.SECONDS_WARM ?? 60);
const quietSeconds = Number(process.env.SECONDS_QUIET ?? 120);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Turns that fit into a body at the default limit, each with its request and in a session of its own. */
const inBody = 240;
const session = (user, n) => `${user.toString(16).padStart(8, "0")}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

/** A message of log records, each a request with figures at the limits and unique names. */
function logs(seed, records, long, tokens = 99_000_000) {
  const attribute = (key, value) => ({ key, value: typeof value === "string" ? { stringValue: value } : { intValue: value } });
  const logRecords = [];
  for (let i = 0; i < records; i++) {
    logRecords.push({
      timeUnixNano: `${Date.now() - i}000000`,
      body: { stringValue: "claude_code.api_request" },
      attributes: [
        attribute("event.name", "api_request"), attribute("session.id", session(seed % 4096, i)), attribute("request_id", `req_${seed}_${i}_${Math.random().toString(36).slice(2)}`), attribute("model", `model-${long ? seed * records + i : seed % 3}`),
        attribute("input_tokens", tokens), attribute("output_tokens", tokens), attribute("cache_read_tokens", 1), attribute("cache_creation_tokens", 1), attribute("cost_usd", "999"), attribute("duration_ms", 1000),
        ...(long ? [attribute("prompt.id", `p-${seed}-${i}`), attribute("terminal.type", `t-${seed}-${i}`)] : []),
      ],
    });
  }
  return Buffer.from(JSON.stringify({ resourceLogs: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "claude-code" } }] }, scopeLogs: [{ logRecords }] }] }));
}

/** The traffic of one hostile user, in a separate process. */
async function hostile({ address, refreshToken, telemetryToken, seed, seconds }) {
  // In reality it runs on another machine; here it must not take the receiver's processor time except by what it sends.
  setPriority(constants.priority.PRIORITY_LOW);
  const end = Date.now() + seconds * 1000;
  const machine = await rawMachine({ address }, refreshToken, `hostile-${seed}`);
  const answers = new Map();
  const count = (kind, status) => answers.set(`${kind} ${status}`, (answers.get(`${kind} ${status}`) ?? 0) + 1);
  const messages = [];
  for (let i = 0; i < 24; i++) messages.push(gzipSync(logs(seed * 1000 + i, 5000, true), { level: 1 }));
  const reports = async () => {
    // Old turns before all others, so that windows move; as many in a body as fit, in as many sessions as a day allows; at eleven times the rate.
    for (let n = 1; Date.now() < end; n++) {
      const turns = [];
      for (let i = 0; i < inBody; i++) turns.push(turn(session(seed, (n * inBody + i) % 1900), n, 3600 * 24 * 365 * 3 - n * 3600 - i * 12, { input_tokens: 99_000_000, output_tokens: 99_000_000 }, `model-${(n * inBody + i) % 45}`));
      count("report", (await machine.report(turns)).status);
      await sleep(60_000 / 330 / 1);
    }
  };
  const telemetry = async () => {
    for (let n = 0; Date.now() < end; n++) {
      void ask(address, "/v1/logs", { method: "POST", headers: { "Content-Type": "application/json", "Content-Encoding": "gzip", Authorization: `Bearer ${telemetryToken}` }, body: messages[n % messages.length], timeoutMs: 20_000 }).then((answer) => count("telemetry", answer.status));
      await sleep(60_000 / 13_200);
    }
  };
  const slow = async () => {
    // Announced and hardly sent.
    while (Date.now() < end) {
      const body = new ReadableStream({ async pull(controller) { await sleep(1000); if (Date.now() > end) controller.close(); else controller.enqueue(new Uint8Array(200)); } });
      await ask(address, "/v1/logs", { method: "POST", duplex: "half", headers: { "Content-Type": "application/json", Authorization: `Bearer ${telemetryToken}` }, body, timeoutMs: 30_000 }).then((answer) => count("slow", answer.status));
    }
  };
  const other = async () => {
    for (let n = 0; Date.now() < end; n++) {
      count("token", await machine.renew());
      count("readings", (await machine.post("/quota/readings", { schema_version: 1, client: { name: "ccflux", version: "1.0.0" }, readings: [{ account: `a${n}`, window: `w${n}`, used_percentage: n % 100, observed_at: new Date().toISOString() }] })).status);
      await sleep(50);
    }
  };
  await Promise.all([reports(), telemetry(), other(), ...Array.from({ length: 8 }, slow)]);
  process.send([...answers]);
  process.disconnect();
}

/** Each returns rows only if a sum of single rows differs from what the pages show. */
const recounts = {
  "days of usage": `WITH r AS (SELECT at / 86400000 day, user_id, model_id, price_class, count(*) n, sum(input_tokens) i, sum(output_tokens) o FROM requests WHERE hidden = 0 GROUP BY 1, 2, 3, 4)
    SELECT * FROM r FULL JOIN usage_days d USING (day, user_id, model_id, price_class) WHERE r.n IS NOT d.requests OR r.i IS NOT d.input_tokens OR r.o IS NOT d.output_tokens LIMIT 1`,
  "events": `WITH r AS (SELECT at / 86400000 day, user_id, iif(turn_key = 0, session_key, turn_key) turn_key, model_id, count(*) n, sum(input_tokens) i, sum(output_tokens) o FROM requests WHERE hidden = 0 GROUP BY 1, 2, 3, 4)
    SELECT * FROM r FULL JOIN turn_models e USING (day, user_id, turn_key, model_id) WHERE r.n IS NOT e.requests OR r.i IS NOT e.input_tokens OR r.o IS NOT e.output_tokens LIMIT 1`,
  "windows": `WITH r AS (SELECT user_id, sum(input_tokens) i, sum(output_tokens) o FROM requests WHERE hidden = 0 GROUP BY 1), w AS (SELECT user_id, sum(input_tokens) i, sum(output_tokens) o FROM usage_windows GROUP BY 1)
    SELECT * FROM r FULL JOIN w USING (user_id) WHERE r.i IS NOT w.i OR r.o IS NOT w.o LIMIT 1`,
  "turns of users": `WITH r AS (SELECT user_id, count(*) n FROM turns WHERE hidden = 0 GROUP BY 1) SELECT * FROM r FULL JOIN user_totals t USING (user_id) WHERE r.n IS NOT t.turns LIMIT 1`,
  "hours of telemetry": `WITH r AS (SELECT subject_id, at / 3600000 hour, sum(input_tokens) i, sum(cost) c, count(*) n FROM telemetry_events WHERE kind = 'api_request' GROUP BY 1, 2),
    h AS (SELECT subject_id, hour, sum(input_tokens) i, sum(cost) c, sum(requests) n FROM telemetry_hours WHERE source = 'events' GROUP BY 1, 2)
    SELECT * FROM r FULL JOIN h USING (subject_id, hour) WHERE r.i IS NOT h.i OR r.c IS NOT h.c OR r.n IS NOT h.n LIMIT 1`,
};

const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? 0;

if (process.argv[2]) {
  await hostile(JSON.parse(process.argv[2]));
} else {
  await attack("two hostile users disturb nobody", async ({ start }) => {
    const receiver = await start(defaultLimits);
    const hostiles = [];
    for (const name of ["mallory", "trudy"]) {
      const { refreshToken } = await newUser(receiver, `${name}@example.org`);
      hostiles.push({ refreshToken, telemetryToken: await issueTelemetryToken(receiver, `${name}@example.org`) });
    }
    const others = [];
    for (let i = 0; i < 6; i++) {
      const email = `user${i}@example.org`;
      const { refreshToken } = await newUser(receiver, email);
      others.push({ email, machine: await rawMachine(receiver, refreshToken, "second"), telemetry: await issueTelemetryToken(receiver, email), turns: 0, requests: 0 });
    }

    let phase = "warm";
    const times = { warm: { report: [], telemetry: [], page: [] }, quiet: { report: [], telemetry: [], page: [] }, hostile: { report: [], telemetry: [], page: [] } };
    const failures = [];
    const slowest = [];
    let begun = Date.now();
    let running = true;
    const note = (kind, answer, what) => {
      times[phase][kind].push(answer.ms);
      slowest.push([answer.ms, phase, what, (Date.now() - begun) / 1000]);
      if (answer.status !== 200) failures.push(`${phase}: ${what} ${answer.status} ${answer.body.slice(0, 120)}`);
      return answer.status === 200;
    };
    const work = [];
    others.forEach((user, index) => {
      work.push((async () => {
        while (running) {
          if (note("report", await user.machine.report([turn(session(100 + index, 1), user.turns, 30)]), "report")) user.turns++;
          await sleep(2500);
        }
      })(), (async () => {
        while (running) {
          const answer = await ask(receiver.address, "/v1/logs", { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${user.telemetry}` }, body: logs(100_000 + index * 10_000 + user.requests, 10, false, 100) });
          if (note("telemetry", answer, "telemetry") && !answer.body.includes("rejected")) user.requests += 10;
          await sleep(1000);
        }
      })());
    });
    work.push((async () => {
      const pages = ["/admin/", "/admin/telemetry", "/quota", `/admin/users/${encodeURIComponent(others[0].email)}`, "/admin/users/mallory%40example.org", "/api/v1/usage", "/health"];
      for (let i = 0; running; i++) {
        const path = pages[i % pages.length];
        note("page", await ask(receiver.address, path, { headers: { ...asAdmin, Accept: "text/html" } }), path);
        await sleep(300);
      }
    })());

    const size = () => [receiver.database, `${receiver.database}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
    await sleep(warmSeconds * 1000);
    phase = "quiet";
    await sleep(quietSeconds * 1000);
    const before = size();
    phase = "hostile";
    begun = Date.now();
    const answers = await Promise.all(hostiles.map((user, seed) => new Promise((resolve) => {
      const child = fork(fileURLToPath(import.meta.url), [JSON.stringify({ address: receiver.address, ...user, seed: seed + 1, seconds: hostileSeconds })]);
      let told = [];
      child.on("message", (message) => (told = message));
      child.on("exit", () => resolve(told));
    })));
    const grown = size() - before;
    phase = "quiet";
    await sleep(quietSeconds * 1000);
    running = false;
    await Promise.all(work);

    const wrong = [];
    for (const [kind, quiet] of Object.entries(times.quiet)) {
      const [q, h] = [percentile(quiet, 0.99), percentile(times.hostile[kind], 0.99)];
      console.log(`${kind}: 99th percentile ${q.toFixed(1)} ms quiet (n ${quiet.length}), ${h.toFixed(1)} ms beside the two (n ${times.hostile[kind].length}): ${(h / q).toFixed(2)} times; median ${percentile(quiet, 0.5).toFixed(1)} and ${percentile(times.hostile[kind], 0.5).toFixed(1)} ms`);
      if (h > 3 * q) wrong.push(`${kind} took ${(h / q).toFixed(1)} times as long`);
    }
    console.log(`the slowest beside the two: ${slowest.filter(([, when]) => when === "hostile").sort((a, b) => b[0] - a[0]).slice(0, 12).map(([ms, , what, at]) => `${what} ${ms.toFixed(0)} ms at ${at.toFixed(0)} s`).join(", ")}`);
    console.log(`the two were answered: ${answers.map((told) => told.map(([what, n]) => `${what}: ${n}`).sort().join(", ")).join(" | ")}`);
    console.log(`the database grew by ${(grown / 1048576).toFixed(1)} MiB in ${hostileSeconds} s`);
    if (failures.length > 0) wrong.push(`${failures.length} requests of others failed, such as ${failures[0]}`);
    await until(async () => (await ask(receiver.address, "/health")).status === 200, "it is healthy");
    for (const [what, query] of Object.entries(recounts)) {
      const differing = receiver.sql(query);
      if (differing.length > 0) wrong.push(`${what}: ${JSON.stringify(differing[0])}`);
    }
    for (const user of others) {
      const [row] = receiver.sql(`SELECT (SELECT count(*) FROM turns t WHERE t.user_id = u.user_id) turns, count(r.request_key) n, coalesce(sum(r.input_tokens + r.output_tokens), 0) tokens FROM users u LEFT JOIN requests r USING (user_id) WHERE u.email = '${user.email}'`);
      const [sent] = receiver.sql(`SELECT count(*) n FROM telemetry_events e JOIN telemetry_subjects s USING (subject_id) JOIN users u ON u.user_id = s.user_id WHERE u.email = '${user.email}'`);
      if (sent.n !== user.requests) wrong.push(`${user.email}: ${user.requests} requests acknowledged, ${sent.n} stored`);
      if (row.turns !== user.turns || row.n !== user.turns || row.tokens !== user.turns * 1100) wrong.push(`${user.email}: ${user.turns} turns acknowledged, ${row.turns} stored with ${row.n} requests and ${row.tokens} tokens`);
    }
    return wrong.join("; ");
  });
}
