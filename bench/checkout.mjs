// A built receiver of any checkout, on loopback: what the comparisons of two checkouts share.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";

export const receiverOf = (checkout) => join(checkout, "artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll");

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Starts it with these settings besides the address, and waits until it answers. */
export async function startReceiver(checkout, settings, folder = process.cwd()) {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const { PATH, HOME, DOTNET_ROOT } = process.env;
  const own = { LISTEN_ADDR: `127.0.0.1:${port}`, OTLP_HTTP_ADDR: "", OTLP_GRPC_ADDR: "", ADMIN_RATE_LIMIT_PER_MINUTE: "1000000" };
  const child = spawn("dotnet", [receiverOf(checkout)], { cwd: folder, env: { PATH, HOME, ...(DOTNET_ROOT && { DOTNET_ROOT }), ...own, ...settings }, stdio: "ignore" });
  while (!(await fetch(`${address}/health`).catch(() => null))?.ok) {
    if (child.exitCode !== null) throw new Error(`The receiver of ${checkout} ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { address, stop: () => new Promise((resolve) => child.once("exit", resolve) && child.kill("SIGTERM")) };
}
