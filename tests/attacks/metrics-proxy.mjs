// The metrics through a proxy on the same machine, by the path with a slash that the proxy's rule for /metrics does not match.
import { ask, attack } from "./lib.mjs";

await attack("metrics-proxy", async ({ start }) => {
  const receiver = await start({ TRUSTED_PROXIES: "127.0.0.1" });
  for (const path of ["/metrics/", "/metrics", "/METRICS"]) {
    const through = await ask(receiver.address, path, { headers: { "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https" } });
    if (through.status === 200) {
      return `${path} answers 200 to a stranger behind the proxy`;
    }
  }
  const here = await ask(receiver.address, "/metrics");
  return here.status === 200 ? undefined : `/metrics answers ${here.status} to this machine itself`;
});
