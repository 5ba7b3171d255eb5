// What the issue "telemetry" requires to be shown with the real client: whichever way its OTLP arrives, the figures are the client's own.
// Runs inside the network namespace; see prove.sh.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, databaseFiles, finish, receiverLog, query, sleep, startReceiver, work } from './proof.mjs';
import { recordingProxy } from './recording-proxy.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const MARK = 'PROVE-CONTENT-5c1e';
const PATH_MARK = 'prove-path-9d2a';
const [PORT, HTTP_PORT, GRPC_PORT, PROXY_PORT] = [18080, 18318, 18317, 18082];
const otlpToken = 'prove-organisation-token-prove-organisation';
const receiver = await startReceiver(PORT, { OTLP_TOKEN: otlpToken, OTLP_HTTP_ADDR: `127.0.0.1:${HTTP_PORT}`, OTLP_GRPC_ADDR: `127.0.0.1:${GRPC_PORT}` });
const bodies = [];
await recordingProxy(PROXY_PORT, HTTP_PORT, bodies);

const endpoints = { 'http/protobuf': `http://127.0.0.1:${PROXY_PORT}`, 'http/json': `http://127.0.0.1:${PROXY_PORT}`, grpc: `http://127.0.0.1:${GRPC_PORT}` };
const project = path.join(work, PATH_MARK, 'project');
fs.mkdirSync(project, { recursive: true });

// One session of the client, to its end, with everything that it can be configured to send.
async function session(cell, name, tag, rest = []) {
  const out = path.join(work, 'runs', cell.user, name);
  const variables = {
    OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${otlpToken}`, OTEL_RESOURCE_ATTRIBUTES: `user.email=${cell.user}@example.org`,
    OTEL_METRICS_EXPORTER: cell.metrics ? 'otlp' : 'none', OTEL_LOGS_EXPORTER: cell.logs ? 'otlp' : 'none',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: cell.temporality, OTEL_METRICS_INCLUDE_SESSION_ID: String(cell.sessionId),
    OTEL_METRIC_EXPORT_INTERVAL: '250', OTEL_LOGS_EXPORT_INTERVAL: '250', CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS: '20000', CLAUDE_CODE_OTEL_FLUSH_TIMEOUT_MS: '20000',
    OTEL_LOG_USER_PROMPTS: '1', OTEL_LOG_TOOL_DETAILS: '1', OTEL_LOG_TOOL_CONTENT: '1', OTEL_LOG_ASSISTANT_RESPONSES: '1', OTEL_LOG_RAW_API_BODIES: '1',
  };
  await new Promise(resolve => spawn(path.join(here, 'run-session.sh'), [
    '--home', path.join(work, 'homes', cell.user), '--work', project, '--out', out, '--prompt', `${MARK} please ${tag}`,
    '--otlp', endpoints[cell.protocol], '--protocol', cell.protocol,
    ...Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]), '--', ...rest,
  ], { stdio: 'ignore' }).on('close', resolve));
  return JSON.parse(fs.readFileSync(path.join(out, 'result.json'), 'utf8'));
}

// Waits until the session has sent this to the model's API: by then the process has read what it resumes.
async function asks(cell, name, text) {
  const log = path.join(work, 'runs', cell.user, name, 'api', 'requests.jsonl');
  for (const deadline = Date.now() + 60_000; !fs.existsSync(log) || !fs.readFileSync(log, 'utf8').includes(text); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`${cell.name}: ${name} asked nothing`);
  }
}

const fields = { inputTokens: 'input_tokens', outputTokens: 'output_tokens', cacheReadInputTokens: 'cache_read_tokens', cacheCreationInputTokens: 'cache_write_tokens', costUSD: 'cost_usd' };

// Usage of a process: its result continues counting from the session that it resumed.
function add(sums, result, before = {}) {
  for (const [model, usage] of Object.entries(result.modelUsage)) {
    const row = sums[model.replace(/\[1m\]$/, '')] ??= Object.fromEntries(Object.values(fields).map(field => [field, 0]));
    for (const [theirs, ours] of Object.entries(fields)) row[ours] += usage[theirs] - (before.modelUsage?.[model]?.[theirs] ?? 0);
  }
}
const same = (rows, expected) => rows.length === Object.keys(expected).length && rows.every(row => expected[row.model]
  && Object.values(fields).every(field => (field === 'cost_usd' ? Math.abs(row[field] - expected[row.model][field]) < 1e-9 : row[field] === expected[row.model][field])));

async function get(address) {
  const answer = await fetch(`http://127.0.0.1:${PORT}${address}`, { headers: { authorization: `Bearer ${receiver.adminToken}` } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
  return answer;
}
const models = async user => (await (await get(`/api/v1/telemetry/models?period=7d&user=${user}@example.org`)).json()).rows;

// The same rows from the page's own table: every cell contains its exact figure; cost is rounded to the millionth.
async function pageModels(user) {
  const page = await (await get(`/admin/telemetry?period=7d&user=${user}@example.org`)).text();
  const table = /<table[^>]*>\s*<caption[^>]*>Tokens by type and model<\/caption>.*?<\/table>/s.exec(page)?.[0] ?? '';
  return [...table.matchAll(/<tr>\s*<th scope="row">(.*?)<\/th>(.*?)<\/tr>/gs)].map(([, name, cells]) => {
    const [, input, output, read, write, cost] = [...cells.matchAll(/data-v="([^"]*)"/g)].map(match => Number(match[1]));
    return { model: name.replace(/<[^>]*>/g, '').trim(), input_tokens: input, output_tokens: output, cache_read_tokens: read, cache_write_tokens: write, cost_usd: cost };
  });
}
const rounded = expected => Object.fromEntries(Object.entries(expected).map(([model, row]) => [model, { ...row, cost_usd: Number(row.cost_usd.toFixed(6)) }]));

// A session with subagents on two models; then two more processes on it at once: one waits for its answer until the other has ended. Its
// result counts from what it read at its start; the other's from the first process, since nothing else has ended.
async function prove(cell) {
  const sums = {};
  const first = await session(cell, 'first', '[[sc:agenthaiku]]');
  add(sums, first);
  const resume = ['--resume', first.session_id];
  const go = path.join(work, `go-${cell.user}`);
  const held = session(cell, 'held', `[[sc:hold:${go}]]`, resume);
  await asks(cell, 'held', 'sc:hold');
  add(sums, await session(cell, 'beside', '[[sc:tools]]', resume), first);
  fs.writeFileSync(go, '');
  add(sums, await held, first);
  let rows;
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await sleep(50)) {
    rows = await models(cell.user);
    if (same(rows, sums)) break;
  }
  check(`${cell.name}: API`, same(rows, sums), same(rows, sums) ? Object.entries(sums).map(([model, row]) => `${model} ${Object.values(row).slice(0, 4).join('+')} tokens ${row.cost_usd.toFixed(9)} USD`).join(', ') : `expected ${JSON.stringify(sums)}, shown ${JSON.stringify(rows)}`);
  const shown = await pageModels(cell.user);
  check(`${cell.name}: page`, same(shown, rounded(sums)), same(shown, rounded(sums)) ? '' : JSON.stringify(shown));

  // Each source arrived completely, and only one of them was counted.
  const output = Object.values(sums).reduce((total, row) => total + row.output_tokens, 0);
  const sources = Object.fromEntries(query(`SELECT source, sum(output_tokens) n FROM telemetry_hours JOIN telemetry_subjects USING (subject_id)
    WHERE name = '${cell.user}@example.org' GROUP BY source HAVING n <> 0 ORDER BY source`).map(({ source, n }) => [source, n]));
  const expected = cell.logs ? { events: output, ...(cell.metrics && { shadowed: output }) } : { metrics: output };
  check(`${cell.name}: sources`, JSON.stringify(sources) === JSON.stringify(expected), JSON.stringify(sources));
}

const cells = [];
for (const protocol of Object.keys(endpoints)) {
  for (const sessionId of [true, false]) {
    for (const [kind, metrics, logs] of [['both', true, true], ['metrics', true, false], ['events', false, true]]) {
      for (const temporality of metrics ? ['delta', 'cumulative'] : ['delta']) {
        const name = [protocol, kind, ...(metrics ? [temporality] : []), sessionId ? 'with session ids' : 'without session ids'].join(', ');
        cells.push({ protocol, sessionId, metrics, logs, temporality, name, user: name.replace(/[^a-z]+/g, '-') });
      }
    }
  }
}
for (const cell of cells) await prove(cell);

// The client did send content and paths; none of it was kept.
const planted = [MARK, PATH_MARK, 'echo from-subagent', 'Bash(echo', 'Please look at the files'];
const sent = planted.filter(text => bodies.some(({ body }) => body.includes(text)));
check('the client sent what was planted', [MARK, PATH_MARK, 'echo from-subagent'].every(text => sent.includes(text)), sent.join(', '));
const kept = databaseFiles().map(file => fs.readFileSync(file, 'latin1')).join('');
check('the database holds none of it', kept.includes('claude-opus') && !planted.some(text => kept.includes(text)));
check('the logs hold none of it', !planted.some(text => fs.readFileSync(receiverLog, 'latin1').includes(text)));
check('nothing was refused', query("SELECT count(*) n FROM telemetry_seen WHERE kind IN ('service', 'capped')")[0].n === 0);

receiver.kill();
finish();
