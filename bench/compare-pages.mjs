// Asks two receivers alternately: node bench/compare-pages.mjs HERE THERE FOLDER STARTS REQUESTS PATH… (see compare-pages.sh).
// Each start yields the ratio of the two medians; prints the mean of these ratios and its upper 95 % bound.
import { randomBytes } from "node:crypto";
import { startReceiver } from "./checkout.mjs";
import { meanAndBound, median } from "./statistics.mjs";

const [here, there, folder] = process.argv.slice(2, 5);
const [starts, requests] = process.argv.slice(5, 7).map(Number);
const paths = process.argv.slice(7);
const warmUp = 80;
const token = randomBytes(16).toString("hex");

const start = (checkout, database) => startReceiver(checkout, { ADMIN_TOKEN: token, DATABASE_PATH: `${folder}/${database}` });

async function time(receiver, path) {
  const began = performance.now();
  const answer = await fetch(receiver.address + path, { headers: { Authorization: `Bearer ${token}`, "Accept-Encoding": process.env.ENCODING ?? "identity" } });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return performance.now() - began;
}

const figures = new Map(paths.map((path) => [path, []]));
for (let round = 0; round < starts; round++) {
  const receivers = [await start(here, "here.db"), await start(there, "there.db")];
  for (const path of paths) {
    const times = [[], []];
    for (let request = -warmUp; request < requests; request++) {
      // The order alternates too: the first one finds the caches as the other left them.
      for (const which of request % 2 === 0 ? [0, 1] : [1, 0]) {
        const taken = await time(receivers[which], path);
        if (request >= 0) times[which].push(taken);
      }
    }
    figures.get(path).push(times.map(median));
  }
  await Promise.all(receivers.map((receiver) => receiver.stop()));
}

for (const [path, all] of figures) {
  const ratios = all.map(([ours, theirs]) => ours / theirs);
  const [medianHere, medianThere] = [0, 1].map((which) => +median(all.map((pair) => pair[which])).toFixed(2));
  console.log(JSON.stringify({ name: path, starts, requests, ...meanAndBound(ratios), median_here: medianHere, median_there: medianThere, unit: "ms" }));
}
