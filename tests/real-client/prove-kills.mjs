// The real client while deliver and the receiver are killed again and again: the ledger has every request of the transcripts once, and nothing else.
// Runs inside the network namespace: ./prove-versions.sh --kills [VERSION…]. SCENARIOS selects some, separated by commas; SEED repeats the same pauses. With
// TELEMETRY=http/protobuf, http/json or grpc the client's own telemetry reports the same requests, and those that transcripts omit.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, database, finish, idsInTranscripts, installHook, keyOf, less, lines, named, ofAnswers, ofClient, ofRows, query, same, sleep, startReceiver, sum, work } from './proof.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const PORT = 18080;
const scenarios = (process.env.SCENARIOS ?? 'text,tools,agent,agenthaiku,agentbg,continue,fork,compact,websearch,tools,agentbg,continue').split(',');
const protocol = process.env.TELEMETRY ?? '';
const settings = { REQUIRE_SIGNATURES: 'true', OTLP_HTTP_ADDR: '', OTLP_GRPC_ADDR: protocol === 'grpc' ? '127.0.0.1:18317' : '', RATE_LIMIT_PER_MINUTE: '10000' };

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

// Exports that fail are tried again for as long as the client waits for them at its end.
const otlp = token => (protocol === '' ? [] : ['--otlp', `http://127.0.0.1:${protocol === 'grpc' ? 18317 : PORT}`, '--protocol', protocol, ...[
  `OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer ${token}`, 'OTEL_LOGS_EXPORT_INTERVAL=250', 'CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS=20000', 'CLAUDE_CODE_OTEL_FLUSH_TIMEOUT_MS=20000',
].flatMap(variable => ['--env', variable])]);

async function session(version, number, tag, home, projects, token) {
  const out = path.join(work, 'runs', `${version}-${number}-${tag}`);
  const goesOn = { continue: 'Please go on [[sc:tools]]', fork: 'Please go on [[sc:text]]', compact: '/compact' }[tag];
  const project = goesOn ? projects.at(-1) : path.join(work, 'projects', `${version}-${number}`);
  fs.mkdirSync(project, { recursive: true });
  projects.push(project);
  const rest = goesOn ? ['--', '--continue', ...(tag === 'fork' ? ['--fork-session'] : [])] : [];
  await new Promise(resolve => spawn(path.join(here, 'run-session.sh'), ['--home', home, '--work', project, '--out', out, '--prompt', goesOn ?? `Please do it [[sc:${tag}]]`, ...otlp(token), ...rest],
    { stdio: 'ignore', env: { ...process.env, CLIENT_VERSION: version } }).on('close', resolve));
  const result = JSON.parse(fs.readFileSync(path.join(out, 'result.json'), 'utf8'));
  return { tag, id: result.session_id, usage: result.modelUsage ?? {}, answers: lines(path.join(out, 'api/answers.jsonl')) };
}

const rowsOf = email => query(`SELECT s.session_id, m.name, CAST(r.request_key AS TEXT) AS key, r.provenance & 3 AS sources, r.input_tokens AS input, r.output_tokens AS output, r.cache_read_tokens AS cache_read,
    r.cache_write_5m_tokens + r.cache_write_1h_tokens AS cache_write
  FROM requests r JOIN users u USING (user_id) JOIN sessions s USING (user_id, session_key) JOIN models m USING (model_id) WHERE u.email = '${email}' AND r.hidden = 0`);

for (const version of process.argv.slice(2)) {
  const email = `v${version}@example.org`;
  const home = path.join(work, `home-${version}`);
  const token = /ttok_\S+/.exec(installHook(receiver, PORT, email, home))[0];

  [killing, killed.deliver, killed.receiver] = [true, 0, 0];
  const killers = Promise.all([killDelivers(), killReceivers()]);
  const [runs, projects] = [[], []];
  for (const [number, tag] of scenarios.entries()) {
    runs.push(await session(version, number, tag, home, projects, token));
  }
  killing = false;
  await killers;
  // What was left lying is delivered with the next session, as on a real machine.
  runs.push(await session(version, 'last', 'text', home, projects, token));

  const known = idsInTranscripts(home);
  const omitted = runs.flatMap(run => run.answers.filter(answer => !known.has(answer.request_id)).map(answer => ({ ...answer, tag: run.tag, session: run.id })));
  const wanted = new Map();
  for (const [at, run] of runs.entries()) {
    const of = wanted.get(run.id) ?? wanted.set(run.id, { tags: [], processes: {}, missing: [], before: run.tag === 'fork' ? ofClient(runs[at - 1].usage) : {} }).get(run.id);
    const usage = ofClient(run.usage);
    of.tags.push(run.tag);
    of.processes = sum(of.processes, usage);
    of.missing = [...of.missing, ...run.answers.filter(answer => !known.has(answer.request_id))];
    // modelUsage covers this process, or the whole session with what was before its fork.
    of.forms = [of.processes, less(usage, of.before)];
  }

  let rows = [];
  const stored = id => ofRows(rows.filter(row => row.session_id === id));
  // Of what transcripts omit, what telemetry did not report either.
  const unseen = missing => ofAnswers(missing.filter(answer => !rows.some(row => row.key === keyOf(answer.request_id))));
  const isExact = ([id, { forms, missing }]) => forms.some(form => same(less(form, unseen(missing)), stored(id)));
  for (let i = 0; i < 300; i++) {
    rows = rowsOf(email);
    if ([...wanted].every(isExact) && rows.filter(row => (row.sources & 2) !== 0).length === known.size) break;
    await sleep(100);
  }

  check(`${version}: both were killed while sessions ran`, killed.deliver >= 3 && killed.receiver >= 5, `deliver ${killed.deliver} times, the receiver ${killed.receiver} times`);
  for (const [id, of] of wanted) {
    const exact = isExact([id, of]);
    check(`${version} ${of.tags.join(' + ')}: as the client counted, less what transcripts omit`, exact, exact ? '' : `expected one of ${JSON.stringify(of.forms.map(form => named(less(form, unseen(of.missing)))))}, stored ${JSON.stringify(named(stored(id)))}`);
  }
  const byTelemetry = omitted.filter(answer => rows.some(row => row.key === keyOf(answer.request_id)));
  const [keys, expected] = [rows.map(row => row.key).sort(), [...known, ...byTelemetry.map(answer => answer.request_id)].map(keyOf).sort()];
  check(`${version}: every request of the transcripts once, and no other`, JSON.stringify(keys) === JSON.stringify(expected),
    `${known.size} in transcripts, ${keys.length} stored, of which telemetry reported ${rows.filter(row => (row.sources & 1) !== 0).length}, and ${byTelemetry.length} of the ${omitted.length} that transcripts omit`);
  console.log(`         omitted by transcripts: ${omitted.map(({ tag, kind, model, request_id }) => `${tag}: ${kind}, ${model}, ${request_id}`).join('; ') || 'none'}`);
}

const recount = spawnSync('dotnet', [process.env.RECEIVER, 'recount', '--check'], { env: { ...process.env, DATABASE_PATH: database }, encoding: 'utf8' });
check('the sums equal a recount', recount.status === 0, (recount.stdout + recount.stderr).trim().split('\n').at(-1));
receiver.kill();
finish();
