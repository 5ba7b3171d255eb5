// Hook and telemetry of the real client together: the ledger has each request once, and equals the client's own figures per model, whichever of the two reports it.
// Runs inside the network namespace; see prove.sh. CELLS selects some of the cells by a part of their names.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, database, finish, idsInTranscripts, installHook, keyOf, lines, named, ofClient, ofRows, query, same, sleep, startReceiver, sum, work } from './proof.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const [PORT, HTTP_PORT, GRPC_PORT] = [18080, 18318, 18317];
const receiver = await startReceiver(PORT, { OTLP_HTTP_ADDR: `127.0.0.1:${HTTP_PORT}`, OTLP_GRPC_ADDR: `127.0.0.1:${GRPC_PORT}`, RATE_LIMIT_PER_MINUTE: '10000' });
const endpoints = { 'http/protobuf': HTTP_PORT, 'http/json': HTTP_PORT, grpc: GRPC_PORT };

// One process of the client, to its end. The second continues the first one's session, and compacts it.
async function run(cell, name, prompt, home, rest = []) {
  const out = path.join(work, 'runs', cell.user, name);
  const project = path.join(work, 'projects', `${cell.user}-${rest.length > 0 ? 'first' : name}`);
  fs.mkdirSync(project, { recursive: true });
  const variables = cell.protocol === null ? {} : {
    OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${cell.token}`, OTEL_METRICS_INCLUDE_SESSION_ID: String(cell.sessionId), OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: cell.temporality,
    OTEL_METRIC_EXPORT_INTERVAL: '250', OTEL_LOGS_EXPORT_INTERVAL: '250', CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS: '20000', CLAUDE_CODE_OTEL_FLUSH_TIMEOUT_MS: '20000',
  };
  await new Promise(resolve => spawn(path.join(here, 'run-session.sh'), [
    '--home', home, '--work', project, '--out', out, '--prompt', prompt,
    ...(cell.protocol === null ? [] : ['--otlp', `http://127.0.0.1:${endpoints[cell.protocol]}`, '--protocol', cell.protocol]),
    ...Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]), ...(rest.length > 0 ? ['--', ...rest] : []),
  ], { stdio: 'ignore' }).on('close', resolve));
  return { usage: JSON.parse(fs.readFileSync(path.join(out, 'result.json'), 'utf8')).modelUsage ?? {}, answers: lines(path.join(out, 'api/answers.jsonl')) };
}

async function prove(cell) {
  const email = `${cell.user}@example.org`;
  const home = path.join(work, 'homes', cell.user);
  const added = cell.hook ? installHook(receiver, PORT, email, home) : receiver.addUser(email);
  cell.token = /ttok_\S+/.exec(added)[0];
  fs.mkdirSync(home, { recursive: true });
  const first = await run(cell, 'first', 'Please do it [[sc:agenthaiku]]', home);
  const second = await run(cell, 'second', '/compact', home, ['--continue']);
  const third = await run(cell, 'third', 'Please do it [[sc:websearch]]', home);
  const runs = [first, second, third];

  const [answers, known] = [runs.flatMap(each => each.answers), idsInTranscripts(home)];
  const omitted = answers.filter(answer => !known.has(answer.request_id));
  // modelUsage of the second covers its process, or the session with the first one's.
  const forms = [sum(ofClient(second.usage), ofClient(first.usage), ofClient(third.usage)), sum(ofClient(second.usage), ofClient(third.usage))];
  const costs = usage => Object.values(usage).reduce((total, each) => total + each.costUSD, 0);
  const expectedCosts = [costs(first.usage) + costs(second.usage) + costs(third.usage), costs(second.usage) + costs(third.usage)];
  const wantedKeys = answers.map(answer => keyOf(answer.request_id)).sort();
  const wantedSources = cell.hook ? { telemetry: omitted.length, hook: 0, both: answers.length - omitted.length } : { telemetry: answers.length, hook: 0, both: 0 };
  let [rows, total, keys, sources] = [[], {}, [], {}];
  const isWhole = () => JSON.stringify(keys) === JSON.stringify(wantedKeys) && JSON.stringify(sources) === JSON.stringify(wantedSources);
  for (let i = 0; i < 100 && !isWhole(); i++) {
    if (i > 0) await sleep(100);
    rows = query(`SELECT m.name, CAST(r.request_key AS TEXT) AS key, r.provenance & 3 AS sources, r.input_tokens AS input, r.output_tokens AS output, r.cache_read_tokens AS cache_read,
        r.cache_write_5m_tokens + r.cache_write_1h_tokens AS cache_write, r.stated_cost_nanos AS cost, r.duration_ms AS ms, r.session_key AS session
      FROM requests r JOIN users u USING (user_id) JOIN models m USING (model_id) WHERE u.email = '${email}' AND r.hidden = 0`);
    [total, keys] = [ofRows(rows), rows.map(row => row.key).sort()];
    sources = Object.fromEntries(['telemetry', 'hook', 'both'].map((name, at) => [name, rows.filter(row => row.sources === at + 1).length]));
  }

  check(`${cell.name}: the ledger equals the client's figures, compaction and web search included`, forms.some(form => same(form, total)),
    forms.some(form => same(form, total)) ? '' : `expected one of ${JSON.stringify(forms.map(named))}, stored ${JSON.stringify(named(total))}`);
  check(`${cell.name}: each request once, and no other`, JSON.stringify(keys) === JSON.stringify(wantedKeys), `${wantedKeys.length} answered, ${keys.length} stored, ${omitted.length} without a transcript`);
  check(`${cell.name}: who reported them`, JSON.stringify(sources) === JSON.stringify(wantedSources), JSON.stringify(sources));
  const cost = rows.reduce((all, row) => all + (row.cost ?? 0), 0) / 1e9;
  check(`${cell.name}: cost and duration`, expectedCosts.some(expected => Math.abs(expected - cost) < 1e-6) && rows.every(row => row.ms > 0 && (row.session !== 0 || !cell.sessionId)), `${cost} USD, the client says ${expectedCosts.join(' or ')}`);
  const sessions = query(`SELECT count(*) n FROM sessions JOIN users USING (user_id) WHERE email = '${email}' AND facts > 0`)[0].n;
  // Without session ids only the hook knows the two sessions.
  check(`${cell.name}: sessions`, sessions === (cell.hook || cell.sessionId ? 2 : 0), `${sessions}`);
}

for (const protocol of Object.keys(endpoints)) {
  for (const sessionId of [true, false]) {
    for (const hook of [true, false]) {
      for (const temporality of hook ? ['delta', 'cumulative'] : ['delta']) {
        const name = [protocol, hook ? 'with the hook' : 'telemetry alone', temporality, sessionId ? 'session ids' : 'no session ids'].join(', ');
        const cell = { protocol, sessionId, hook, temporality, name, user: name.replace(/[^a-z]+/g, '-') };
        if (name.includes(process.env.CELLS ?? '')) await prove(cell);
      }
    }
  }
}

const recount = spawnSync('dotnet', [process.env.RECEIVER, 'recount', '--check'], { env: { ...process.env, DATABASE_PATH: database }, encoding: 'utf8' });
check('the sums equal a recount', recount.status === 0, (recount.stdout + recount.stderr).trim().split('\n').at(-1));
receiver.kill();
finish();
