// See agent.sh. Figures come from the agent's /proc: current and peak resident memory, and processor time over the measured interval.
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

const [program, work, seconds] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const sessions = 10;
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const receiverKey = crypto.createECDH('prime256v1');
receiverKey.generateKeys();
let beats = 0;
let told = 0;
const server = https.createServer({ key: fs.readFileSync(`${work}/key.pem`), cert: fs.readFileSync(`${work}/cert.pem`) }, async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks));
  response.setHeader('content-type', 'application/json');
  if (request.url === '/agent/enrol') return response.end(JSON.stringify({ agent_id: 'bench', sealing_key: receiverKey.getPublicKey('base64'), signing_key: receiverKey.getPublicKey('base64') }));
  beats++;
  told = body.sessions.length;
  return response.end(JSON.stringify({ commands: [], next_seconds: 5 }));
});
server.keepAliveTimeout = 60_000;
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));

const config = path.join(work, 'home/.claude');
fs.mkdirSync(path.join(config, 'projects/-home-dev-proj'), { recursive: true });
fs.writeFileSync(path.join(config, '.credentials.json'), JSON.stringify({ claudeAiOauth: { accessToken: 'a', refreshToken: 'r', expiresAt: Date.now() + 8 * 3600e3 } }), { mode: 0o600 });
const environment = { HOME: path.join(work, 'home'), CCFLUX_CA_CERT: `${work}/cert.pem` };
await new Promise((resolve, reject) => {
  const enrol = spawn(program, ['agent', 'enrol', '--endpoint', `https://127.0.0.1:${server.address().port}`], { env: environment, stdio: ['pipe', 'inherit', 'inherit'] });
  enrol.stdin.end('bench-code\n');
  enrol.on('exit', code => (code === 0 ? resolve() : reject(new Error(`enrol: ${code}`))));
});

const clients = Array.from({ length: sessions }, () => spawn('sleep', ['100000']));
function hook(index, fields) {
  const transcript = path.join(config, `projects/-home-dev-proj/session-${index}.jsonl`);
  execFileSync(program, ['agent', 'hook'], { env: { ...environment, CLAUDE_PID: String(clients[index].pid) }, input: JSON.stringify({ session_id: `session-${index}`, transcript_path: transcript, ...fields }) });
}
for (let i = 0; i < sessions; i++) {
  fs.writeFileSync(path.join(config, `projects/-home-dev-proj/session-${i}.jsonl`), `${'{"type":"assistant","message":{"model":"claude-opus-5-5","usage":{}}}\n'.repeat(5000)}`);
  hook(i, { hook_event_name: 'SessionStart' });
}
await sleep(2000);
const agent = fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)).find(pid => {
  try { return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`agent\0--config-dir\0${config}`); } catch { return false; }
});
const status = name => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(fs.readFileSync(`/proc/${agent}/status`, 'utf8'))[1]) / 1024;
const ticks = () => fs.readFileSync(`/proc/${agent}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, each) => sum + Number(each), 0);

const round = (value, digits) => Number(value.toFixed(digits));
let turn = 0;
const working = setInterval(() => {
  const i = turn++ % sessions;
  hook(i, { hook_event_name: 'UserPromptSubmit', prompt_id: `p${turn}` });
  hook(i, { hook_event_name: 'PreToolUse', prompt_id: `p${turn}`, tool_use_id: `toolu_${turn}` });
  hook(i, { hook_event_name: 'PostToolUse', prompt_id: `p${turn}`, tool_use_id: `toolu_${turn}` });
  hook(i, { hook_event_name: 'Stop', prompt_id: `p${turn}` });
}, 1000);
await sleep(Math.min(60, seconds) * 1000);
const allThreads = () => fs.readdirSync(`/proc/${agent}/task`).reduce((sum, task) => sum + Number(fs.readFileSync(`/proc/${agent}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0) / 1e9;
const from = { at: Date.now(), cpu: allThreads(), ticks: ticks(), beats };
const series = [];
const watching = setInterval(() => series.push({ minute: Math.round((Date.now() - from.at) / 60_000), resident: round(status('VmRSS'), 1), own: round(status('RssAnon'), 1), cpu: round(1000 * (ticks() - from.ticks) / (Date.now() - from.at), 3) }), Math.max(1, Math.ceil(seconds / 600)) * 60_000);
await sleep(seconds * 1000);
clearInterval(watching);
if (seconds >= 120) console.log(JSON.stringify({ name: 'agent-series', unit: 'MiB resident, MiB own, % of a core since the start', minutes: series.map(each => [each.minute, each.resident, each.own, each.cpu]) }));
if (process.env.SMAPS) fs.writeFileSync(process.env.SMAPS, fs.readFileSync(`/proc/${agent}/smaps`));
const elapsed = (Date.now() - from.at) / 1000;
const cpu = Math.max(allThreads() - from.cpu, (ticks() - from.ticks) / 100);
clearInterval(working);
const anonymous = round(status('RssAnon'), 1);
console.log(JSON.stringify({ name: 'agent-memory', value: round(status('VmRSS'), 1), unit: 'MiB', most: round(status('VmHWM'), 1), own: anonymous, target: 20, how: `VmRSS of the native agent with ${told} sessions over TLS after ${round(elapsed, 0)} s; most is VmHWM, own is RssAnon` }));
console.log(JSON.stringify({ name: 'agent-cpu', value: round(100 * cpu / elapsed, 3), unit: '% of a core', target: 0.1, how: `processor time of all its threads over ${round(elapsed, 0)} s, ${beats - from.beats} heartbeats, a session at work every second` }));
for (const client of clients) client.kill();
process.kill(Number(agent));
server.closeAllConnections();
process.exit(0);
