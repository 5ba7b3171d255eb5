// The plugin in old and new versions of the real client: as many model requests with it as without it, the same screen output, and what was reported.
// Runs inside the network namespace: ./prove-versions.sh [VERSION…]. Prints a table, version by version. SCENARIOS selects some of them, separated by commas.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { check, finish, idsInTranscripts, installHook, less, lines, named, ofAnswers, ofClient, ofRows, query, same, sleep, startReceiver, sum, work } from './proof.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const oldest = '2.1.139'; // as stated in plugin.json, docs/user-setup.md and `ccflux status`
const PORT = 18080;
const scenarios = (process.env.SCENARIOS ?? 'text,tools,agent,agenthaiku,agentbg,continue,compact,websearch,e429unified').split(',');
const versions = process.argv.slice(2);
const receiver = await startReceiver(PORT, { REQUIRE_SIGNATURES: 'true', OTLP_HTTP_ADDR: '', OTLP_GRPC_ADDR: '' });
const isOlder = (a, b) => {
  const [x, y] = [a, b].map(version => version.split('.').map(Number));
  return (x[0] - y[0] || x[1] - y[1] || x[2] - y[2]) < 0;
};

/** The two that continue the session of the previous scenario, in the same project. */
const goesOn = { continue: 'Please go on [[sc:tools]]', compact: '/compact' };

/** One session of one version of the client, to its end, and its requests to the model. */
async function session(version, name, tag, home) {
  const out = path.join(work, 'runs', `${version}-${name}-${tag}`);
  const project = path.join(work, 'projects', `${version}-${name}-${goesOn[tag] ? 'agentbg' : tag}`);
  const form = ['--prompt', goesOn[tag] ?? `Please do it [[sc:${tag}]]`, ...(goesOn[tag] ? ['--', '--continue'] : [])];
  fs.mkdirSync(project, { recursive: true });
  const code = await new Promise(resolve => spawn(path.join(here, 'run-session.sh'), ['--home', home, '--work', project, '--out', out, ...form],
    { stdio: 'ignore', env: { ...process.env, CLIENT_VERSION: version, REAL_CLIENT_PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` } }).on('close', resolve));
  let result = {};
  try { result = JSON.parse(fs.readFileSync(path.join(out, 'result.json'), 'utf8')); } catch { /* the checks report it */ }
  const asked = lines(path.join(out, 'api/requests.jsonl')).filter(request => request.method === 'POST' && request.url.startsWith('/v1/messages') && !request.url.includes('count_tokens'));
  return {
    code, tag, asked: asked.length, answers: lines(path.join(out, 'api/answers.jsonl')), id: result.session_id, usage: result.modelUsage ?? {}, text: result.result?.replace(/req_[0-9A-Za-z]+/g, 'req_…'), isError: result.is_error, turns: result.num_turns,
    stderr: fs.readFileSync(path.join(out, 'stderr.txt'), 'utf8'), home,
  };
}

const stored = id => ofRows(query(`SELECT m.name, SUM(r.input_tokens) input, SUM(r.output_tokens) output, SUM(r.cache_read_tokens) cache_read,
      SUM(r.cache_write_5m_tokens + r.cache_write_1h_tokens) cache_write
    FROM sessions s JOIN requests r USING (user_id, session_key) JOIN models m USING (model_id) WHERE s.session_id = '${id}' AND r.hidden = 0 GROUP BY m.name`));

const table = [];
for (const version of versions) {
  const plain = path.join(work, `${version}-plain`);
  const withPlugin = path.join(work, `${version}-plugin`);
  fs.mkdirSync(path.join(plain, '.claude'), { recursive: true });
  installHook(receiver, PORT, `v${version}@example.org`, withPlugin);

  const omitted = [];
  const sums = new Map();
  let reported = 0;
  let exact = 0;
  let compared = 0;
  for (const tag of scenarios) {
    const without = await session(version, 'without', tag, plain);
    const having = await session(version, 'with', tag, withPlugin);
    check(`${version} ${tag}: as many model requests with the plugin as without it`, having.asked === without.asked && having.asked > 0, `${having.asked} with, ${without.asked} without`);
    check(`${version} ${tag}: the same on the screen`, having.code === without.code && having.text === without.text && having.isError === without.isError && having.turns === without.turns && having.stderr === without.stderr,
      `exit ${having.code}/${without.code}, ${JSON.stringify(having.text)?.slice(0, 60)}${having.stderr ? `, ${having.stderr.slice(0, 200)}` : ''}`);
    const known = idsInTranscripts(withPlugin);
    const missing = having.answers.filter(answer => !known.has(answer.request_id));
    omitted.push(...missing.map(answer => ({ tag, ...answer })));
    // modelUsage covers this process in some versions and the whole session in others.
    const before = sums.get(having.id) ?? { stored: {}, omitted: {} };
    const omittedNow = ofAnswers(missing);
    const omittedEver = sum(before.omitted, omittedNow);
    const wanted = [less(ofClient(having.usage), omittedEver), sum(before.stored, less(ofClient(having.usage), omittedNow))];
    let have = {};
    for (let i = 0; i < 60; i++) {
      have = stored(having.id);
      if (wanted.some(expected => same(have, expected)) && (tag.startsWith('e4') || Object.keys(have).length > 0)) break;
      await sleep(100);
    }
    sums.set(having.id, { stored: have, omitted: omittedEver });
    const isExact = wanted.some(expected => same(have, expected));
    const any = Object.keys(named(have)).length > 0;
    if (!tag.startsWith('e4')) {
      compared++;
      reported += any ? 1 : 0;
      exact += isExact ? 1 : 0;
    }
    if (!isOlder(version, oldest)) {
      check(`${version} ${tag}: reported as the client counted, less what transcripts omit`, isExact, isExact ? `${missing.length} omitted` : `expected ${JSON.stringify(wanted.map(named))}, stored ${JSON.stringify(named(have))}`);
    }
  }
  table.push({ version, reported: `${reported} of ${compared}`, exact: `${exact} of ${compared}`, omitted });
}

console.log('\n| client | sessions reported | equal to modelUsage, less what transcripts omit | requests that no transcript has |\n|---|---|---|---|');
for (const { version, reported, exact, omitted } of table) {
  console.log(`| ${version}${isOlder(version, oldest) ? ' (not supported)' : ''} | ${reported} | ${exact} | ${omitted.map(({ tag, kind, model, request_id }) => `${tag}: ${kind}, ${model}, ${request_id}`).join('<br>') || 'none'} |`);
}
receiver.kill();
finish();
