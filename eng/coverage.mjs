// Prints the line coverage of the suites: node eng/coverage.mjs FOLDER
// Reads the folder's Cobertura files. A line in several suites counts once, and as run if any of them ran it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith(".xml"));
const packages = new Map();
for (const name of files) {
  let lines;
  let file = "";
  for (const [, assembly, source, number, hits] of readFileSync(join(folder, name), "utf8").matchAll(/<package name="([^"]*)"|<class [^>]*filename="([^"]*)"|<line number="(\d+)" hits="(\d+)"/g)) {
    if (assembly !== undefined) {
      lines = packages.get(assembly) ?? new Map();
      packages.set(assembly, lines);
    } else if (source !== undefined) {
      // Paths are relative to the common folder of the suite's own assemblies, which differs between suites.
      file = source.replace(/^(.*\/)?Ccflux\.[A-Za-z]+\//, "");
    } else {
      const line = `${file}:${number}`;
      lines.set(line, lines.get(line) === true || Number(hits) > 0);
    }
  }
}

const rate = (lines) => {
  const run = lines.filter(Boolean).length;
  return `${((100 * run) / Math.max(1, lines.length)).toFixed(1)} % of ${lines.length} lines`;
};
const all = [...packages.values()].flatMap((lines) => [...lines.values()]);
for (const [name, lines] of [...packages].sort(([a], [b]) => a.localeCompare(b))) {
  console.log(`  ${name}: ${rate([...lines.values()])}`);
}
console.log(`Line coverage of ${files.length} suites: ${rate(all)}`);
process.exit(all.length > 0 ? 0 : 1);
