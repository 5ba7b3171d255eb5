// What issue "usage, end to end" requires to be shown with the real client. Runs inside the network namespace; see prove.sh.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, databaseFiles, files, finish, query, receiverLog, sleep, startReceiver, work } from './proof.mjs';
import { recordingProxy } from './recording-proxy.mjs';
import { sampleProcesses } from './process-sampler.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const MARK = 'PROVE-CONTENT-5c1e';
const RECEIVER_PORT = 18080;
const PROXY_PORT = 18081;
const pairs = Number(process.env.PAIRS ?? 30);
const home = path.join(work, 'home');
const configDir = path.join(home, '.claude');
const project = path.join(work, 'project');
fs.mkdirSync(configDir, { recursive: true });
fs.mkdirSync(project, { recursive: true });

// The receiver; everything must be signed or is refused.
const receiver = await startReceiver(RECEIVER_PORT, { REQUIRE_SIGNATURES: 'true' });
const token = /token\s+(\S+)/.exec(receiver.addUser('dev@example.org'))[1];
const tokenFile = path.join(work, 'token');
fs.writeFileSync(tokenFile, token, { mode: 0o600 });
const bodies = [];
await recordingProxy(PROXY_PORT, RECEIVER_PORT, bodies);
const processes = new Map();
const stopSampling = sampleProcesses('/ccflux', processes);

function install(homeDir) {
  execFileSync(path.join(process.env.PLUGIN, 'bin/ccflux'), ['install', '--yes', '--no-check', '--config-dir', path.join(homeDir, '.claude'), '--endpoint', `http://127.0.0.1:${PROXY_PORT}`, '--token-file', tokenFile], { env: { HOME: homeDir } });
}
install(home);

// One session of the client, to its end.
async function session(name, tag, rest = [], homeDir = home, extra = []) {
  const out = path.join(work, 'runs', name);
  const from = Date.now();
  await new Promise(resolve => spawn(path.join(here, 'run-session.sh'), [
    '--home', homeDir, '--work', project, '--out', out, '--prompt', `${MARK} please ${tag}`, ...extra, '--', ...rest,
  ], { stdio: 'ignore' }).on('close', resolve));
  const to = Date.now();
  let result = {};
  try { result = JSON.parse(fs.readFileSync(path.join(out, 'result.json'), 'utf8')); } catch { /* the checks report it */ }
  return {
    name, from, to, id: result.session_id, usage: result.modelUsage ?? {}, screen: fs.readFileSync(path.join(out, 'stderr.txt'), 'utf8'),
    stdout: fs.readFileSync(path.join(out, 'result.json'), 'utf8'), microseconds: Number(fs.readFileSync(path.join(out, 'microseconds'), 'utf8')),
  };
}

const fields = { inputTokens: 'input', outputTokens: 'output', cacheReadInputTokens: 'cache_read', cacheCreationInputTokens: 'cache_write' };
function minus(total, before) {
  const rest = {};
  for (const [model, usage] of Object.entries(total)) {
    const name = model.replace(/\[1m\]$/, '');
    rest[name] ??= {};
    for (const field of Object.keys(fields)) {
      rest[name][fields[field]] = (rest[name][fields[field]] ?? 0) + usage[field] - (before[model]?.[field] ?? 0);
    }
  }
  return Object.fromEntries(Object.entries(rest).filter(([, sums]) => Object.values(sums).some(sum => sum !== 0)));
}
function stored(id) {
  const rows = query(`SELECT m.name, SUM(r.input_tokens) input, SUM(r.output_tokens) output, SUM(r.cache_read_tokens) cache_read,
      SUM(r.cache_write_5m_tokens + r.cache_write_1h_tokens) cache_write
    FROM sessions s JOIN requests r USING (user_id, session_key) JOIN models m USING (model_id)
    WHERE s.session_id = '${id}' AND r.hidden = 0 GROUP BY m.name`);
  return Object.fromEntries(rows.map(({ name, ...sums }) => [name, sums]));
}
const turns = ids => query(`SELECT t.started_at, t.ended_at, t.outcome, s.device_ref FROM sessions s JOIN turns t USING (user_id, session_key)
  WHERE s.session_id IN (${ids.map(id => `'${id}'`)}) AND t.hidden = 0 ORDER BY t.started_at, t.ended_at`);
const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = value => (value && typeof value === 'object' ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])])) : value);

// Within five seconds of the session's end the database contains what the client counted. A fork copies turns; each belongs to one of the sessions that have it,
// so turns are counted in all of them.
async function arrives(run, expected, count, outcome = 'completed', sessions = [run.id]) {
  let have;
  let rows;
  do {
    have = stored(run.id);
    rows = turns(sessions);
    if (same(have, expected) && rows.length === count && rows.at(-1)?.outcome === outcome) break;
    await sleep(50);
  } while (Date.now() - run.to < 5000);
  const late = Date.now() - run.to;
  check(`${run.name}: the client's own totals within 5 s`, same(have, expected), same(have, expected) ? `${late} ms after its end` : `expected ${JSON.stringify(expected)}, stored ${JSON.stringify(have)}`);
  check(`${run.name}: ${count} turn(s), the last one ${outcome}, each once and signed`, rows.length === count && rows.at(-1)?.outcome === outcome && rows.every(row => row.device_ref !== null), JSON.stringify(rows.map(row => row.outcome)));
  const last = rows.at(-1);
  check(`${run.name}: the turn's own times`, !!last && last.started_at >= run.from - 1000 && last.ended_at <= run.to + 1000 && last.started_at <= last.ended_at);
  check(`${run.name}: nothing on the client's screen`, run.screen === '' && !run.stdout.includes('ccflux'), run.screen.slice(0, 200));
}

const tools = await session('tools', '[[sc:tools]]');
await arrives(tools, minus(tools.usage, {}), 1);
const agent = await session('agent', '[[sc:agent]]');
await arrives(agent, minus(agent.usage, {}), 1);
const agentbg = await session('agentbg', '[[sc:agentbg]]');
await arrives(agentbg, minus(agentbg.usage, {}), 1);
const haiku = await session('agenthaiku', '[[sc:agenthaiku]]');
await arrives(haiku, minus(haiku.usage, {}), 1);
const continued = await session('continue', '[[sc:tools]]', ['--continue']);
check('continue: it is the session before', continued.id === haiku.id);
await arrives(continued, minus(continued.usage, {}), 2);
const forked = await session('fork', '[[sc:text]]', ['--continue', '--fork-session']);
check('fork: it is a session of its own', !!forked.id && forked.id !== continued.id);
await arrives(forked, minus(forked.usage, continued.usage), 3, 'completed', [continued.id, forked.id]);
const limited = await session('e429unified', '[[sc:e429unified]]');
await arrives(limited, minus(limited.usage, {}), 1, 'failed');
const total = query('SELECT COUNT(*) n FROM turns')[0].n;
check('all sessions: these seven turns and no other', total === 7, `${total} turns`);

// How long the user waits: pairs of runs, with and without the plugin, alternating, in two homes that differ in nothing else.
await sleep(2500);
stopSampling();
if (pairs > 0) {
  const pluginHome = path.join(work, 'plugin-home');
  const plainHome = path.join(work, 'plain-home');
  fs.mkdirSync(plainHome, { recursive: true });
  install(pluginHome);
  for (const warmed of [pluginHome, plainHome]) await session(`warm-up-${path.basename(warmed)}`, '[[sc:text]]', [], warmed);
  const differences = [];
  for (let i = 0; i < pairs; i++) {
    const withFirst = i % 2 === 0;
    const first = await session(`pair-${i}-a`, '[[sc:text]]', [], withFirst ? pluginHome : plainHome);
    const second = await session(`pair-${i}-b`, '[[sc:text]]', [], withFirst ? plainHome : pluginHome);
    differences.push(((withFirst ? first : second).microseconds - (withFirst ? second : first).microseconds) / 1000);
  }
  const mean = differences.reduce((a, b) => a + b, 0) / pairs;
  const deviation = Math.sqrt(differences.reduce((a, b) => a + (b - mean) ** 2, 0) / (pairs - 1));
  const bound = mean + 1.7 * deviation / Math.sqrt(pairs); // one-sided 95 %, Student's t for 29 degrees of freedom
  check(`${pairs} pairs of runs: the plugin costs less than 50 ms`, bound < 50, `mean ${mean.toFixed(1)} ms, upper 95 % bound ${bound.toFixed(1)} ms`);
}

// The prompts' text is in nothing that ccflux wrote or sent, or was started with.
const holds = text => text.includes(MARK) || text.includes(Buffer.from(MARK).toString('base64').slice(0, 20));
const state = [...files(path.join(configDir, 'ccflux'))];
check('the state directory holds nothing of the prompts', state.length > 3 && !state.some(file => holds(fs.readFileSync(file, 'latin1'))), `${state.length} files`);
check('no request body holds anything of the prompts', bodies.length > 7 && !bodies.some(({ body }) => holds(body)), `${bodies.length} bodies`);
check('the database holds nothing of the prompts', !databaseFiles().some(file => holds(fs.readFileSync(file, 'latin1'))));
check('the logs hold nothing of the prompts', !holds(fs.readFileSync(receiverLog, 'latin1')));
const delivers = [...processes.values()].filter(({ command }) => command.includes('\0deliver'));
check('no process of ccflux has anything of the prompts in its arguments or environment', delivers.length > 0 && ![...processes.values()].some(({ command, environment }) => holds(command + environment)), `${processes.size} seen, ${delivers.length} of them deliver`);
check('deliver has neither the API key nor the token in its arguments', !delivers.some(({ command, environment }) => environment.includes('ANTHROPIC_API_KEY') || command.includes(token)));

receiver.kill();
finish();
