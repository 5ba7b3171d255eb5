// One person's account in two organisations is two seats. The admin imports the login of each; the second must not replace the first.
// Then a login whose file does not say when it expires, and a refresh that is answered without a lifetime: neither may be treated as expired.
import { createServer } from "node:http";
import { fleet, post } from "../browser/lib/fleet.mjs";
import { attack, until } from "./lib.mjs";

const account = { uuid: "aaaaaaaa-0000-4000-8000-000000000001", email: "kim@example.org" };
const seats = ["personal", "team"];
const answers = {
  "kim-personal": { account, organization: { uuid: "org-personal" } },
  "kim-team": { account, organization: { uuid: "org-team" } },
  "lee-live": { account: { uuid: "aaaaaaaa-0000-4000-8000-000000000002", email: "lee@example.org" }, organization: { uuid: "org-lee" } },
  "ann-old": { account: { uuid: "aaaaaaaa-0000-4000-8000-000000000003", email: "ann@example.org" }, organization: { uuid: "org-ann" } },
  "ann-new": { account: { uuid: "aaaaaaaa-0000-4000-8000-000000000003", email: "ann@example.org" }, organization: { uuid: "org-ann" } },
};

const issuer = createServer((request, response) => {
  const answer = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  const token = (request.headers.authorization ?? "").replace("Bearer ", "");
  if (request.url.startsWith("/v1/oauth/token")) {
    answer(200, { access_token: "ann-new", refresh_token: "refresh-ann-new" });
  } else if (!answers[token]) {
    answer(401, { error: { type: "authentication_error" } });
  } else {
    answer(200, request.url.startsWith("/api/oauth/profile") ? answers[token] : {});
  }
});

const login = (accessToken, expiresAt) => JSON.stringify({ claudeAiOauth: { accessToken, refreshToken: `refresh-${accessToken}`, scopes: ["user:profile"], expiresAt } });
const hours = (n) => Date.now() + n * 3_600_000;

await new Promise((resolve) => issuer.listen(0, "127.0.0.1", resolve));
const set = fleet({ address: `http://127.0.0.1:${issuer.address().port}` });
await attack("one account of two organisations, and logins of odd forms", async ({ start }) => {
  const receiver = await start(set.settings);
  for (const seat of seats) {
    await post(receiver, "/import", { label: seat, credential: login(`kim-${seat}`, hours(6)), vault_only: "1" });
  }
  const labels = receiver.sql("SELECT label FROM fleet_accounts ORDER BY label").map((row) => row.label);
  if (labels.join() !== seats.join()) {
    return `after two imports the vault has ${labels.join(", ")}: the login of the first organisation is gone`;
  }
  const refused = await post(receiver, "/import", { label: "live", credential: login("lee-live", undefined), vault_only: "" }).then(() => null, (error) => error.message);
  if (refused) {
    return `a live login that does not say when it ends is not taken: ${refused}`;
  }
  await post(receiver, "/import", { label: "ann", credential: login("ann-old", hours(0.3)), vault_only: "1" });
  const ann = () => receiver.sql("SELECT refreshed_by AS path, coalesce(fault, '') AS fault FROM fleet_accounts WHERE label = 'ann'")[0];
  await until(() => ann().path === "switcher" || ann().fault !== "", "the login is renewed", 90_000);
  return ann().fault && `the answer to a refresh without expires_in is thrown away: ${ann().fault}`;
});
issuer.close();
set.clean();
