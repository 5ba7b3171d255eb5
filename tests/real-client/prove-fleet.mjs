// The fleet with the real client on a fake login: sessions appear and vanish, an open tool call defers a swap, the swap is used by the next
// request, what the client renews is brought back. Run by ./in-fake-internet.sh; see prove.sh. The real receiver, the real agent, a fake issuer.
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FakeIssuer } from './fake-issuer.mjs';
import { LiveClient, readLogin, sleep, writeLogin } from './live-client.mjs';
import { recordingProxy } from './recording-proxy.mjs';

const here = import.meta.dirname;
const [API, RECEIVER, PROXY] = [18181, 18080, 18081];
const keep = process.env.KEEP;
const work = keep ? path.resolve(keep, 'fleet') : fs.mkdtempSync(path.join(os.tmpdir(), 'ccflux-fleet-'));
fs.mkdirSync(path.join(work, 'db'), { recursive: true });
const client = execFileSync(path.join(here, 'setup.sh'), { encoding: 'utf8' }).trim();
const program = path.join(process.env.PLUGIN, 'bin/ccflux');

let passed = 0;
let failed = 0;
function check(name, ok, detail = '') {
  console.log(`${ok ? 'passed' : 'FAILED'}   fleet: ${name}${detail ? `: ${detail}` : ''}`);
  if (ok) passed++; else failed++;
}
async function until(condition, ms) {
  const from = Date.now();
  while (!condition()) {
    if (Date.now() - from > ms) return null;
    await sleep(20);
  }
  return Date.now() - from;
}

const children = [];
process.on('exit', () => children.forEach(child => child.kill()));
children.push(spawn('node', [path.join(here, 'fake-anthropic.mjs'), '--port', String(API), '--log', path.join(work, 'api')], { stdio: 'ignore' }));
const issuer = await new FakeIssuer(API).start();

// The receiver asks the same issuer, by the vendor's own addresses.
const receiverEnvironment = {
  PATH: process.env.PATH, HOME: work, DOTNET_ROOT: process.env.DOTNET_ROOT ?? '', DATABASE_PATH: path.join(work, 'db', 'ccflux.db'), LISTEN_ADDR: `127.0.0.1:${RECEIVER}`,
  ADMIN_TOKEN: 'prove-admin-token-prove-admin-token-0', FLEET: '1', VAULT_KEY_PATH: path.join(work, 'keys'), OTLP_HTTP_ADDR: '', OTLP_GRPC_ADDR: '', SSL_CERT_FILE: issuer.ca, DOTNET_CLI_TELEMETRY_OPTOUT: '1',
};
const receiverLog = path.join(work, 'receiver.log');
const log = fs.openSync(receiverLog, 'a');
children.push(spawn('dotnet', [process.env.RECEIVER], { env: receiverEnvironment, stdio: ['ignore', log, log] }));
for (let i = 0; ; i++) {
  try { if ((await fetch(`http://127.0.0.1:${RECEIVER}/health`)).ok) break; } catch { /* not up yet */ }
  if (i > 300) { console.error(fs.readFileSync(receiverLog, 'utf8')); throw new Error('the receiver did not start'); }
  await sleep(100);
}
const bodies = [];
await recordingProxy(PROXY, RECEIVER, bodies);
// Not synchronously: the issuer and the proxy that these talk to are in this process.
const run = (file, args, env, input = '') => new Promise((resolve, reject) => {
  const child = execFile(file, args, { env, encoding: 'utf8' }, (error, output, errors) => (error ? reject(new Error(`${args.join(' ')}: ${output}${errors}`)) : resolve(output)));
  child.stdin.end(input);
});
const fleet = (...args) => run('dotnet', [process.env.RECEIVER, 'fleet', ...args], receiverEnvironment);
const beats = () => bodies.filter(each => each.url === '/heartbeat').map(each => JSON.parse(each.body));
const lastBeat = () => beats().at(-1);

// Two accounts in the vault, one config dir that is enrolled for both and has the plugin.
for (const name of ['alpha', 'beta']) {
  const dir = path.join(work, `login-${name}`);
  fs.mkdirSync(dir);
  writeLogin(dir, issuer.login(name));
  await fleet('import', '--label', name, '--config-dir', dir, '--vault-only');
}
const home = path.join(work, 'home');
const configDir = path.join(home, '.claude');
fs.mkdirSync(configDir, { recursive: true });
const foreign = { mcpOAuth: { server: { accessToken: 'mcp' } }, pluginSecrets: { other: { key: 'value' } } };
fs.writeFileSync(path.join(configDir, '.credentials.json'), JSON.stringify(foreign), { mode: 0o600 });
const environment = { PATH: '/usr/bin:/bin', HOME: home };
const code = /([A-Za-z0-9_-]{16,})\s*$/m.exec(await fleet('enrol', '--machine', os.hostname()))[1];
execFileSync(program, ['install', '--yes', '--fleet', '--config-dir', configDir, '--endpoint', `http://127.0.0.1:${PROXY}`], { env: environment });
const enrolled = await run(program, ['agent', 'enrol', '--config-dir', configDir], environment, `${code}\n`);
const agent = /as agent (\S+) for/.exec(enrolled)[1];
for (const name of ['alpha', 'beta']) await fleet('grant', agent, '--account', name);

const asked = () => issuer.requests.filter(each => each.path === '/v1/messages').map(each => `${each.token}:${each.status}`);
const token = () => readLogin(configDir).claudeAiOauth?.accessToken;

// A session appears; its config dir, which had no login, is given one.
const started = Date.now();
const first = new LiveClient(client, home, issuer);
const opening = first.ask('hello [[sc:sleep:4]]');
const appeared = await until(() => lastBeat()?.sessions.length === 1, 15000);
check('a session appears within 5 s of its start', appeared !== null && Date.now() - started < 5000, `${Date.now() - started} ms`);
await opening; // not signed in yet: its answer is of no interest
await fleet('give', agent, '--account', 'alpha');
const given = await until(() => token() === 'at-alpha-1', 15000);
check('a login reaches the config dir with the next heartbeat', given !== null && given < 7000, `${given} ms`);
const hello = await first.ask('hello [[sc:text]]');
check('the client works with it at its next turn', !hello.is_error && asked().at(-1) === 'at-alpha-1:200', asked().at(-1));

// A tool call in progress defers the swap.
const turn = first.ask('wait [[sc:sleep:12]]');
const open = await until(() => lastBeat()?.sessions[0]?.state === 'tool', 15000);
check('a running tool call is seen', open !== null, `${open} ms`);
await fleet('give', agent, '--account', 'beta');
const early = await until(() => token() !== 'at-alpha-1', 4000);
check('the swap waits while it runs', early === null);
const callsFolder = path.join(configDir, 'ccflux/fleet/calls');
const isOpen = () => fs.readdirSync(callsFolder).some(session => fs.readdirSync(path.join(callsFolder, session)).length > 0);
await until(() => !isOpen(), 20000);
const swapped = await until(() => token() === 'at-beta-1', 5000);
check('the swap reaches the file within a tick of the call\'s end', swapped !== null, `${swapped} ms`);
await turn;
const after = await first.ask('more [[sc:text]]');
check('the next turn is of the other account', !after.is_error && asked().at(-1) === 'at-beta-1:200', asked().at(-1));
const file = readLogin(configDir);
check('foreign keys are as they were', JSON.stringify({ mcpOAuth: file.mcpOAuth, pluginSecrets: file.pluginSecrets }) === JSON.stringify(foreign));
await until(() => bodies.some(each => each.url === '/agent/credential'), 15000);
const listed = await fleet('list');
check('the login before it was handed back', bodies.some(each => each.url === '/agent/credential') && /alpha\s.*vault/.test(listed), listed.split('\n').find(line => line.includes('alpha'))?.trim());

// The client renews its login; the agent brings it back.
const credentials = bodies.filter(each => each.url === '/agent/credential').length;
issuer.revoke('at-beta-1');
const renewed = await first.ask('renew [[sc:text]]');
check('the client renews what it was given', !renewed.is_error && token() === 'at-beta-2', token());
check('the client keeps the mark', readLogin(configDir).ccfluxFleet > 0);
const brought = await until(() => bodies.filter(each => each.url === '/agent/credential').length > credentials, 15000);
check('the renewed login is brought back', brought !== null, `${brought} ms`);
check('every refresh token was used once', [...issuer.accounts.values()].every(account => account.refreshed <= 1) && issuer.requests.every(each => each.path !== '/v1/oauth/token' || each.status === 200));

// Killed without a word, it vanishes; the agent hands back and ends.
first.process.kill('SIGKILL');
const vanished = await until(() => lastBeat()?.sessions.length === 0, 15000);
check('a session whose process was killed vanishes', vanished !== null, `${vanished} ms`);
const handedBack = await until(() => readLogin(configDir).claudeAiOauth.refreshToken === '', 40000);
check('after the last session the refresh token goes back and a copy stays', handedBack !== null && token() === 'at-beta-2', `${handedBack} ms`);
await sleep(2000);
const inVault = await fleet('list');
check('the vault holds both logins', ['alpha', 'beta'].every(name => new RegExp(`${name}\\s.*vault`).test(inVault)), inVault);
const next = new LiveClient(client, home, issuer);
const onCopy = await next.ask('again [[sc:text]]');
check('a session on the copy works at once', !onCopy.is_error && asked().at(-1) === 'at-beta-2:200', asked().at(-1));
const whole = await until(() => readLogin(configDir).claudeAiOauth.refreshToken === 'rt-beta-2', 30000);
check('and has the whole login again soon', whole !== null, `${whole} ms`);
await next.end();
check('nothing on the client\'s screen', first.screen === '' && next.screen === '', first.screen.slice(0, 200) + next.screen.slice(0, 200));

// No token in anything but the two places that are for it.
function* files(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(full); else if (entry.isFile()) yield full;
  }
}
const holds = text => /[ar]t-(alpha|beta)-\d/.test(text);
const leaks = [...files(path.join(configDir, 'ccflux')), ...files(path.join(work, 'db')), receiverLog].filter(name => !name.endsWith('backup.json') && holds(fs.readFileSync(name, 'latin1')));
check('no token in logs, database or state', leaks.length === 0, leaks.join(' '));
check('no token in any request', !bodies.some(each => holds(each.body)), `${bodies.length} bodies`);

if (!keep) { await sleep(500); children.forEach(child => child.kill()); fs.rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 1000 }); }
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
