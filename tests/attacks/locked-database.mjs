// Another program holds the database's write lock: all writers must be answered together, after one wait, and /health must report it, then recover.
import { spawn } from "node:child_process";
import { ask, attack, newUser, rawMachine, turn, until } from "./lib.mjs";

/** Acquires the write lock with the sqlite3 program and holds it until the returned function is called. */
function lock(database) {
  const holder = spawn("sqlite3", [database], { stdio: ["pipe", "pipe", "inherit"] });
  holder.stdin.write(".timeout 10000\nBEGIN IMMEDIATE;\nSELECT 'held';\n");
  return new Promise((resolve) => holder.stdout.once("data", () => resolve(() => {
    holder.stdin.end("ROLLBACK;\n");
    return new Promise((ended) => holder.once("exit", ended));
  })));
}

await attack("locked-database", async ({ start }) => {
  const receiver = await start();
  const alice = await newUser(receiver, "alice@example.org");
  const machine = await rawMachine(receiver, alice.refreshToken, "alice-2");
  const release = await lock(receiver.database);

  // One is tried alone; the others arrive while it waits, and have waited with it when it fails.
  const reports = await Promise.all(Array.from({ length: 6 }, (_, index) => machine.report([turn("session", index)])));
  const slowest = Math.max(...reports.map((answer) => answer.ms));
  const health = await ask(receiver.address, "/health");
  await release();
  if (slowest > 20_000) {
    return `six reports to a locked database wait for up to ${Math.round(slowest / 1000)} s, one after the other`;
  }
  if (reports.some((answer) => answer.status !== 503 || !answer.headers.get("retry-after"))) {
    return `a report to a locked database is answered ${reports.map((answer) => answer.status).join(", ")}`;
  }
  if (health.status !== 503) {
    return `/health is ${health.status} while nothing can be written`;
  }
  await until(async () => (await ask(receiver.address, "/health")).status === 200, "/health is well again by itself", 30_000);
  const again = await machine.report([turn("session", 0)]);
  return again.status === 200 ? null : `after the lock is gone a report is answered ${again.status}`;
});
