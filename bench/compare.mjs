// This checkout against another in alternating pairs: node bench/compare.mjs OTHER_CHECKOUT PAIRS NAME… (see compare.sh).
// For each figure: the mean over the pairs of the cost here by the cost there (times as they are, rates inverted), and the upper 95 % bound of that mean.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
const [other, pairs, ...names] = [process.argv[2], Number(process.argv[3]), ...process.argv.slice(4)];
// One-sided 95 % of Student's t, by degrees of freedom from 1.
const student = [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.74, 1.734, 1.729, 1.725];

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
    const n = all.length;
    const mean = all.reduce((sum, { ratio }) => sum + ratio, 0) / n;
    const deviation = Math.sqrt(all.reduce((sum, { ratio }) => sum + (ratio - mean) ** 2, 0) / (n - 1));
    const bound = mean + (student[Math.min(n - 2, student.length - 1)] * deviation) / Math.sqrt(n);
    const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
    console.log(JSON.stringify({ name: figure, pairs: n, mean_ratio: +mean.toFixed(4), upper_95: +bound.toFixed(4), median_here: median(all.map(({ value }) => value)), median_there: median(all.map(({ base }) => base)), unit: all[0].unit }));
  }
}
