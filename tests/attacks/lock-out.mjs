// Wrong tokens from a stranger, a monitor and a user must not lock out the admin, or the users, of the same IP address.
import { addUser, adminToken, asAdmin, ask, attack, defaultLimits } from "./lib.mjs";

await attack("lock-out", async ({ start }) => {
  const receiver = await start({ ...defaultLimits, TOKEN_RATE_LIMIT_PER_MINUTE: "20" });
  const refreshToken = await addUser(receiver, "user@example.org");
  for (let i = 0; i < 12; i++) {
    await ask(receiver.address, "/health", { headers: { Authorization: "Bearer the-monitor-s-own" } });
  }
  const afterMonitor = await ask(receiver.address, "/docs/v1.json", { headers: asAdmin });
  if (afterMonitor.status !== 200) {
    return `after a monitor's bearers to /health the admin's own is answered ${afterMonitor.status}`;
  }
  for (let i = 0; i < 30; i++) {
    await ask(receiver.address, "/docs/v1.json", { headers: { Authorization: "Bearer wrong" } });
    await ask(receiver.address, "/token", { method: "POST", headers: { Authorization: "Bearer rtok_wrong" } });
  }
  const bearer = await ask(receiver.address, "/docs/v1.json", { headers: asAdmin });
  const form = await ask(receiver.address, "/admin/login", { method: "POST", body: new URLSearchParams({ token: adminToken }) });
  const user = await ask(receiver.address, "/token", { method: "POST", headers: { Authorization: `Bearer ${refreshToken}` } });
  if (bearer.status !== 200 || form.status !== 303) {
    return `after wrong tokens of a stranger the admin's is answered ${bearer.status} (bearer) and ${form.status} (form)`;
  }
  return user.status !== 200 ? `after wrong refresh tokens of a stranger a user's is answered ${user.status}` : undefined;
});
