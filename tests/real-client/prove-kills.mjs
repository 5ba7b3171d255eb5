// The real client while deliver and the receiver are killed again and again: the ledger has every request of the transcripts once, and nothing else.
// Runs inside the network namespace: ./prove-versions.sh --kills [VERSION…]. SCENARIOS selects some, separated by commas; SEED repeats the same pauses.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { check, database, files, finish, query, sleep, startReceiver, work } from './proof.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const PORT = 18080;
const scenarios = (process.env.SCENARIOS ?? 'text,tools,agent,agenthaiku,agentbg,continue,fork,compact,websearch,tools,agentbg,continue').split(',');
const settings = { REQUIRE_SIGNATURES: 'true', OTLP_HTTP_ADDR: '', OTLP_GRPC_ADDR: '', RATE_LIMIT_PER_MINUTE: '10000' };

let seed = Number(process.env.SEED ?? 1);
const random = () => { // Linear congruential, so that a run can be repeated as far as processes allow.
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return seed / 4294967296;
};

// Kills until it is stopped: a deliver at a random point of its short life, and the receiver every few seconds.
const killed = { deliver: 0, receiver: 0 };
let receiver = await startReceiver(PORT, settings);
let killing = true;
async function killDelivers() {
  const seen = new Set();
  while (killing) {
    for (const name of fs.readdirSync('/proc').filter(entry => /^\d+$/.test(entry) && !seen.has(entry))) {
      let command = '';
      try { command = fs.readFileSync(`/proc/${name}/cmdline`, 'latin1'); } catch { continue; /* it has ended */ }
      const [program, verb] = command.split('\0');
      if (program.endsWith('/ccflux') && verb === 'deliver') {
        seen.add(name);
        if (random() < 0.8) {
          setTimeout(() => {
            try { process.kill(Number(name), 'SIGKILL'); killed.deliver++; } catch { /* it has ended */ }
          }, random() * 250);
        }
      }
    }
    await sleep(5);
  }
}
async function killReceivers() {
  while (killing) {
    await sleep(700 + random() * 2500);
    if (!killing) return;
    receiver.kill('SIGKILL');
    killed.receiver++;
    await sleep(random() * 600);
    receiver = await startReceiver(PORT, settings);
  }
}

async function session(version, number, tag, home, projects) {
  const out = path.join(work, 'runs', `${version}-${number}-${tag}`);
  const goesOn = { continue: 'Please go on [[sc:tools]]', fork: 'Please go on [[sc:text]]', compact: '/compact' }[tag];
  const project = goesOn ? projects.at(-1) : path.join(work, 'projects', `${version}-${number}`);
  fs.mkdirSync(project, { recursive: true });
  projects.push(project);
  const rest = goesOn ? ['--', '--continue', ...(tag === 'fork' ? ['--fork-session'] : [])] : [];
  await new Promise(resolve => spawn(path.join(here, 'run-session.sh'), ['--home', home, '--work', project, '--out', out, '--prompt', goesOn ?? `Please do it [[sc:${tag}]]`, ...rest],
    { stdio: 'ignore', env: { ...process.env, CLIENT_VERSION: version } }).on('close', resolve));
  const result = JSON.parse(fs.readFileSync(path.join(out, 'result.json'), 'utf8'));
  const answers = fs.readFileSync(path.join(out, 'api/answers.jsonl'), 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
  return { tag, id: result.session_id, usage: result.modelUsage ?? {}, answers };
}

const fields = ['input', 'output', 'cache_read', 'cache_write'];
const add = (sums, model, usage, sign = 1) => {
  const of = (sums[model.replace(/\[1m\]$/, '')] ??= Object.fromEntries(fields.map(field => [field, 0])));
  for (const field of fields) of[field] += sign * (usage[field] ?? 0);
  return sums;
};
const sum = (...parts) => parts.reduce((all, part) => Object.entries(part).reduce((sums, [model, usage]) => add(sums, model, usage), all), {});
const less = (a, b) => Object.entries(b).reduce((sums, [model, usage]) => add(sums, model, usage, -1), sum(a));
const named = sums => JSON.stringify(Object.fromEntries(Object.entries(sums).filter(([, of]) => fields.some(field => of[field] !== 0)).sort(([a], [b]) => (a < b ? -1 : 1))));
const ofClient = usage => Object.entries(usage).reduce((sums, [model, u]) => add(sums, model, { input: u.inputTokens, output: u.outputTokens, cache_read: u.cacheReadInputTokens, cache_write: u.cacheCreationInputTokens }), {});
const ofAnswers = answers => answers.reduce((sums, { model, usage: u }) => add(sums, model, { input: u.input_tokens, output: u.output_tokens, cache_read: u.cache_read_input_tokens, cache_write: u.cache_creation_input_tokens }), {});

function idsInTranscripts(home) {
  const ids = new Set();
  for (const file of files(path.join(home, '.claude/projects'))) {
    for (const [, id] of fs.readFileSync(file, 'utf8').matchAll(/"requestId":"(req_[^"]+)"/g)) ids.add(id);
  }
  return ids;
}

/** The ledger's key of a request id, computed without the program's code. */
function keyOf(id) {
  const part = text => [Buffer.from([0, 0, 0, text.length]), Buffer.from(text)];
  return crypto.createHash('sha256').update(Buffer.concat([...part('request'), ...part(id), Buffer.alloc(8)])).digest().readBigInt64BE(0).toString();
}

const rowsOf = email => query(`SELECT s.session_id, m.name, CAST(r.request_key AS TEXT) AS key, r.input_tokens AS input, r.output_tokens AS output, r.cache_read_tokens AS cache_read,
    r.cache_write_5m_tokens + r.cache_write_1h_tokens AS cache_write
  FROM requests r JOIN users u USING (user_id) JOIN sessions s USING (user_id, session_key) JOIN models m USING (model_id) WHERE u.email = '${email}' AND r.hidden = 0`);

for (const version of process.argv.slice(2)) {
  const email = `v${version}@example.org`;
  const home = path.join(work, `home-${version}`);
  const tokenFile = path.join(work, `token-${version}`);
  fs.writeFileSync(tokenFile, /token\s+(\S+)/.exec(receiver.addUser(email))[1], { mode: 0o600 });
  fs.mkdirSync(path.join(home, '.claude/projects'), { recursive: true });
  execFileSync(path.join(process.env.PLUGIN, 'bin/ccflux'), ['install', '--yes', '--config-dir', path.join(home, '.claude'), '--endpoint', `http://127.0.0.1:${PORT}`, '--token-file', tokenFile], { env: { HOME: home } });

  [killing, killed.deliver, killed.receiver] = [true, 0, 0];
  const killers = Promise.all([killDelivers(), killReceivers()]);
  const [runs, projects] = [[], []];
  for (const [number, tag] of scenarios.entries()) {
    runs.push(await session(version, number, tag, home, projects));
  }
  killing = false;
  await killers;
  // What was left lying is delivered with the next session, as on a real machine.
  runs.push(await session(version, 'last', 'text', home, projects));

  const known = idsInTranscripts(home);
  const omitted = runs.flatMap(run => run.answers.filter(answer => !known.has(answer.request_id)).map(answer => ({ ...answer, tag: run.tag, session: run.id })));
  const wanted = new Map();
  for (const [at, run] of runs.entries()) {
    const of = wanted.get(run.id) ?? wanted.set(run.id, { tags: [], processes: {}, omitted: {}, before: run.tag === 'fork' ? ofClient(runs[at - 1].usage) : {} }).get(run.id);
    const usage = ofClient(run.usage);
    of.tags.push(run.tag);
    of.processes = sum(of.processes, usage);
    of.omitted = sum(of.omitted, ofAnswers(run.answers.filter(answer => !known.has(answer.request_id))));
    // modelUsage covers this process, or the whole session with what was before its fork.
    of.forms = [of.processes, less(usage, of.before)];
  }

  let rows = [];
  const stored = id => rows.filter(row => row.session_id === id).reduce((sums, { name, ...of }) => add(sums, name, of), {});
  const isExact = ([id, { forms, omitted: out }]) => forms.some(form => named(less(form, out)) === named(stored(id)));
  for (let i = 0; i < 300; i++) {
    rows = rowsOf(email);
    if ([...wanted].every(isExact)) break;
    await sleep(100);
  }

  check(`${version}: both were killed while sessions ran`, killed.deliver >= 3 && killed.receiver >= 5, `deliver ${killed.deliver} times, the receiver ${killed.receiver} times`);
  for (const [id, of] of wanted) {
    const exact = isExact([id, of]);
    check(`${version} ${of.tags.join(' + ')}: as the client counted, less what transcripts omit`, exact, exact ? '' : `expected one of ${of.forms.map(form => named(less(form, of.omitted)))}, stored ${named(stored(id))}`);
  }
  const [keys, expected] = [rows.map(row => row.key).sort(), [...known].map(keyOf).sort()];
  check(`${version}: every request of the transcripts once, and no other`, JSON.stringify(keys) === JSON.stringify(expected), `${expected.length} in transcripts, ${keys.length} stored`);
  console.log(`         omitted by transcripts: ${omitted.map(({ tag, kind, model, request_id }) => `${tag}: ${kind}, ${model}, ${request_id}`).join('; ') || 'none'}`);
}

const recount = spawnSync('dotnet', [process.env.RECEIVER, 'recount', '--check'], { env: { ...process.env, DATABASE_PATH: database }, encoding: 'utf8' });
check('the sums equal a recount', recount.status === 0, (recount.stdout + recount.stderr).trim().split('\n').at(-1));
receiver.kill();
finish();
