// How the real client reads its login from .credentials.json: each line was observed, not taken from documentation.
// Run by ./in-fake-internet.sh (root). ONLY=name,name runs some of them; TRACE=1 prints every request.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FakeIssuer } from './fake-issuer.mjs';
import { LiveClient, readLogin, sleep, writeLogin } from './live-client.mjs';

const here = import.meta.dirname;
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'ccflux-login-'));
const binary = execFileSync(path.join(here, 'setup.sh'), { encoding: 'utf8' }).trim();
const API = 18181;
const api = spawn('node', [path.join(here, 'fake-anthropic.mjs'), '--port', String(API), '--log', path.join(work, 'api')], { stdio: 'ignore' });
process.on('exit', () => api.kill());
const issuer = await new FakeIssuer(API).start();
await sleep(300);

let n = 0;
function home() {
  const dir = path.join(work, `home-${++n}`);
  fs.mkdirSync(path.join(dir, '.claude'), { recursive: true });
  return dir;
}
const config = dir => path.join(dir, '.claude');
const since = from => issuer.requests.slice(from);
const mark = () => issuer.requests.length;
const asked = from => since(from).filter(each => each.path === '/v1/messages').map(each => `${each.token}:${each.status}`);
const brief = result => `${result.is_error ? 'ERROR ' : ''}${String(result.result ?? '').slice(0, 90)}`;
const trace = from => { if (process.env.TRACE) for (const each of since(from)) console.log('      ', each.method, each.host + each.path, each.token, each.status, each.apiKey ? 'api-key' : '', each.grant ? JSON.stringify(each.grant) : '', each.agent); };

const facts = {
  async plain() {
    const dir = home();
    writeLogin(config(dir), issuer.login('plain'), { mcpOAuth: { x: 1 }, foreignKey: 'keep' });
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const first = await client.ask('hello [[sc:text]]');
    await client.end();
    trace(from);
    return { asked: asked(from), beta: since(from).find(each => each.path === '/v1/messages')?.beta, result: brief(first), other: since(from).filter(each => each.path !== '/v1/messages').map(each => `${each.method} ${each.host}${each.path} ${each.status}`) };
  },
  async swapBetweenTurns() {
    const dir = home();
    writeLogin(config(dir), issuer.login('alpha'));
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    await client.ask('one [[sc:text]]');
    writeLogin(config(dir), issuer.login('beta'));
    await client.ask('two [[sc:text]]');
    const early = asked(from);
    await sleep(6000);
    await client.ask('three [[sc:text]]');
    await client.end();
    trace(from);
    return { atOnce: early, sixSecondsLater: asked(from).slice(early.length), file: readLogin(config(dir)).claudeAiOauth.accessToken };
  },
  async swapInToolCall() {
    const dir = home();
    writeLogin(config(dir), issuer.login('gamma'));
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const turn = client.ask('wait [[sc:sleep:6]]');
    await client.until(() => asked(from).length >= 1 && client.events.some(each => each.type === 'assistant' && JSON.stringify(each).includes('tool_use')));
    await sleep(1000);
    writeLogin(config(dir), issuer.login('delta'));
    const result = await turn;
    await client.end();
    trace(from);
    return { asked: asked(from), result: brief(result) };
  },
  async oldTokenRevokedAfterSwap() {
    const dir = home();
    const first = issuer.login('epsilon');
    writeLogin(config(dir), first);
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    await client.ask('one [[sc:text]]');
    writeLogin(config(dir), issuer.login('zeta'));
    issuer.revoke(first.accessToken);
    const second = await client.ask('two [[sc:text]]');
    await client.end();
    trace(from);
    return { asked: asked(from), refreshes: since(from).filter(each => each.path === '/v1/oauth/token').map(each => `${each.token}:${each.status}`), result: brief(second) };
  },
  async revokedSameFile() {
    const dir = home();
    const first = issuer.login('eta');
    writeLogin(config(dir), first, { mcpOAuth: { x: 1 }, foreignKey: 'keep' });
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    await client.ask('one [[sc:text]]');
    issuer.revoke(first.accessToken);
    const second = await client.ask('two [[sc:text]]');
    await client.end();
    trace(from);
    return { asked: asked(from), refreshes: since(from).filter(each => each.path === '/v1/oauth/token').map(each => `${each.host} ${each.token}:${each.status} ${JSON.stringify(each.grant)}`), result: brief(second), file: readLogin(config(dir)) };
  },
  async expiredAtStart() {
    const dir = home();
    writeLogin(config(dir), issuer.login('theta', { expiresIn: -60 }), { mcpOAuth: { x: 1 }, foreignKey: 'keep', pluginSecrets: { p: { k: 'v' } } });
    const locks = new Set();
    const watcher = setInterval(() => { for (const folder of [dir, config(dir)]) for (const name of fs.readdirSync(folder)) if (name.includes('lock')) locks.add(`${path.relative(dir, folder) || '~'}/${name}`); }, 1);
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const first = await client.ask('one [[sc:text]]');
    await client.end();
    clearInterval(watcher);
    trace(from);
    return { asked: asked(from), refreshes: since(from).filter(each => each.path === '/v1/oauth/token').map(each => `${each.host} ${each.token}:${each.status} UA ${each.agent}`), locks: [...locks], result: brief(first), file: readLogin(config(dir)) };
  },
  async accessOnlyEmpty() { return accessOnly({ refreshToken: '' }); },
  async accessOnlyMissing() { return accessOnly({ refreshToken: undefined }); },
  async accessOnlyNull() { return accessOnly({ refreshToken: null }); },
  async accessOnlyExpired() { return accessOnly({ refreshToken: '' }, -60); },
  async accessOnlyThenRevoked() {
    const dir = home();
    const login = issuer.login('iota', { refreshToken: '' });
    writeLogin(config(dir), login);
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const first = await client.ask('one [[sc:text]]');
    issuer.revoke(login.accessToken);
    const second = await client.ask('two [[sc:text]]');
    writeLogin(config(dir), issuer.login('iota', { refreshToken: '' }));
    const third = await client.ask('three [[sc:text]]');
    await client.end();
    trace(from);
    return { asked: asked(from), first: brief(first), second: brief(second), third: brief(third), file: readLogin(config(dir)) };
  },
  async lockHeld() {
    const dir = home();
    writeLogin(config(dir), issuer.login('kappa', { expiresIn: -60 }));
    const lock = path.join(config(dir), '.oauth_refresh.lock');
    fs.mkdirSync(lock);
    const touching = setInterval(() => { try { const now = new Date(); fs.utimesSync(lock, now, now); } catch { /* gone */ } }, 1000);
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const begun = Date.now();
    const turn = client.ask('one [[sc:text]]');
    await sleep(4000);
    const whileHeld = since(from).filter(each => each.path === '/v1/oauth/token').length;
    clearInterval(touching);
    try { fs.rmdirSync(lock); } catch { /* taken over */ }
    const first = await turn;
    const took = Date.now() - begun;
    await client.end();
    trace(from);
    return { refreshesWhileHeld: whileHeld, refreshesAfter: since(from).filter(each => each.path === '/v1/oauth/token').length, asked: asked(from), took, result: brief(first) };
  },
  // Which locks are held when, around a refresh for which the issuer takes a second.
  async locksInTime() {
    const dir = home();
    const elsewhere = path.join(dir, 'elsewhere');
    fs.mkdirSync(elsewhere);
    writeLogin(elsewhere, issuer.login('lambda', { expiresIn: -60 }));
    issuer.refreshDelay = 1000;
    const begun = Date.now();
    const seen = [];
    let before = '';
    const watcher = setInterval(() => {
      const now = [dir, elsewhere].flatMap(folder => fs.readdirSync(folder).filter(name => name.includes('lock') || name.startsWith('.cred')).map(name => {
        try { const stat = fs.lstatSync(path.join(folder, name)); return `${path.relative(dir, folder) || '~'}/${name}${stat.isDirectory() ? '/' : `(${stat.size})`}`; } catch { return ''; }
      })).filter(Boolean).join(' ');
      if (now !== before) { seen.push(`${Date.now() - begun} ms: ${now}`); before = now; }
    }, 1);
    const client = new LiveClient(binary, dir, issuer, { env: { CLAUDE_CONFIG_DIR: elsewhere } });
    await client.ask('one [[sc:text]]');
    await client.end();
    clearInterval(watcher);
    issuer.refreshDelay = 0;
    return { seen, refreshAt: issuer.requests.filter(each => each.token === 'rt-lambda-1').map(each => each.at - begun) };
  },
  // The file changes while another process holds the refresh lock: does a client that waits for the lock look again?
  async changedWhileWaitingForLock() {
    const dir = home();
    writeLogin(config(dir), issuer.login('mu', { expiresIn: -60 }));
    const lock = path.join(config(dir), '.oauth_refresh.lock');
    fs.mkdirSync(lock);
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const turn = client.ask('one [[sc:text]]');
    await sleep(2500);
    writeLogin(config(dir), issuer.login('nu'));
    fs.rmdirSync(lock);
    const first = await turn;
    await client.end();
    trace(from);
    return { asked: asked(from), refreshes: since(from).filter(each => each.path === '/v1/oauth/token').map(each => `${each.token}:${each.status}`), result: brief(first), file: readLogin(config(dir)).claudeAiOauth.accessToken };
  },
  // The file changes, without any lock, while the issuer is answering a refresh of the previous login.
  async changedDuringRefresh() {
    const dir = home();
    writeLogin(config(dir), issuer.login('xi', { expiresIn: -60 }));
    issuer.refreshDelay = 1500;
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const turn = client.ask('one [[sc:text]]');
    await client.until(() => since(from).some(each => each.path === '/v1/oauth/token'));
    await sleep(300);
    writeLogin(config(dir), issuer.login('omicron'));
    const first = await turn;
    await client.end();
    issuer.refreshDelay = 0;
    trace(from);
    return { asked: asked(from), result: brief(first), file: readLogin(config(dir)).claudeAiOauth.accessToken };
  },
  async deadRefreshToken() {
    const dir = home();
    const login = issuer.login('pi', { expiresIn: -60 });
    writeLogin(config(dir), { ...login, refreshToken: 'rt-unknown' }, { mcpOAuth: { x: 1 } });
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const first = await client.ask('one [[sc:text]]');
    const after = readLogin(config(dir));
    writeLogin(config(dir), issuer.login('rho'));
    const second = await client.ask('two [[sc:text]]');
    await client.end();
    trace(from);
    return { asked: asked(from), refreshes: since(from).filter(each => each.path === '/v1/oauth/token').map(each => `${each.token}:${each.status}`), first: brief(first), after, second: brief(second) };
  },
  // What the client states about itself in addition to the login: the account in .claude.json, and the account in the request.
  async accountOfClaudeJson() {
    const dir = home();
    const account = () => JSON.parse(fs.readFileSync(path.join(config(dir), '.claude.json'), 'utf8')).oauthAccount;
    writeLogin(config(dir), issuer.login('sigma'));
    const client = new LiveClient(binary, dir, issuer);
    await client.ask('one [[sc:text]]');
    const first = account()?.emailAddress;
    writeLogin(config(dir), issuer.login('tau'));
    await client.ask('two [[sc:text]]');
    await sleep(2000);
    const second = account()?.emailAddress;
    await client.end();
    const from = mark();
    const next = new LiveClient(binary, dir, issuer);
    await next.ask('three [[sc:text]]');
    await next.end();
    trace(from);
    const bodies = fs.readFileSync(path.join(work, 'api', 'requests.jsonl'), 'utf8').trim().split('\n').slice(-3).map(line => JSON.parse(JSON.parse(line).body.metadata.user_id).account_uuid);
    return { first, afterSwap: second, inNextSession: account()?.emailAddress, accountInRequests: bodies };
  },
  async expiresSoon() {
    const dir = home();
    writeLogin(config(dir), issuer.login('upsilon', { expiresIn: 240 }));
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    await client.ask('one [[sc:text]]');
    await client.end();
    trace(from);
    return { asked: asked(from), refreshes: since(from).filter(each => each.path === '/v1/oauth/token').map(each => `${each.token}:${each.status}`) };
  },
  // The lock around writing the file, held by another process while a refresh returns.
  async writeLockHeld() {
    const dir = home();
    writeLogin(config(dir), issuer.login('chi', { expiresIn: -60 }));
    const lock = path.join(config(dir), '.storage-write.lock');
    fs.mkdirSync(lock);
    const begun = Date.now();
    const client = new LiveClient(binary, dir, issuer);
    const turn = client.ask('one [[sc:text]]');
    let renewedAfter = null;
    const held = setTimeout(() => fs.rmdirSync(lock), 3000);
    while (renewedAfter === null && Date.now() - begun < 20000) {
      if (readLogin(config(dir)).claudeAiOauth.accessToken === 'at-chi-2') renewedAfter = Date.now() - begun;
      await sleep(20);
    }
    clearTimeout(held);
    const first = await turn;
    await client.end();
    return { renewedAfter, result: brief(first) };
  },
  async staleLocks() {
    const seen = {};
    for (const [name, age] of [['.oauth_refresh.lock', 5], ['.oauth_refresh.lock', 30], ['.oauth_refresh.lock', 70], ['.storage-write.lock', 5], ['.storage-write.lock', 15], ['.storage-write.lock', 70]]) {
      const dir = home();
      writeLogin(config(dir), issuer.login(`psi${n}`, { expiresIn: -60 }));
      const lock = path.join(config(dir), name);
      fs.mkdirSync(lock);
      fs.utimesSync(lock, new Date(Date.now() - age * 1000), new Date(Date.now() - age * 1000));
      const begun = Date.now();
      const client = new LiveClient(binary, dir, issuer);
      const result = await client.ask('one [[sc:text]]');
      seen[`${name}, ${age} s old`] = `${Date.now() - begun} ms, ${brief(result)}, file ${readLogin(config(dir)).claudeAiOauth.accessToken}`;
      await client.end();
    }
    return seen;
  },
  async noFileThenFile() {
    const dir = home();
    const from = mark();
    const client = new LiveClient(binary, dir, issuer);
    const first = await client.ask('one [[sc:text]]');
    writeLogin(config(dir), issuer.login('phi'));
    const second = await client.ask('two [[sc:text]]');
    await client.end();
    return { first: brief(first), second: brief(second), asked: asked(from) };
  },
};

async function accessOnly(over, expiresIn = 3600) {
  const dir = home();
  const login = issuer.login(`acc${n}`, { expiresIn, ...over });
  writeLogin(config(dir), login);
  const from = mark();
  const client = new LiveClient(binary, dir, issuer);
  const first = await client.ask('one [[sc:text]]');
  await client.end();
  trace(from);
  return { asked: asked(from), refreshes: since(from).filter(each => each.path === '/v1/oauth/token').map(each => `${each.token}:${each.status}`), result: brief(first), file: readLogin(config(dir)).claudeAiOauth };
}

const only = process.env.ONLY?.split(',');
for (const [name, fact] of Object.entries(facts)) {
  if (only && !only.includes(name)) continue;
  const seen = await fact();
  console.log(`${name}\n${Object.entries(seen).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`).join('\n')}`);
}
fs.rmSync(work, { recursive: true, force: true });
process.exit(0);
