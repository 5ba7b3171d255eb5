// A viewer opens every available live connection. The admin's page must still get one.
import { asAdmin, asViewer, attack } from "./lib.mjs";

await attack("live-share", async ({ start }) => {
  const receiver = await start({ LIVE_CONNECTIONS: "20" });
  const open = (headers) => fetch(`${receiver.address}/events?topics=usage`, { headers, signal: AbortSignal.timeout(30_000) });
  const held = await Promise.all(Array.from({ length: 25 }, () => open(asViewer)));
  const admin = await open(asAdmin);
  for (const answer of [...held, admin]) {
    await answer.body?.cancel();
  }
  return admin.status !== 200 ? `with ${held.filter((answer) => answer.status === 200).length} live connections of a viewer the admin's is answered ${admin.status}` : undefined;
});
