// A user with a long history reports one turn before all others, again and again. Another user's reports must not wait for the windows to be recounted.
import { attack, newUser, turn, until } from "./lib.mjs";

const hours = 40_000;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

await attack("out-of-order", async ({ start }) => {
  const receiver = await start({ MAX_TURNS_PER_DAY: "1000000", MAX_EVENTS_PER_DAY: "1000000" });
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

  await until(() => receiver.sql("SELECT count(*) AS n FROM window_recounts")[0].n === 0, "all windows are counted", 120_000);
  const [{ held }] = receiver.sql("SELECT sum(turns) AS held FROM usage_windows WHERE user_id = (SELECT user_id FROM users WHERE email = 'alice@example.org')");
  return held === hours + 15 ? undefined : `${held} of ${hours + 15} turns stand in windows`;
});
