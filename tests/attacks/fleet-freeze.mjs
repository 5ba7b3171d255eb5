// An agent that was granted nothing claims that an account's login is in its config directory.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { enrol, fleet, login, post, startIssuer } from "../browser/lib/fleet.mjs";
import { asViewer, ask, attack, receiverProgram } from "./lib.mjs";

const home = { id: "11111111-0000-4000-8000-000000000002", email: "home@example.org" };

await attack("an agent without a grant keeps an account from being renewed", async ({ start }) => {
  const issuer = await startIssuer([home]);
  const set = fleet(issuer);
  try {
    const receiver = await start(set.settings);
    await post(receiver, "/import", { label: "home", credential: login(home), vault_only: "1" });
    const evil = await enrol(receiver, "evil");
    const { rows } = JSON.parse((await ask(receiver.address, "/api/v1/fleet/accounts", { headers: asViewer })).body);
    await evil.beat(rows[0].fingerprint, ["turn", "claude-opus-5-5"]);

    const environment = { ...process.env, ...set.settings, DATABASE_PATH: receiver.database, ADMIN_TOKEN: "admin-token-of-the-attacks-0123456789" };
    const { stdout } = await promisify(execFile)("dotnet", [receiverProgram, "fleet", "refresh", "home"], { env: environment }).catch((error) => error);
    if (!stdout.includes("home: ")) {
      throw new Error(`fleet refresh said ${stdout}`);
    }
    return stdout.includes("home: Renewed") ? null : `fleet refresh answers ${stdout.trim()}`;
  } finally {
    set.clean();
    await issuer.stop();
  }
});
