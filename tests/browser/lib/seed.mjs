// A small organisation, sent over real HTTP: known people, models, limits and hostile names. Seeded, so every run is the same except for the clock.
import { addUser, registerDevice } from "./client.mjs";

export const hostileName = `<script>alert(1)</script>'"&`;
export const hostileEmail = `${hostileName}@example.org`;
export const formulaEmail = "=1+1@example.org";

const hour = 3_600_000;
const day = 24 * hour;

export const people = [
  ["amara.okafor@example.org", "Platform", 9, "ao-mbp16"],
  ["mateo.vargas@example.org", "Platform", 8, "mv-mbp14"],
  ["hana.sato@example.org", "Data", 8, "hs-ws01"],
  ["elif.yilmaz@example.org", "Product", 4, "ey-x1"],
  ["daniel.novak@example.org", "Platform", 4, "dn-tower"],
  ["karim.benali@example.org", "Data", 3, "kb-mbp14"],
  ["lena.fischer@example.org", "Security", 3, "lf-t14"],
  ["chiara.moretti@example.org", "Product", 2, "cm-air"],
  ["george.whitlock@example.org", "", 1, "gw-lat7440"],
  ["noor.rahman@example.org", "Support", 1, "nr-xps"],
  [hostileEmail, `<b>R&D</b>`, 1, hostileName],
  [formulaEmail, "=2+2", 1, "=1+1"],
];

const models = ["claude-opus-5-5", "claude-sonnet-5", "claude-haiku-4-5", "claude-sonnet-5[1m]", "mystery-model-9"];

function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

function turnsOf(weight, now, next, id) {
  const turns = [];
  for (let ago = 44; ago >= 0; ago--) {
    const weekday = new Date(now - ago * day).getUTCDay();
    if ((weekday === 0 || weekday === 6) && next() < 0.85) {
      continue;
    }
    const sessions = 1 + Math.floor(next() * 2);
    for (let session = 0; session < sessions; session++) {
      const sessionId = `${id}-${ago}-${session}-0000-4000-8000-000000000000`.slice(0, 36);
      const start = now - ago * day - Math.floor(next() * 8 * hour) - hour;
      const count = 1 + Math.floor(next() * weight);
      for (let index = 0; index < count; index++) {
        const ended = Math.min(now - 60_000, start + index * 600_000 + Math.floor(next() * 300_000));
        const used = {};
        for (let extra = 0; extra < 1 + Math.floor(next() * 2); extra++) {
          const model = models[Math.min(models.length - 1, Math.floor(next() ** 2 * models.length))];
          const write = Math.floor(next() * 30_000);
          used[model] = {
            input_tokens: Math.floor(next() * 900 * weight),
            output_tokens: Math.floor(next() * 4_000 * weight),
            cache_read_tokens: Math.floor(next() * 180_000),
            cache_write_tokens: write,
            cache_write_1h_tokens: Math.floor(write / 4),
          };
        }
        const failed = next() < 0.02;
        turns.push({
          session_id: sessionId,
          turn_index: index,
          started_utc: new Date(ended - 45_000).toISOString(),
          ended_utc: new Date(ended).toISOString(),
          entrypoint: "cli",
          outcome: failed ? "failed" : "completed",
          models: used,
        });
      }
    }
  }
  return turns;
}

/** Fills a receiver and returns the refresh tokens by e-mail address. */
export async function seed(receiver) {
  const now = Date.now();
  const tokens = new Map();
  for (const [index, [email, division, weight, deviceName]] of people.entries()) {
    const token = await addUser(receiver, email, division);
    const device = await registerDevice(receiver, token, deviceName);
    tokens.set(email, { token, device });
    const turns = turnsOf(weight, now, random(1000 + index), `a${index}`);
    if (email.startsWith("hana")) {
      const last = turns.at(-1);
      last.outcome = "failed";
      last.limit_events = [{ at_utc: last.ended_utc, window: "five_hour", resets_at_utc: new Date(now + 2 * hour).toISOString(), final: true }];
    }
    for (let at = 0; at < turns.length; at += 150) {
      await device.report(turns.slice(at, at + 150));
    }
  }
  // Provisioned, never reporting; and one whose token is revoked.
  tokens.set("petra.kowalski@example.org", { token: await addUser(receiver, "petra.kowalski@example.org", "Data") });
  tokens.set("tom.hartley@example.org", { token: await addUser(receiver, "tom.hartley@example.org", "Support", 30) });
  return tokens;
}
