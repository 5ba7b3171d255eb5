// A page of another site makes its own host name resolve to the receiver. The browser then sends that name: nothing may answer to it.
import { request } from "node:http";
import { ask, attack } from "./lib.mjs";

const askAs = (address, path, host) =>
  new Promise((resolve, reject) => {
    const call = request(address + path, { headers: { Host: host } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    call.on("error", reject);
    call.end();
  });

await attack("rebinding", async ({ start }) => {
  const receiver = await start({ QUOTA_PUBLIC: "1", BASE_URL: "https://ccflux.example.org" });
  for (const path of ["/metrics", "/api/usage", "/quota", "/health", "/admin/login"]) {
    const status = await askAs(receiver.address, path, "evil.example:8080");
    if (status < 400) {
      return `${path} answers ${status} to the host evil.example`;
    }
  }
  for (const host of ["ccflux.example.org", "192.168.1.5:8080", "[fd00::5]:8080", "localhost:8080"]) {
    const status = await askAs(receiver.address, "/quota", host);
    if (status >= 400) {
      throw new Error(`/quota answers ${status} to ${host}, which is ours`);
    }
  }
  return (await ask(receiver.address, "/health")).status === 200 ? undefined : "/health is gone";
});
