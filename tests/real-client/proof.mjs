// Shared code of the proofs: counting checks, the real receiver as a process, and the receiver's database.
import { execFileSync, spawn } from 'node:child_process';
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

export function finish() {
  if (!process.env.KEEP) fs.rmSync(work, { recursive: true, force: true });
  console.log(`${outcome.passed} passed, ${outcome.failed} failed, 0 skipped`);
  process.exit(outcome.failed === 0 ? 0 : 1);
}
