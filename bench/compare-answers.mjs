// Compares what two builds of the receiver answer for the same data: node bench/compare-answers.mjs OTHER_CHECKOUT [DATABASE]
// Both checkouts are built. Without DATABASE, both get a copy of the same demo data. Every page that links lead to and every table of the API (JSON and CSV)
// is fetched from both. JSON and CSV are compared byte for byte; HTML too, and again without the words that people read, so that a change of wording
// is distinguished from a change of structure. Prints one line per difference and the counts; exits with 1 if anything but wording differs.
//   WORDS=1   prints the first difference in wording of each page, too
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { receiverOf, startReceiver } from "./checkout.mjs";

const here = resolve(import.meta.dirname, "..");
const other = resolve(process.argv[2] ?? "");
const token = "compare-answers-admin-token";
const work = mkdtempSync(join(tmpdir(), "ccflux-compare-"));
const labOf = (root) => join(root, "artifacts/bin/Ccflux.Lab/release/Ccflux.Lab.dll");
// The vault refuses keys that are in the database's folder.
const databaseOf = (name) => join(work, name, "ccflux.db");
const maxPages = 400;

if (!process.argv[2] || !existsSync(receiverOf(other))) {
  console.error("Usage: node bench/compare-answers.mjs OTHER_CHECKOUT [DATABASE]; OTHER_CHECKOUT must be built.");
  process.exit(2);
}

function makeDatabase() {
  const source = process.argv[3] ?? join(work, "source.db");
  if (!process.argv[3]) {
    execFileSync("dotnet", [labOf(here), "demo"], { cwd: work, env: { ...process.env, DATABASE_PATH: source }, stdio: "ignore" });
  }
  for (const name of ["here", "other"]) {
    mkdirSync(join(work, name));
    copyFileSync(source, databaseOf(name));
  }
}

// Both have the same URL in their pages, whatever port they listen on.
const start = (root, name) => startReceiver(root, {
  DATABASE_PATH: databaseOf(name), ADMIN_TOKEN: token, BASE_URL: "https://ccflux.example.org", ALLOWED_HOSTS: "*", FLEET: "1", VAULT_KEY_PATH: join(work, `${name}-keys`), QUOTA_PUBLIC: "1",
}, work);

async function get(receiver, path) {
  const answer = await fetch(receiver.address + path, { redirect: "manual", headers: { Authorization: `Bearer ${token}` } });
  return { status: answer.status, type: (answer.headers.get("content-type") ?? "").split(";")[0], body: await answer.text() };
}

// What differs between any two answers of one build: the time, the port, hashes of assets, ids of a process.
const settle = (text) => text
  .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC|\+00:00)?/g, "TIME")
  .replace(/\b\d\d:\d\d(:\d\d)?\b/g, "TIME")
  .replace(/data-(now|live-since|until|at|v)="[^"]*"/g, 'data-$1=""')
  .replace(/\?v=[\w-]+/g, "?v=").replace(/127\.0\.0\.1:\d+/g, "HOST")
  .replace(/"(elapsed_percent|ratio)":[\d.]+/g, '"$1":0').replace(/answered (\d+) in [\d.]+/g, "answered $1 in")
  .replace(/\b\d+ (s|min|h) ago\b/g, "AGO").replace(/"(seconds|age|age_seconds|next_poll|uptime)":[\d.]+/g, '"$1":0');

// Only elements, classes, links and figures: no text between tags, no attribute that is read.
const structure = (html) => html
  .replace(/<(script|style)\b[^]*?<\/\1>/g, "<$1>")
  .replace(/ (title|aria-label|aria-description|placeholder|alt|content|data-label|data-name|data-text)="[^"]*"/g, "")
  .replace(/>[^<]*</g, "><");

const first = (a, b) => {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const around = (text) => JSON.stringify(text.slice(Math.max(0, i - 60), i + 100));
  return `\n    here  ${around(a)}\n    other ${around(b)}`;
};

makeDatabase();
const [mine, theirs] = [await start(here, "here"), await start(other, "other")];
const counts = { pages: 0, tables: 0, words: 0, different: 0 };
try {
  const api = JSON.parse((await get(mine, "/docs/v1.json")).body);
  const tables = Object.entries(api.paths)
    .filter(([path, operations]) => operations.get && !path.includes("{"))
    .flatMap(([path]) => path.startsWith("/api/v1/") ? [path, `${path}?format=csv`, `${path}?period=90d`] : [path]);
  const queue = ["/admin/", "/admin/?period=90d", "/admin/?export", "/admin/telemetry", "/quota", "/admin/alerts", "/admin/fleet", "/docs/getting-started", ...tables];
  const seen = new Set(queue);
  for (let place = 0; place < queue.length && place < maxPages; place++) {
    const path = queue[place];
    const [a, b] = await Promise.all([get(mine, path), get(theirs, path)]);
    const isHtml = a.type === "text/html";
    counts[isHtml ? "pages" : "tables"]++;
    if (isHtml) {
      for (const [, link] of a.body.matchAll(/href="(\/(?!assets|download|docs\/)[^"#]*)/g)) {
        const target = link.replaceAll("&amp;", "&");
        // Sorting and paging multiply without end; one step from the plain page is enough.
        if (!seen.has(target) && (target.match(/[&?]/g) ?? []).length <= 1) {
          seen.add(target);
          queue.push(target);
        }
      }
    }
    const [x, y] = [settle(a.body), settle(b.body)];
    if (a.status !== b.status || a.type !== b.type) {
      counts.different++;
      console.log(`${path}: ${a.status} ${a.type} here, ${b.status} ${b.type} there`);
    } else if (x !== y) {
      if (isHtml && structure(x) === structure(y)) {
        counts.words++;
        if (process.env.WORDS) console.log(`${path}: words${first(x, y)}`);
      } else {
        counts.different++;
        console.log(`${path}:${isHtml ? first(structure(x), structure(y)) : first(x, y)}`);
      }
    }
  }
} finally {
  await Promise.all([mine.stop(), theirs.stop()]);
  rmSync(work, { recursive: true, force: true });
}
console.log(`${counts.pages} pages, ${counts.tables} tables and documents; ${counts.words} pages differ in words only, ${counts.different} answers in more`);
process.exit(counts.different ? 1 : 0);
