// Users report as many turns, requests and limit events as fit into reports. Above some number the day's cap must answer, and what is already stored must still pass.
import { attack, newUser, rawMachine, turn } from "./lib.mjs";

await attack("daily-growth", async ({ start }) => {
  const receiver = await start({ MAX_REQUESTS_PER_DAY: "1000" });
  const user = await newUser(receiver, "alice@example.org");
  const machine = await rawMachine(receiver, user.refreshToken, "raw");
  const batch = (first) => Array.from({ length: 100 }, (_, n) => turn("s", first + n, 3600 + first + n));

  let refusal;
  for (let first = 0; first < 3000 && !refusal; first += 100) {
    const answer = await machine.report(batch(first));
    refusal = answer.status === 200 ? undefined : answer;
  }
  const [{ stored }] = receiver.sql("SELECT (SELECT count(*) FROM turns) + (SELECT count(*) FROM requests) AS stored");
  if (!refusal) {
    return "3000 new turns of one user on one day are taken";
  }
  if (refusal.status !== 429 || refusal.headers.get("x-ccflux-error") !== "daily-cap" || !refusal.headers.get("retry-after")) {
    return `the cap answers ${refusal.status} ${refusal.headers.get("x-ccflux-error")}`;
  }
  if (stored > 1000) {
    return `${stored} turns and requests are stored where 1000 are allowed`;
  }
  const again = await machine.report(batch(0));
  if (again.status !== 200) {
    return `turns that are stored already are answered ${again.status}`;
  }

  const limits = (at) => [{ ...turn("s", 0, 3600), limit_events: Array.from({ length: 20 }, (_, n) => ({ at_utc: new Date(Date.now() - 7_200_000 - at * 20_000 - n * 1000).toISOString(), final: false })) }];
  // Somebody who has added nothing else today.
  const other = await rawMachine(receiver, (await newUser(receiver, "bob@example.org")).refreshToken, "raw");
  for (let n = 0; n < 50; n++) {
    const answer = await other.report(limits(n));
    if (answer.status === 429) {
      const [{ held }] = receiver.sql("SELECT count(*) AS held FROM limit_events");
      return held > 1000 ? `${held} limit events are stored where 1000 are allowed` : undefined;
    }
  }
  return "1000 limit events of one user on one day are taken";
});
