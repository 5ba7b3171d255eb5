// Compares this checkout with another in alternating pairs: node bench/compare.mjs OTHER_CHECKOUT PAIRS NAME… (see compare.sh).
// For each figure: the mean over the pairs of the cost here divided by the cost there (times as they are, rates inverted), and the upper 95 % bound of that mean.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { meanAndBound, median } from "./statistics.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));
const [other, pairs, ...names] = [process.argv[2], Number(process.argv[3]), ...process.argv.slice(4)];

function run(checkout, name) {
  const text = execFileSync("bash", [`bench/${name}.sh`], { cwd: checkout, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: process.env });
  const figures = new Map();
  for (const line of text.split("\n").filter((line) => line.startsWith("{"))) {
    const { name: figure, value, unit, how } = JSON.parse(line);
    if (typeof value === "number" && value > 0) figures.set(`${name}: ${figure}${how && figures.has(`${name}: ${figure}`) ? ` (${how.slice(0, 40)})` : ""}`, { value, unit });
  }
  return figures;
}

for (const name of names) {
  const ratios = new Map();
  for (let i = 0; i < pairs; i++) {
    const first = run(i % 2 === 0 ? here : other, name);
    const second = run(i % 2 === 0 ? other : here, name);
    const [ours, theirs] = i % 2 === 0 ? [first, second] : [second, first];
    for (const [figure, { value, unit }] of ours) {
      const base = theirs.get(figure);
      if (!base) continue;
      const ratio = /\/s$|per second/.test(unit) ? base.value / value : value / base.value;
      ratios.set(figure, [...(ratios.get(figure) ?? []), { ratio, value, base: base.value, unit }]);
    }
  }
  for (const [figure, all] of ratios) {
    console.log(JSON.stringify({ name: figure, pairs: all.length, ...meanAndBound(all.map(({ ratio }) => ratio)), median_here: median(all.map(({ value }) => value)), median_there: median(all.map(({ base }) => base)), unit: all[0].unit }));
  }
}
