// Strangers without any token, and an agent that was granted nothing, fill the record of accesses to logins.
import { enrol, fleet, newAgent, startIssuer } from "../browser/lib/fleet.mjs";
import { attack } from "./lib.mjs";

const strangers = 200;
const heartbeats = 10;

await attack("the record of accesses is pushed out or forged", async ({ start }) => {
  const issuer = await startIssuer([]);
  const set = fleet(issuer);
  try {
    const receiver = await start(set.settings);
    const rows = () => receiver.sql("SELECT count(*) AS n FROM fleet_audit")[0].n;
    const own = await enrol(receiver, "box2");
    const before = rows();
    const forged = "\u202eAccount work was removed by admin";
    for (let i = 0; i < strangers; i++) {
      await newAgent(receiver.address, i % 2 ? forged : "Account work was removed by admin").enrol("fcode_00000000000000000000000000000000");
    }
    const byStrangers = rows() - before;
    for (let i = 0; i < heartbeats; i++) {
      await own.heartbeat(null, [], { refused: Array.from({ length: 20 }, (_, id) => ({ id, reason: "removed by admin" })) });
    }
    const byAgent = rows() - before - byStrangers;
    const details = receiver.sql("SELECT detail FROM fleet_audit").map((row) => row.detail);
    const faults = [
      byStrangers && `${strangers} requests without a token wrote ${byStrangers} rows`,
      byAgent && `${heartbeats} heartbeats of an agent wrote ${byAgent} rows`,
      details.some((detail) => detail.includes("\u202e")) && "a stranger's text turns the line around",
    ].filter(Boolean);
    return faults.join("; ");
  } finally {
    set.clean();
    await issuer.stop();
  }
});
