// Writes a tree of transcripts like those of busy users of Claude Code 2.1: node transcripts.mjs DIR MEGABYTES
// Seeded: the same tree each time. Row shapes are those of tests/fixtures/claude-code, without null fields: the
// program it is compared with drops whole rows that have them. A few very large sessions, many small ones, messages of several rows,
// large tool results, subagents, and forks that copy what came before.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [dir, megabytes] = [process.argv[2], Number(process.argv[3] ?? 500)];
let seed = 20261121;
const random = () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const between = (low, high) => low + Math.floor(random() * (high - low));
const hex = count => Array.from({ length: count }, () => '0123456789abcdef'[between(0, 16)]).join('');
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
const models = ['claude-opus-5-5', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-4-8'];
const prose = Array.from({ length: 400 }, () => `${hex(between(2, 9))}${random() < 0.1 ? '\n' : random() < 0.05 ? ' "quoted" ' : ' '}`).join('');
const text = length => {
  const start = between(0, prose.length - 64);
  return prose.slice(start).concat(prose.repeat(Math.ceil(length / prose.length))).slice(0, length);
};

let clock = Date.UTC(2026, 9, 1);
const now = () => new Date(clock += between(300, 9000)).toISOString();
const tail = session => ({ userType: 'external', entrypoint: 'cli', cwd: '/home/dev/proj', sessionId: session, version: '2.1.329', gitBranch: 'main' });

function message(session, sidechain) {
  const id = `msg_01${hex(22)}`, requestId = `req_01${hex(22)}`, model = models[between(0, models.length)];
  const write = between(0, 4000);
  const usage = {
    input_tokens: between(1, 2000), cache_creation_input_tokens: write, cache_read_input_tokens: between(0, 180000), output_tokens: between(1, 3000),
    output_tokens_details: { thinking_tokens: 0 }, server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 }, service_tier: 'standard',
    cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: write }, inference_geo: 'not_available', iterations: [], speed: 'standard',
  };
  const blocks = [{ type: 'text', text: text(between(40, 900)) }];
  if (random() < 0.7) {
    blocks.push({ type: 'tool_use', id: `toolu_01${hex(22)}`, name: 'Bash', input: { command: text(between(20, 600)), description: text(40) } });
  }

  return blocks.map((block, index) => ({
    parentUuid: uuid(), isSidechain: sidechain, ...(sidechain ? { agentId: 'a' + hex(16) } : {}),
    message: { id, type: 'message', role: 'assistant', model, content: [block], stop_reason: blocks.length > 1 ? 'tool_use' : 'end_turn', usage },
    apiBlockIndex: index, requestId, requestedModel: model, type: 'assistant', uuid: uuid(), timestamp: now(), effort: 'medium', ...tail(session),
  }));
}

const toolResult = (session, sidechain) => {
  const output = text(random() < 0.05 ? between(8000, 30000) : between(50, 2500));
  return {
    parentUuid: uuid(), isSidechain: sidechain, type: 'user', message: { role: 'user', content: [{ tool_use_id: `toolu_01${hex(22)}`, type: 'tool_result', content: output, is_error: false }] },
    uuid: uuid(), timestamp: now(), toolUseResult: { stdout: output, stderr: '', interrupted: false, isImage: false }, ...tail(session),
  };
};
const prompt = session => ({
  parentUuid: uuid(), isSidechain: false, promptId: uuid(), type: 'user', message: { role: 'user', content: text(between(20, 800)) }, uuid: uuid(), timestamp: now(),
  promptSource: 'typed', ...tail(session),
});
const attachment = session => ({ parentUuid: uuid(), isSidechain: false, attachment: { type: 'skill_listing', content: text(between(200, 4000)) }, type: 'attachment', uuid: uuid(), timestamp: now(), ...tail(session) });

let written = 0;
function writeFile(path, target, rows) {
  const file = openSync(path, 'w');
  let size = 0, copied = [];
  while (size < target) {
    const lines = rows().map(row => JSON.stringify(row));
    if (copied.length < 400) copied.push(...lines);
    const chunk = lines.join('\n') + '\n';
    size += writeSync(file, chunk);
  }
  closeSync(file);
  written += size;
  return copied;
}

for (let count = 0; written < megabytes * 1e6; count++) {
  const project = join(dir, 'projects', `-home-dev-proj${count % 7}`), session = uuid();
  mkdirSync(join(project, session, 'subagents'), { recursive: true });
  const target = count % 40 === 0 ? 90e6 : between(50e3, 6e6);
  const copied = writeFile(join(project, `${session}.jsonl`), Math.min(target, megabytes * 1e6), () => {
    const rows = [{ type: 'queue-operation', operation: 'enqueue', timestamp: now(), sessionId: session }, prompt(session), attachment(session)];
    for (let step = between(1, 12); step > 0; step--) rows.push(...message(session, false), toolResult(session, false));
    return [...rows, ...message(session, false)];
  });
  if (count % 3 === 0) {
    writeFile(join(project, session, 'subagents', `agent-a${hex(16)}.jsonl`), between(20e3, 400e3), () => [...message(session, true), toolResult(session, true)]);
  }

  if (count % 10 === 9) {
    const fork = uuid();
    const first = JSON.stringify({ type: 'queue-operation', operation: 'enqueue', timestamp: now(), sessionId: fork });
    let lines = [first, ...copied.map(line => line.replaceAll(session, fork))].map(line => JSON.parse(line));
    writeFile(join(project, `${fork}.jsonl`), 1, () => [...lines, prompt(fork), ...message(fork, false)]);
  }
}
