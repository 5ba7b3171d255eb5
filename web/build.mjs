// Bundles the scripts and styles of the pages. The output is embedded in the receiver.
import { build } from "esbuild";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = here("../src/Ccflux.Receiver/wwwroot/dist/");

await mkdir(dist, { recursive: true });
await build({
  entryPoints: { app: here("src/app.ts"), early: here("src/early.ts") },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox113", "safari16.4"],
  // Pages and the export contain no licence texts inline; those are in the packages' own files.
  legalComments: "none",
});
await build({ entryPoints: { app: here("styles/app.css") }, outdir: dist, bundle: true, minify: true, target: ["chrome111", "firefox113", "safari16.4"] });
for (const file of await readdir(here("static/"))) {
  await copyFile(here(`static/${file}`), dist + file);
}
