// A history that is longer than a day's cap: what is live continues, and the rest is not forgotten.
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addUser, attack, requireHook } from "./lib.mjs";

const program = requireHook();
const old = new Date(Date.now() - 86_400_000);

function turn(session, row, at) {
  const shared = { sessionId: session, version: "2.1.329", cwd: "/home/dev/proj", isSidechain: false };
  const usage = { input_tokens: 5, output_tokens: 100, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  return [
    { ...shared, type: "user", uuid: `p-${session}-${row}`, timestamp: at.toISOString(), message: { role: "user", content: "Do it" } },
    {
      ...shared,
      type: "assistant",
      uuid: `a-${session}-${row}`,
      timestamp: new Date(at.getTime() + 1000).toISOString(),
      requestId: `req_${session}_${row}`,
      message: { id: `msg_${session}_${row}`, type: "message", role: "assistant", model: "claude-opus-4-8", stop_reason: "end_turn", usage, content: [{ type: "text", text: "Done." }] },
    },
  ].map((line) => JSON.stringify(line) + "\n").join("");
}

await attack("backfill-cap", async ({ start }) => {
  const receiver = await start({ MAX_BACKFILL_SESSIONS_PER_DAY: "5" });
  const token = await addUser(receiver, "dev@example.org");
  const home = mkdtempSync(join(tmpdir(), "ccflux-attack-"));
  try {
    const projects = join(home, ".claude", "projects", "-home-dev-proj");
    mkdirSync(projects, { recursive: true });
    mkdirSync(join(home, ".claude", "ccflux"));
    writeFileSync(join(home, ".claude", "ccflux", "config.json"), JSON.stringify({ endpoint: receiver.address, token }));
    const path = (session) => join(projects, `${session}.jsonl`);
    const sessions = Array.from({ length: 12 }, (_, i) => `attack-${String(i).padStart(2, "0")}`);
    sessions.forEach((session, i) => {
      writeFileSync(path(session), turn(session, 0, new Date(old.getTime() + i * 60_000)));
      utimesSync(path(session), old, old);
    });
    const run = (...options) => spawnSync(program, options, { env: { HOME: home, CCFLUX_PATIENCE_SECS: "0" }, encoding: "utf8" }).stdout;

    const said = run("backfill");
    if (!said.startsWith("5 requests acknowledged")) {
      return `five sessions fit, and it says: ${said.trim()}`;
    }
    if (!said.includes("7 sessions are left")) {
      return `it does not say what is left: ${said.trim()}`;
    }

    appendFileSync(path(sessions[0]), turn(sessions[0], 1, new Date(Date.now() - 60_000)));
    const live = run("backfill");
    return live.startsWith("1 request acknowledged") && !existsSync(join(home, ".claude", "ccflux", "retry_at")) ? undefined : `a live turn of a known session is held up: ${live.trim()}`;
  } finally {
    rmSync(home, { recursive: true });
  }
});
