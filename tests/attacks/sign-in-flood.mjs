// A viewer opens sessions without end. The admin's session must survive that, and the audit log must not grow with it.
import { adminToken, ask, attack, defaultLimits, viewerToken } from "./lib.mjs";

const signIn = (receiver, token) => ask(receiver.address, "/admin/login", { method: "POST", body: new URLSearchParams({ token }) });

await attack("sign-in-flood", async ({ start }) => {
  const receiver = await start(defaultLimits);
  const cookie = (await signIn(receiver, adminToken)).headers.get("set-cookie").split(";")[0];
  for (let round = 0; round < 26; round++) {
    await Promise.all(Array.from({ length: 20 }, () => signIn(receiver, viewerToken)));
  }
  const admin = await ask(receiver.address, "/docs/v1.json", { headers: { Cookie: cookie } });
  const [{ lines }] = receiver.sql("SELECT count(*) AS lines FROM audit_log");
  if (admin.status !== 200) {
    return `after 520 sign-ins of a viewer the admin's session answers ${admin.status}`;
  }
  return lines > 10 ? `520 sign-ins of a viewer wrote ${lines} lines into the audit log` : undefined;
});
