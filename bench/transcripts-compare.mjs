// Runs both programs alternately and prints the benchmark's line. See transcripts.sh.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.mjs';

const { CCFLUX, PEER, PEER_NAME, TREE, RUNS } = process.env;
const run = (program, args, env = {}) => {
  const started = process.hrtime.bigint();
  const result = spawnSync(program, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 28 });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (result.status !== 0) throw new Error(`${program} ended with ${result.status}: ${result.error ?? result.stderr}`);
  return { seconds, totals: JSON.parse(result.stdout).totals };
};
const ours = () => run(CCFLUX, ['usage', '--config-dir', TREE, '--by', 'day', '--json']);
const theirs = () => run(PEER, ['claude', 'daily', '--json', '--offline', '--timezone', 'UTC', '--mode', 'calculate'], { CLAUDE_CONFIG_DIR: TREE });

const [a, b] = [ours().totals, theirs().totals]; // now the files are in the page cache for both
const pairs = [
  ['input_tokens', 'inputTokens'], ['output_tokens', 'outputTokens'], ['cache_read_tokens', 'cacheReadTokens'], ['cache_write_tokens', 'cacheCreationTokens'],
];
for (const [our, their] of pairs) {
  if (a[our] !== b[their]) throw new Error(`The totals differ: ${our} ${a[our]}, ${PEER_NAME} ${b[their]}.`);
}

const times = { ours: [], theirs: [] };
for (let i = 0; i < Number(RUNS); i++) {
  times.ours.push(ours().seconds);
  times.theirs.push(theirs().seconds);
}

const files = readdirSync(TREE, { recursive: true }).filter(name => name.endsWith('.jsonl')).map(name => statSync(join(TREE, name)).size);
const [value, baseline] = [median(times.ours), median(times.theirs)];
console.log(JSON.stringify({
  name: 'transcripts', value: Number(value.toFixed(3)), unit: 's', baseline: Number(baseline.toFixed(3)), ratio: Number((baseline / value).toFixed(2)),
  how: `median of ${RUNS} runs in turn with ${PEER_NAME}'s native program, ${Math.round(files.reduce((sum, size) => sum + size, 0) / 1e6)} MB in ${files.length} files, `
    + `page cache warm, ${cpus().length} cores, equal totals`,
}));
