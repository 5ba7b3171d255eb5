// An attacker who terminates TLS in front of the receiver puts a login of their own into a config directory. The native agent is enrolled and works through that proxy.
import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync, createHash, sign } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { codeFor, fleet, post, seal, startIssuer } from "../browser/lib/fleet.mjs";
import { attack, requireHook, until } from "./lib.mjs";

const foreignLogin = { accessToken: "at-of-the-attacker", refreshToken: "rt-of-the-attacker", expiresAt: Date.now() + 3_600_000, scopes: ["user:inference"] };
const ownLogin = { accessToken: "at-of-the-user", refreshToken: "rt-of-the-user", expiresAt: Date.now() + 3_600_000, scopes: ["user:inference"] };
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = publicKey.export({ format: "jwk" });
const ownKey = Buffer.concat([Buffer.from([4]), Buffer.from(jwk.x, "base64url"), Buffer.from(jwk.y, "base64url")]).toString("base64");
const fingerprint = (token) => createHash("sha256").update(token).digest("hex").slice(0, 12);
const stamp = (at) => at.toISOString().replace(/\.\d+Z$/, "Z");

/** Commands sealed to the agent, in every form that a receiver has had. */
function forge(agent, sealingKey, applied, firstId) {
  const issued = new Date(Math.floor(Date.now() / 1000) * 1000);
  const expires = new Date(Date.UTC(2030, 0, 1));
  const content = { account_label: "work", account_id: "u1", claudeAiOauth: foreignLogin, fingerprint: fingerprint(foreignLogin.refreshToken) };
  return [
    { context: (id) => `ccflux command\n${agent}\n${id}\nswap\n${stamp(issued)}`, more: {} },
    { context: (id) => `ccflux command\n${agent}\n${id}\nswap\n${stamp(issued)}\n${stamp(expires)}`, more: { replaces: applied ?? "" } },
  ].map(({ context, more }, index) => {
    const id = firstId + index;
    const sealed = seal(sealingKey, Buffer.from(JSON.stringify({ ...content, ...more })), context(id));
    const text = `ccflux signed command 1\n${agent}\n${id}\nswap\n${stamp(issued)}\n${stamp(expires)}\n${sealed}`;
    const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64");
    return { id, kind: "swap", issued_at: stamp(issued), expires_at: stamp(expires), sealed, signature };
  });
}

/** Forwards everything, and adds commands to the answers to heartbeats; or puts its own keys into the answer to an enrolment. */
async function between(receiver, { swapsKeys = false } = {}) {
  const seen = { beats: 0, sealingKey: null };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const sent = Buffer.concat(chunks);
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !["host", "connection", "content-length", "transfer-encoding"].includes(name)));
    const answer = await fetch(receiver.address + request.url, { method: request.method, headers, body: sent });
    let body = await answer.text();
    if (request.url === "/agent/enrol" && answer.ok) {
      seen.sealingKey = JSON.parse(sent).sealing_key;
      if (swapsKeys) {
        body = JSON.stringify({ ...JSON.parse(body), sealing_key: ownKey, signing_key: ownKey });
      }
    } else if (request.url === "/heartbeat" && answer.ok) {
      seen.beats++;
      const reply = JSON.parse(body);
      reply.commands = forge(request.headers["x-ccflux-agent"], seen.sealingKey, JSON.parse(sent).applied, Date.now() + 3_600_000);
      reply.next_seconds = 1;
      body = JSON.stringify(reply);
    }
    response.writeHead(answer.status, { "Content-Type": answer.headers.get("content-type") ?? "application/json", Date: answer.headers.get("date") });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { seen, address: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

function run(program, args, environment, input) {
  return new Promise((resolve) => {
    const child = execFile(program, args, { env: environment }, (error, stdout, stderr) => resolve({ code: error ? error.code : 0, output: stdout + stderr }));
    child.stdin.end(input);
  });
}

await attack("a proxy in between puts its own login into a config dir", async ({ start }) => {
  const hook = requireHook();
  const issuer = await startIssuer([]);
  const set = fleet(issuer);
  const home = mkdtempSync(join(tmpdir(), "ccflux-middle-"));
  const environment = { PATH: process.env.PATH, HOME: home, CCFLUX_GRACE_SECS: "1" };
  const cleaning = [() => rmSync(home, { recursive: true, force: true }), () => set.clean(), () => issuer.stop()];
  const configDir = (name) => {
    const dir = join(home, name);
    mkdirSync(dir);
    writeFileSync(join(dir, ".credentials.json"), JSON.stringify({ claudeAiOauth: ownLogin }), { mode: 0o600 });
    return dir;
  };
  try {
    const receiver = await start(set.settings);
    const proxy = await between(receiver);
    cleaning.unshift(() => proxy.stop());
    const dir = configDir("a");
    const enrolled = await run(hook, ["agent", "enrol", "--config-dir", dir, "--endpoint", proxy.address], environment, `${await codeFor(receiver, hostname())}\n`);
    if (enrolled.code !== 0) {
      throw new Error(`enrol: ${enrolled.output}`);
    }

    // A session whose process is this one.
    mkdirSync(join(dir, "ccflux/fleet/sessions"), { recursive: true });
    writeFileSync(join(dir, "ccflux/fleet/sessions/session-1"), `${process.pid}\t0\tidle\t${Date.now()}\t\t`);
    const agent = spawn(hook, ["agent", "--config-dir", dir], { env: environment, stdio: "ignore" });
    const ended = new Promise((resolve) => agent.once("exit", resolve));
    cleaning.unshift(async () => { agent.kill(); await ended; });
    const read = () => readFileSync(join(dir, ".credentials.json"), "utf8");
    await until(() => proxy.seen.beats >= 5 || read().includes("of-the-attacker"), "five heartbeats were answered", 60_000);
    if (read().includes("of-the-attacker")) {
      return "the login file holds the tokens of whoever stood in between";
    }

    // A proxy that puts its own keys into the answer to an enrolment is detected by the fingerprint that the admin was shown.
    const other = await between(receiver, { swapsKeys: true });
    cleaning.unshift(() => other.stop());
    const page = await post(receiver, "/enrol", { machine: hostname() });
    const code = /id="code">(fcode_[0-9a-f]+)</.exec(page)[1];
    const shown = /--receiver-key ([0-9a-f-]+)/.exec(page)?.[1];
    if (!shown) {
      return "nothing on the code's page tells the receiver's key";
    }
    const second = configDir("b");
    const swapped = await run(hook, ["agent", "enrol", "--config-dir", second, "--endpoint", other.address, "--receiver-key", shown], environment, `${code}\n`);
    return swapped.code === 0 || existsSync(join(second, "ccflux/fleet/enrolment.json")) ? "an agent was enrolled with the keys of whoever stood in between" : null;
  } finally {
    for (const clean of cleaning) {
      await clean();
    }
  }
});
