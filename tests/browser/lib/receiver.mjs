// A real receiver: the built program, a loopback port that the system gives it, its own database.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = process.env.CCFLUX_RECEIVER ?? join(root, "artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll");

export const adminToken = "admin-token-of-the-browser-tests";
export const viewerToken = "viewer-token-of-the-browser-tests";

export async function startReceiver(settings = {}) {
  if (!existsSync(program)) {
    throw new Error(`${program} is not there: dotnet build src/Ccflux.Receiver`);
  }
  const folder = mkdtempSync(join(tmpdir(), "ccflux-browser-"));
  const database = join(folder, "ccflux.db");
  const child = spawn("dotnet", [program], {
    cwd: folder,
    env: {
      ...process.env,
      // Profiling and counting calls for later optimisation does not pay in a process that runs for a minute.
      DOTNET_TieredPGO: "0",
      DOTNET_TC_CallCounting: "0",
      LISTEN_ADDR: "127.0.0.1:0",
      DATABASE_PATH: database,
      ADMIN_TOKEN: adminToken,
      VIEWER_TOKEN: viewerToken,
      RATE_LIMIT_PER_MINUTE: "100000",
      TOKEN_RATE_LIMIT_PER_MINUTE: "100000",
      ADMIN_RATE_LIMIT_PER_MINUTE: "100000",
      SIGN_IN_ATTEMPTS: "1000",
      BODY_LIMIT_KB: "1024",
      TIER_INFERENCE_INTERVAL_SECS: "1",
      DEVICE_APPROVAL: "0",
      // The main port accepts telemetry too; the others are the same for every receiver.
      OTLP_HTTP_ADDR: "",
      OTLP_GRPC_ADDR: "",
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  let address;
  await until(async () => {
    if (child.exitCode !== null) {
      throw new Error(`The receiver ended with ${child.exitCode}:\n${output}`);
    }
    // Its own word for where it listens: whoever answers at a port chosen beforehand may be another test's receiver.
    address ??= /Now listening on: (http:\S+)/.exec(output)?.[1];
    return address && (await fetch(`${address}/health`).catch(() => null))?.ok;
  }, "the receiver answers");

  return {
    address,
    database,
    pid: child.pid,
    output: () => output,
    /** Rows of a query over the database, read with the sqlite3 program and none of our code. */
    sql: (query) => {
      const text = execFileSync("sqlite3", ["-readonly", "-json", database, query], { encoding: "utf8", maxBuffer: 1 << 28 });
      return text.trim() === "" ? [] : JSON.parse(text);
    },
    stop: async () => {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await new Promise((resolve) => child.once("exit", resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition, not for a time. */
export async function until(condition, what, deadlineMs = 300_000) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    if (await condition()) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`Waited ${deadlineMs} ms in vain until ${what}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
