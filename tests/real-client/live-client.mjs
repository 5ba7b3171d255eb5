// One running client that is driven turn by turn (stream-json on stdin), signed in through a credentials file instead of an API key.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

export function writeLogin(configDir, login, others = {}) {
  const file = path.join(configDir, '.credentials.json');
  fs.writeFileSync(`${file}.new`, JSON.stringify({ ...others, claudeAiOauth: login }), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

export const readLogin = configDir => JSON.parse(fs.readFileSync(path.join(configDir, '.credentials.json'), 'utf8'));

export class LiveClient {
  constructor(binary, home, issuer, { env = {}, args = [], project = path.join(home, 'project') } = {}) {
    this.events = [];
    this.turns = [];
    fs.mkdirSync(project, { recursive: true });
    this.process = spawn(binary, [
      '-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', '--permission-mode', 'acceptEdits', '--allowedTools', 'Bash', 'Read', 'Agent', 'Task', ...args,
    ], {
      cwd: project,
      env: {
        PATH: '/usr/bin:/bin', HOME: home, CLAUDE_CONFIG_DIR: path.join(home, '.claude'), TERM: 'xterm-256color', LANG: 'C.UTF-8', IS_SANDBOX: '1', DISABLE_AUTOUPDATER: '1',
        DISABLE_ERROR_REPORTING: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', NODE_EXTRA_CA_CERTS: issuer.ca, ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.screen = '';
    this.process.stderr.on('data', data => { this.screen += data; });
    this.ended = new Promise(resolve => this.process.on('close', resolve));
    readline.createInterface({ input: this.process.stdout }).on('line', line => {
      let event;
      try { event = JSON.parse(line); } catch { return; }
      this.events.push(event);
      if (event.type === 'result') this.turns.shift()?.(event);
    });
    void this.ended.then(() => { for (const turn of this.turns.splice(0)) turn({ ended: true, result: this.screen.slice(-300) }); });
  }

  // Resolves with the client's own result of the turn.
  ask(text) {
    return new Promise(resolve => {
      this.turns.push(resolve);
      this.process.stdin.write(`${JSON.stringify({ type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } })}\n`);
    });
  }

  async until(condition, ms = 15000) {
    const deadline = Date.now() + ms;
    while (!condition()) {
      if (Date.now() > deadline) return false;
      await sleep(20);
    }
    return true;
  }

  async end() {
    this.process.stdin.end();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10000);
    await this.ended;
    clearTimeout(timer);
  }
}
