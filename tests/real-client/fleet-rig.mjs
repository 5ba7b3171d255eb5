// Shared code of the fleet proofs: the fake issuer, the real receiver with a vault behind a recording proxy, and a config directory whose real agent is
// enrolled and granted every account. Run by ./in-fake-internet.sh.
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FakeIssuer } from './fake-issuer.mjs';
import { LiveClient, readLogin, sleep, writeLogin } from './live-client.mjs';
import { recordingProxy } from './recording-proxy.mjs';

const here = import.meta.dirname;
const [API, RECEIVER, PROXY] = [18181, 18080, 18081];
const ADMIN = 'prove-admin-token-prove-admin-token-0';

export const foreign = { mcpOAuth: { server: { accessToken: 'mcp' } }, pluginSecrets: { other: { key: 'value' } } };

export async function until(condition, ms, pause = 20) {
  const from = Date.now();
  while (!await condition()) {
    if (Date.now() - from > ms) return null;
    await sleep(pause);
  }
  return Date.now() - from;
}

// Not synchronously: the issuer and the proxy that these programs talk to are in this process.
const run = (file, args, env, input = '') => new Promise((resolve, reject) => {
  const child = execFile(file, args, { env, encoding: 'utf8' }, (error, output, errors) => (error ? reject(new Error(`${args.join(' ')}: ${output}${errors}`)) : resolve(output)));
  child.stdin.end(input);
});

export class FleetRig {
  passed = 0;
  failed = 0;
  children = [];

  // name: of the proof; accounts: labels; usage: each account's windows according to the issuer.
  static async start(name, accounts, usage) {
    const rig = new FleetRig();
    rig.name = name;
    rig.work = process.env.KEEP ? path.resolve(process.env.KEEP, name) : fs.mkdtempSync(path.join(os.tmpdir(), `ccflux-${name}-`));
    fs.mkdirSync(path.join(rig.work, 'db'), { recursive: true });
    rig.client = execFileSync(path.join(here, 'setup.sh'), { encoding: 'utf8' }).trim();
    const { children } = rig;
    process.on('exit', () => children.forEach(child => child.kill()));
    process.on('SIGTERM', () => process.exit(1));
    children.push(spawn('node', [path.join(here, 'fake-anthropic.mjs'), '--port', String(API), '--log', path.join(rig.work, 'api')], { stdio: 'ignore' }));
    rig.issuer = await new FakeIssuer(API).start();
    if (usage) rig.issuer.usage = usage;
    await rig.startReceiver();
    rig.bodies = [];
    await recordingProxy(PROXY, RECEIVER, rig.bodies);
    await rig.enrol(accounts);
    return rig;
  }

  check(name, ok, detail = '') {
    console.log(`${ok ? 'passed' : 'FAILED'}   ${this.name}: ${name}${detail ? `: ${detail}` : ''}`);
    if (ok) this.passed++; else this.failed++;
  }

  // The receiver calls the same issuer as the client, by the vendor's own URLs.
  async startReceiver() {
    this.environment = {
      PATH: process.env.PATH, HOME: this.work, DOTNET_ROOT: process.env.DOTNET_ROOT ?? '', DATABASE_PATH: path.join(this.work, 'db', 'ccflux.db'), LISTEN_ADDR: `127.0.0.1:${RECEIVER}`, ADMIN_TOKEN: ADMIN, FLEET: '1',
      VAULT_KEY_PATH: path.join(this.work, 'keys'), OTLP_HTTP_ADDR: '', OTLP_GRPC_ADDR: '', SSL_CERT_FILE: this.issuer.ca, DOTNET_CLI_TELEMETRY_OPTOUT: '1',
    };
    this.receiverLog = path.join(this.work, 'receiver.log');
    const log = fs.openSync(this.receiverLog, 'a');
    this.children.push(spawn('dotnet', [process.env.RECEIVER], { env: this.environment, stdio: ['ignore', log, log] }));
    for (let i = 0; ; i++) {
      try { if ((await fetch(`http://127.0.0.1:${RECEIVER}/health`)).ok) break; } catch { /* not up yet */ }
      if (i > 300) { console.error(fs.readFileSync(this.receiverLog, 'utf8')); throw new Error('the receiver did not start'); }
      await sleep(100);
    }
  }

  async enrol(accounts) {
    const program = path.join(process.env.PLUGIN, 'bin/ccflux');
    for (const name of accounts) {
      const dir = path.join(this.work, `login-${name}`);
      fs.mkdirSync(dir);
      writeLogin(dir, this.issuer.login(name));
      await this.fleet('import', '--label', name, '--config-dir', dir, '--vault-only');
    }
    this.home = path.join(this.work, 'home');
    this.configDir = path.join(this.home, '.claude');
    fs.mkdirSync(this.configDir, { recursive: true });
    fs.writeFileSync(path.join(this.configDir, '.credentials.json'), JSON.stringify(foreign), { mode: 0o600 });
    const environment = { PATH: '/usr/bin:/bin', HOME: this.home };
    const code = /([A-Za-z0-9_-]{16,})\s*$/m.exec(await this.fleet('enrol', '--machine', os.hostname()))[1];
    execFileSync(program, ['install', '--yes', '--no-check', '--fleet', '--config-dir', this.configDir, '--endpoint', `http://127.0.0.1:${PROXY}`], { env: environment });
    this.agent = /as agent (\S+) for/.exec(await run(program, ['agent', 'enrol', '--config-dir', this.configDir], environment, `${code}\n`))[1];
    for (const name of accounts) await this.fleet('grant', this.agent, '--account', name);
  }

  // Runs an operator's command.
  fleet(...args) { return run('dotnet', [process.env.RECEIVER, 'fleet', ...args], this.environment); }

  // A table of the fleet page, as a script reads it.
  async api(table) {
    const answer = await fetch(`http://127.0.0.1:${RECEIVER}/api/v1/fleet/${table}`, { headers: { authorization: `Bearer ${ADMIN}` } });
    if (!answer.ok) throw new Error(`${table}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  start() {
    const client = new LiveClient(this.client, this.home, this.issuer);
    this.children.push(client.process);
    return client;
  }

  lastBeat() { return this.bodies.filter(each => each.url === '/heartbeat').map(each => JSON.parse(each.body)).at(-1); }

  brought() { return this.bodies.filter(each => each.url === '/agent/credential').length; }

  token() { return readLogin(this.configDir).claudeAiOauth?.accessToken; }

  // The model requests so far, as TOKEN:STATUS.
  asked() { return this.issuer.requests.filter(each => each.path === '/v1/messages').map(each => `${each.token}:${each.status}`); }

  // Whether a hook has recorded a tool call whose end is not recorded yet.
  callIsOpen() {
    const calls = path.join(this.configDir, 'ccflux/fleet/calls');
    return fs.existsSync(calls) && fs.readdirSync(calls).some(session => fs.readdirSync(path.join(calls, session)).length > 0);
  }

  // How many sessions hooks have recorded.
  sessionsNoted() { return fs.readdirSync(path.join(this.configDir, 'ccflux/fleet/sessions')).length; }

  keepsForeign() {
    const file = readLogin(this.configDir);
    return JSON.stringify({ mcpOAuth: file.mcpOAuth, pluginSecrets: file.pluginSecrets }) === JSON.stringify(foreign);
  }

  everyRefreshTokenUsedOnce() {
    return [...this.issuer.accounts.values()].every(account => account.refreshed <= 1) && this.issuer.requests.every(each => each.path !== '/v1/oauth/token' || each.status === 200);
  }

  // Tokens appear only in the two places that are meant for them.
  checkLeaks() {
    const holds = text => /[ar]t-(alpha|beta)-\d/.test(text);
    const leaks = [...files(path.join(this.configDir, 'ccflux')), ...files(path.join(this.work, 'db')), this.receiverLog].filter(name => !name.endsWith('backup.json') && holds(fs.readFileSync(name, 'latin1')));
    this.check('no token in logs, database or state', leaks.length === 0, leaks.join(' '));
    this.check('no token in any request', !this.bodies.some(each => holds(each.body)), `${this.bodies.length} bodies`);
  }

  async finish() {
    await sleep(500);
    this.children.forEach(child => child.kill());
    if (!process.env.KEEP) fs.rmSync(this.work, { recursive: true, force: true, maxRetries: 20, retryDelay: 1000 });
    console.log(`${this.passed} passed, ${this.failed} failed, 0 skipped`);
    process.exit(this.failed === 0 ? 0 : 1);
  }
}

function* files(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(full); else if (entry.isFile()) yield full;
  }
}
