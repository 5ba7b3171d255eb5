// An enrolment code for a machine is used with the config directory id of an existing agent.
import { fleet, codeFor, login, newAgent, post, startIssuer } from "../browser/lib/fleet.mjs";
import { attack } from "./lib.mjs";

const work = { id: "11111111-0000-4000-8000-000000000001", email: "work@example.org" };

await attack("an enrolment code takes over an agent", async ({ start }) => {
  const issuer = await startIssuer([work]);
  const set = fleet(issuer);
  try {
    const receiver = await start(set.settings);
    await post(receiver, "/import", { label: "work", credential: login(work), vault_only: "1" });
    const [{ id }] = receiver.sql("SELECT account_id AS id FROM fleet_accounts");
    const victim = newAgent(receiver.address, "box1");
    victim.id = JSON.parse((await victim.enrol(await codeFor(receiver, "box1"))).text).agent_id;
    await post(receiver, `/agents/${victim.id}/grants`, { account: String(id) });

    const attacker = newAgent(receiver.address, "BOX1");
    const answer = await attacker.enrol(await codeFor(receiver, "box1"), { config_dir_id: victim.configDirId });
    const got = answer.status === 200 ? JSON.parse(answer.text).agent_id : null;
    const beat = await victim.heartbeat(null);
    const granted = receiver.sql("SELECT agent_id AS a FROM fleet_grants").map((row) => row.a);
    if (got === victim.id) {
      return `the attacker's keys are agent ${got} now, with its grants; the victim is answered ${beat.status}`;
    }
    if (beat.status !== 200) {
      return `the victim is answered ${beat.status}`;
    }
    if (granted.join() !== victim.id) {
      return `granted are ${granted.join(", ")}`;
    }

    // Revoked and enrolled again, an agent has nothing until it is granted accounts again.
    await post(receiver, `/agents/${victim.id}/revoke`, {});
    const left = receiver.sql("SELECT count(*) AS n FROM fleet_grants")[0].n;
    return left ? `a revoked agent keeps ${left} grants` : null;
  } finally {
    set.clean();
    await issuer.stop();
  }
});
