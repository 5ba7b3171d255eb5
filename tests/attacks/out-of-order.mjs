// A user with a long history reports one turn before all others, again and again, which moves all 5-hour windows after it. Another user's reports must not wait for that.
import { asAdmin, ask, attack, newUser, turn } from "./lib.mjs";

const hours = 40_000;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

await attack("out-of-order", async ({ start }) => {
  const receiver = await start({ MAX_REQUESTS_PER_DAY: "1000000" });
  const alice = await newUser(receiver, "alice@example.org");
  const bob = await newUser(receiver, "bob@example.org");
  for (let first = 0; first < hours; first += 200) {
    const turns = [];
    for (let n = first; n < first + 200; n++) turns.push(turn(`s${n >> 8}`, n, 3600 * (hours - n)));
    await alice.machine.report(turns);
  }

  const timed = async (report) => {
    const began = performance.now();
    await report;
    return performance.now() - began;
  };
  const quiet = [];
  for (let n = 0; n < 15; n++) quiet.push(await timed(bob.machine.report([turn("b", n, 60)])));
  const busy = [];
  for (let n = 0; n < 15; n++) {
    const disturbing = alice.machine.report([turn("early", n, 3600 * (hours + 1 + n))]);
    busy.push(await timed(bob.machine.report([turn("b", 100 + n, 60)])));
    await disturbing;
  }
  const [before, during] = [median(quiet), median(busy)];
  if (during > before + 150 && during > 5 * before) {
    return `another user's report takes ${Math.round(during)} ms instead of ${Math.round(before)} ms`;
  }

  const ofAlice = "user_id = (SELECT user_id FROM users WHERE email = 'alice@example.org')";
  const [{ turns }] = receiver.sql(`SELECT count(*) AS turns FROM turns WHERE ${ofAlice}`);
  if (turns !== hours + 15) {
    return `${turns} of ${hours + 15} turns are stored`;
  }
  // Each turn made a request, and a request in every hour leaves no gap between windows. A turn may start in the hour before.
  const [{ held, windows }] = receiver.sql(`SELECT sum(requests) AS held, count(*) AS windows FROM usage_windows WHERE ${ofAlice}`);
  if (held !== hours + 15 || windows !== (hours + 15) / 5) {
    return `${held} of ${hours + 15} requests stand in ${windows} windows`;
  }
  const page = await ask(receiver.address, "/admin/users/alice%40example.org?period=90d", { headers: { ...asAdmin, Accept: "text/html" } });
  return page.status === 200 ? undefined : `the user's page is answered ${page.status}`;
});
