// Tokens inserted by SQL, the documented way, under e-mail addresses that differ by case beyond ASCII, blanks or invisible characters.
// Whatever the spelling, a token that works can be revoked, and one that cannot be named does not work.
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { ask, attack, commandIn } from "./lib.mjs";

const cases = [
  ["rtok_case", "ÜNAL@x.example", "ünal@x.example"],
  ["rtok_line", "nl@x.example\n", "nl@x.example"],
  ["rtok_tab", "\tTab@x.example", "tab@x.example"],
  ["rtok_hidden", "hid\u200bden@x.example", "hidden@x.example"],
  ["rtok_accent", "u\u0308nal@x.example", "ünal@x.example"],
];

await attack("hand-inserted", async ({ start }) => {
  const receiver = await start();
  for (const [token, email] of cases) {
    execFileSync("sqlite3", [receiver.database, `PRAGMA busy_timeout=5000; INSERT INTO refresh_tokens (token, email) VALUES ('${token}', '${email}')`]);
  }
  const works = async (token) => (await ask(receiver.address, "/token", { method: "POST", headers: { Authorization: `Bearer ${token}` } })).status === 200;
  for (const [token, email, spelling] of cases) {
    const before = await works(token);
    commandIn(dirname(receiver.database), {}, "users", "revoke", spelling);
    commandIn(dirname(receiver.database), {}, "users", "revoke", email);
    if (before && (await works(token))) {
      return `the token of ${JSON.stringify(email)} works, and no spelling of it revokes it`;
    }
  }
});
