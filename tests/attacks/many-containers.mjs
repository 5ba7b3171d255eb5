// A CI fleet of one user: each container starts without its config directory and registers its own key. Their usage must arrive at the default limits.
import { attack, defaultLimits, newUser, rawMachine, turn } from "./lib.mjs";

const containers = 25;

await attack("many-containers", async ({ start }) => {
  const receiver = await start({ ...defaultLimits });
  const ci = await newUser(receiver, "ci@example.org", "runner");
  for (let index = 0; index < containers; index++) {
    try {
      const machine = await rawMachine(receiver, ci.refreshToken, `container-${index}`);
      const answer = await machine.report([turn(`job-${index}`, 0)]);
      if (answer.status !== 200) {
        return `the report of container ${index + 1} of a day is answered ${answer.status}: ${answer.body.slice(0, 120)}`;
      }
    } catch (error) {
      return `container ${index + 1} of a day: ${error.message.slice(0, 160)}`;
    }
  }

  const [{ sessions }] = receiver.sql("SELECT count(*) AS sessions FROM sessions");
  return sessions === containers ? null : `${sessions} of ${containers} sessions arrived`;
});
