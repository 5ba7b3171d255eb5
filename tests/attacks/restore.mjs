// A backup from before a revoke is restored: what was revoked must not become valid again, nor must access tokens in the backup.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessToken, addUser, ask, attack, commandIn, issueTelemetryToken } from "./lib.mjs";

await attack("restore", async ({ start }) => {
  const folder = mkdtempSync(join(tmpdir(), "ccflux-restore-"));
  try {
    const settings = { DATABASE_PATH: join(folder, "ccflux.db") };
    const run = (...parts) => {
      const { status, output } = commandIn(folder, {}, ...parts);
      if (status !== 0) {
        throw new Error(`${parts.join(" ")}: ${output}`);
      }
    };
    const before = await start(settings);
    const refreshToken = await addUser(before, "left@example.org");
    const telemetryToken = await issueTelemetryToken(before, "left@example.org");
    const access = await accessToken(before, refreshToken);
    run("backup", "copy.db");
    run("users", "revoke", "left@example.org");
    await before.stop();
    run("restore", "copy.db");
    const { address } = await start(settings);

    const statusOf = async (path, token) => (await ask(address, path, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, body: "{}" })).status;
    for (const [what, path, token] of [["refresh token", "/token", refreshToken], ["access token", "/report", access], ["telemetry token", "/v1/logs", telemetryToken]]) {
      const status = await statusOf(path, token);
      if (status !== 401) {
        return `after a restore the ${what} of a user who was revoked since the backup is answered ${status}`;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
