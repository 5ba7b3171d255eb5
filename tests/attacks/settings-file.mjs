// appsettings.json in the working folder: a setting in it must be effective, an unreadable file must not be ignored, and one that belongs to
// another user (a command run in /tmp) must not be used.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attack, commandIn } from "./lib.mjs";

await attack("settings-file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ccflux-settings-"));
  const file = join(folder, "appsettings.json");
  try {
    writeFileSync(file, '{"RATE_LIMIT_PER_MINUTE":"often"}');
    if (!commandIn(folder, {}, "users", "list").output.includes("RATE_LIMIT_PER_MINUTE")) {
      return "RATE_LIMIT_PER_MINUTE in appsettings.json is passed over";
    }
    writeFileSync(file, '{"METRICS_TOKEN": ');
    if (commandIn(folder, {}, "users", "list").status === 0) {
      return "an appsettings.json that is no JSON is passed over";
    }
    writeFileSync(file, "{}");
    chmodSync(file, 0o666);
    return commandIn(folder, {}, "users", "list").status === 0 ? "an appsettings.json that everybody may write to is taken" : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
