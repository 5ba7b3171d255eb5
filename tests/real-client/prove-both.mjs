// Hook and telemetry of the real client together: the ledger has each request once, and equals the client's own figures per model, whichever of the two reports it.
// Where only metrics are exported, their sums count without the hook; with it, the hook's requests count, and what the metrics say is kept for comparison.
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
    OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${cell.token}`, OTEL_LOGS_EXPORTER: cell.events ? 'otlp' : 'none', OTEL_METRICS_INCLUDE_SESSION_ID: String(cell.sessionId), OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: cell.temporality,
    OTEL_METRIC_EXPORT_INTERVAL: '250', OTEL_LOGS_EXPORT_INTERVAL: '250', CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS: '20000', CLAUDE_CODE_OTEL_FLUSH_TIMEOUT_MS: '20000',
  };
  await new Promise(resolve => spawn(path.join(here, 'run-session.sh'), [
    '--home', home, '--work', project, '--out', out, '--prompt', prompt,
    ...(cell.protocol === null ? [] : ['--otlp', `http://127.0.0.1:${endpoints[cell.protocol]}`, '--protocol', cell.protocol]),
    ...Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]), ...(rest.length > 0 ? ['--', ...rest] : []),
  ], { stdio: 'ignore' }).on('close', resolve));
  return { usage: JSON.parse(fs.readFileSync(path.join(out, 'result.json'), 'utf8')).modelUsage ?? {}, answers: lines(path.join(out, 'api/answers.jsonl')) };
}

/** Three processes of two sessions; all that the client says about them. */
async function runAll(cell) {
  const email = `${cell.user}@example.org`;
  const home = path.join(work, 'homes', cell.user);
  const added = cell.hook ? installHook(receiver, PORT, email, home) : receiver.addUser(email);
  cell.token = /ttok_\S+/.exec(added)[0];
  fs.mkdirSync(home, { recursive: true });
  const first = await run(cell, 'first', 'Please do it [[sc:agenthaiku]]', home);
  const second = await run(cell, 'second', '/compact', home, ['--continue']);
  const third = await run(cell, 'third', 'Please do it [[sc:websearch]]', home);
  const costs = usage => Object.values(usage).reduce((total, each) => total + each.costUSD, 0);
  return {
    email,
    answers: [first, second, third].flatMap(each => each.answers),
    inTranscripts: idsInTranscripts(home),
    // modelUsage of the second covers its process, or the session with the first one's.
    forms: [sum(ofClient(second.usage), ofClient(first.usage), ofClient(third.usage)), sum(ofClient(second.usage), ofClient(third.usage))],
    costs: [costs(first.usage) + costs(second.usage) + costs(third.usage), costs(second.usage) + costs(third.usage)],
  };
}

const keysOf = answers => answers.map(answer => keyOf(answer.request_id)).sort();

/** A user's rows as soon as they are as wanted, or after ten seconds: the hook reports in the background. */
async function rowsOf(email, isWhole) {
  let rows = [];
  for (let i = 0; i < 100 && (i === 0 || !isWhole(rows)); i++) {
    if (i > 0) await sleep(100);
    rows = query(`SELECT m.name, CAST(r.request_key AS TEXT) AS key, r.provenance & 3 AS sources, r.input_tokens AS input, r.output_tokens AS output, r.cache_read_tokens AS cache_read,
        r.cache_write_5m_tokens + r.cache_write_1h_tokens AS cache_write, r.stated_cost_nanos AS cost, r.duration_ms AS ms, r.session_key AS session, r.origin = 8 AS metric, r.hidden
      FROM requests r JOIN users u USING (user_id) JOIN models m USING (model_id) WHERE u.email = '${email}'`);
  }
  return { counted: rows.filter(row => row.hidden === 0), metrics: rows.filter(row => row.metric), requests: rows.filter(row => !row.metric) };
}

const isOf = (forms, rows) => forms.some(form => same(form, ofRows(rows)));
const difference = (forms, rows) => isOf(forms, rows) ? '' : `expected one of ${JSON.stringify(forms.map(named))}, stored ${JSON.stringify(named(ofRows(rows)))}`;

async function prove(cell) {
  const { email, answers, inTranscripts, forms, costs } = await runAll(cell);
  const omitted = answers.filter(answer => !inTranscripts.has(answer.request_id));
  const wantedKeys = keysOf(answers);
  const wantedSources = cell.hook ? { telemetry: omitted.length, hook: 0, both: answers.length - omitted.length } : { telemetry: answers.length, hook: 0, both: 0 };
  const sourcesOf = rows => Object.fromEntries(['telemetry', 'hook', 'both'].map((name, at) => [name, rows.filter(row => row.sources === at + 1).length]));
  const keys = rows => rows.map(row => row.key).sort();
  const { counted: rows } = await rowsOf(email, all => {
    const counted = all.filter(row => row.hidden === 0);
    return JSON.stringify(keys(counted)) === JSON.stringify(wantedKeys) && JSON.stringify(sourcesOf(counted)) === JSON.stringify(wantedSources);
  });

  check(`${cell.name}: the ledger equals the client's figures, compaction and web search included`, isOf(forms, rows), difference(forms, rows));
  check(`${cell.name}: each request once, and no other`, JSON.stringify(keys(rows)) === JSON.stringify(wantedKeys), `${wantedKeys.length} answered, ${rows.length} stored, ${omitted.length} without a transcript`);
  check(`${cell.name}: who reported them`, JSON.stringify(sourcesOf(rows)) === JSON.stringify(wantedSources), JSON.stringify(sourcesOf(rows)));
  const cost = rows.reduce((all, row) => all + (row.cost ?? 0), 0) / 1e9;
  check(`${cell.name}: cost and duration`, costs.some(expected => Math.abs(expected - cost) < 1e-6) && rows.every(row => row.ms > 0 && (row.session !== 0 || !cell.sessionId)), `${cost} USD, the client says ${costs.join(' or ')}`);
  const sessions = query(`SELECT count(*) n FROM sessions JOIN users USING (user_id) WHERE email = '${email}' AND facts > 0`)[0].n;
  // Without session ids only the hook knows the two sessions.
  check(`${cell.name}: sessions`, sessions === (cell.hook || cell.sessionId ? 2 : 0), `${sessions}`);
}

async function proveMetrics(cell) {
  const { email, answers, inTranscripts, forms } = await runAll(cell);
  const wanted = cell.hook ? keysOf(answers.filter(answer => inTranscripts.has(answer.request_id))) : [];
  const keys = rows => rows.map(row => row.key).sort();
  const { counted, metrics, requests } = await rowsOf(email, all => JSON.stringify(keys(all.filter(row => !row.metric))) === JSON.stringify(wanted) && isOf(forms, all.filter(row => row.metric)));

  check(`${cell.name}: what the metrics say equals the client's figures`, isOf(forms, metrics), difference(forms, metrics));
  if (cell.hook) {
    check(`${cell.name}: the hook's requests count, exactly`, JSON.stringify(keys(counted)) === JSON.stringify(wanted) && requests.length === counted.length, `${wanted.length} in transcripts, ${counted.length} count`);
  } else {
    check(`${cell.name}: the metrics count, as no request`, isOf(forms, counted) && requests.length === 0, difference(forms, counted));
    const stored = query(`SELECT CAST(sum(requests) AS INTEGER) AS n FROM usage_totals JOIN users USING (user_id) WHERE email = '${email}'`)[0].n;
    check(`${cell.name}: no request is made up`, stored === 0, `${stored}`);
  }
}

for (const protocol of Object.keys(endpoints)) {
  for (const sessionId of [true, false]) {
    for (const hook of [true, false]) {
      for (const events of [true, false]) {
        for (const temporality of hook || !events ? ['delta', 'cumulative'] : ['delta']) {
          const name = [protocol, hook ? 'with the hook' : 'telemetry alone', events ? 'events' : 'metrics only', temporality, sessionId ? 'session ids' : 'no session ids'].join(', ');
          const cell = { protocol, sessionId, hook, temporality, events, name, user: name.replace(/[^a-z]+/g, '-') };
          if (name.includes(process.env.CELLS ?? '')) await (events ? prove : proveMetrics)(cell);
        }
      }
    }
  }
}

const recount = spawnSync('dotnet', [process.env.RECEIVER, 'recount', '--check'], { env: { ...process.env, DATABASE_PATH: database }, encoding: 'utf8' });
check('the sums equal a recount', recount.status === 0, (recount.stdout + recount.stderr).trim().split('\n').at(-1));
receiver.kill();
finish();
