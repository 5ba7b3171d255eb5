// Shared code of the proofs: counting checks, the real receiver as a process, and the receiver's database.
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

export const outcome = { passed: 0, failed: 0 };

export function check(name, ok, detail = '') {
  console.log(`${ok ? 'passed' : 'FAILED'}   ${name}${detail ? `: ${detail}` : ''}`);
  if (ok) outcome.passed++; else outcome.failed++;
}

// The folder for all output: KEEP, or one that finish() deletes.
export const work = process.env.KEEP ? path.resolve(process.env.KEEP) : fs.mkdtempSync(path.join(os.tmpdir(), 'ccflux-prove-'));
fs.mkdirSync(work, { recursive: true });

export const database = path.join(work, 'ccflux.db');
export const receiverLog = path.join(work, 'receiver.log');

export function query(sql) {
  const out = execFileSync('sqlite3', ['-json', `file:${database}?mode=ro`, sql], { encoding: 'utf8' });
  return out.trim() ? JSON.parse(out) : [];
}

// The receiver, once it answers; addUser returns what `users add` prints.
export async function startReceiver(port, settings) {
  const env = {
    PATH: process.env.PATH, HOME: work, DOTNET_ROOT: process.env.DOTNET_ROOT ?? '', DOTNET_CLI_TELEMETRY_OPTOUT: '1',
    DATABASE_PATH: database, LISTEN_ADDR: `127.0.0.1:${port}`, ADMIN_TOKEN: 'prove-admin-token-prove-admin-token-0', ...settings,
  };
  const log = fs.openSync(receiverLog, 'a');
  const receiver = spawn('dotnet', [process.env.RECEIVER], { env, stdio: ['ignore', log, log] });
  const end = () => receiver.kill();
  process.on('exit', end);
  receiver.on('exit', () => process.off('exit', end));
  for (let i = 0; ; i++) {
    try { if ((await fetch(`http://127.0.0.1:${port}/health`)).ok) break; } catch { /* not up yet */ }
    if (i > 3000) { console.error(fs.readFileSync(receiverLog, 'utf8')); throw new Error('the receiver did not start'); }
    await sleep(100);
  }
  return {
    adminToken: env.ADMIN_TOKEN,
    addUser: email => execFileSync('dotnet', [process.env.RECEIVER, 'users', 'add', email], { env, encoding: 'utf8' }),
    kill: signal => receiver.kill(signal),
  };
}

export function* files(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(full); else if (entry.isFile()) yield full;
  }
}

export const databaseFiles = () => [database, `${database}-wal`].filter(file => fs.existsSync(file));

// Tokens by model, without the marks of long contexts.
export const fields = ['input', 'output', 'cache_read', 'cache_write'];
export const add = (sums, model, usage, sign = 1) => {
  const of = (sums[model.replace(/\[1m\]$/, '')] ??= Object.fromEntries(fields.map(field => [field, 0])));
  for (const field of fields) of[field] += sign * (usage[field] ?? 0);
  return sums;
};
export const sum = (...parts) => parts.reduce((all, part) => Object.entries(part).reduce((sums, [model, usage]) => add(sums, model, usage), all), {});
export const less = (a, b) => Object.entries(b).reduce((sums, [model, usage]) => add(sums, model, usage, -1), sum(a));
export const named = sums => Object.fromEntries(Object.entries(sums).filter(([, of]) => fields.some(field => of[field] !== 0)).sort(([a], [b]) => (a < b ? -1 : 1)));
export const same = (a, b) => JSON.stringify(named(a)) === JSON.stringify(named(b));
export const ofClient = usage => Object.entries(usage).reduce((sums, [model, u]) => add(sums, model, { input: u.inputTokens, output: u.outputTokens, cache_read: u.cacheReadInputTokens, cache_write: u.cacheCreationInputTokens }), {});
export const ofAnswers = answers => answers.reduce((sums, { model, usage: u }) => add(sums, model, { input: u.input_tokens, output: u.output_tokens, cache_read: u.cache_read_input_tokens, cache_write: u.cache_creation_input_tokens }), {});
/** Of rows that have the tokens of a model, and its name. */
export const ofRows = rows => rows.reduce((sums, { name, ...of }) => add(sums, name, of), {});

export const lines = file => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line)) : []);

/** The ids of all requests recorded in a transcript of this home. */
export function idsInTranscripts(home) {
  const ids = new Set();
  const projects = path.join(home, '.claude/projects');
  for (const file of fs.existsSync(projects) ? files(projects) : []) {
    for (const [, id] of fs.readFileSync(file, 'utf8').matchAll(/"requestId":"(req_[^"]+)"/g)) ids.add(id);
  }
  return ids;
}

/** The ledger's key of a request id, computed without the program's code. */
export function keyOf(id) {
  const part = text => [Buffer.from([0, 0, 0, text.length]), Buffer.from(text)];
  return crypto.createHash('sha256').update(Buffer.concat([...part('request'), ...part(id), Buffer.alloc(8)])).digest().readBigInt64BE(0).toString();
}

/** A home whose client reports to the receiver: its hook is installed. Answers what `users add` printed. */
export function installHook(receiver, port, email, home) {
  const added = receiver.addUser(email);
  const tokenFile = path.join(work, `token-${email}`);
  fs.writeFileSync(tokenFile, /token\s+(\S+)/.exec(added)[1], { mode: 0o600 });
  fs.mkdirSync(path.join(home, '.claude/projects'), { recursive: true });
  execFileSync(path.join(process.env.PLUGIN, 'bin/ccflux'), ['install', '--yes', '--config-dir', path.join(home, '.claude'), '--endpoint', `http://127.0.0.1:${port}`, '--token-file', tokenFile], { env: { HOME: home } });
  return added;
}

export function finish() {
  if (!process.env.KEEP) fs.rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  console.log(`${outcome.passed} passed, ${outcome.failed} failed, 0 skipped`);
  process.exit(outcome.failed === 0 ? 0 : 1);
}
