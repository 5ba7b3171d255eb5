// The installer encounters folders and files created by others: other programs' folders, a settings.json with a duplicate name, and one that cannot be written.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attack, requireHook } from "./lib.mjs";

const program = requireHook();

function install(home, ...options) {
  const result = spawnSync(program, ["install", "--endpoint", "http://127.0.0.1:9", "--yes", ...options], { env: { HOME: home, CCFLUX_TOKEN: "tok" }, encoding: "utf8" });
  return { ...result, said: result.stdout + result.stderr };
}

await attack("installer", async () => {
  const homes = [];
  const home = () => homes[homes.push(mkdtempSync(join(tmpdir(), "ccflux-attack-"))) - 1];
  try {
    const foreign = home();
    for (const folder of [".claude/projects", ".claude-work/projects", ".claude-other-program", ".claude-backup-2025/projects"]) {
      mkdirSync(join(foreign, folder), { recursive: true });
    }
    writeFileSync(join(foreign, ".claude-other-program", "settings.json"), '{"THEIR_MODEL":"x"}');
    install(foreign);
    const taken = readdirSync(foreign).filter((folder) => existsSync(join(foreign, folder, "ccflux", "config.json")));
    if (taken.join() !== ".claude,.claude-work") {
      return `the token was put into ${taken.join(", ")}`;
    }
    if (readFileSync(join(foreign, ".claude-other-program", "settings.json"), "utf8") !== '{"THEIR_MODEL":"x"}') {
      return "another program's settings.json was changed";
    }

    const twice = home();
    mkdirSync(join(twice, ".claude"));
    writeFileSync(join(twice, ".claude", "settings.json"), '{"model":"opus","model":"sonnet"}');
    const crashed = install(twice);
    if (crashed.signal || crashed.said.includes("Unhandled exception")) {
      return `a settings.json with a name twice ends it with ${crashed.signal ?? crashed.status} and a stack trace`;
    }

    const dangling = home();
    mkdirSync(join(dangling, ".claude"));
    symlinkSync(join(dangling, "nowhere", "settings.json"), join(dangling, ".claude", "settings.json"));
    const refused = install(dangling);
    const left = readdirSync(join(dangling, ".claude"));
    return refused.status === 0 || left.length === 1 ? undefined : `it says that nothing was done, and leaves ${left.join(", ")}`;
  } finally {
    for (const each of homes) {
      rmSync(each, { recursive: true });
    }
  }
});
