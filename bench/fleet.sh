#!/usr/bin/env bash
# Compares rotation over 1 000 random fortnights with two plain policies and with the upper bound; RUNS and SEED override the defaults.
# Prints one JSON object per line. Fails if a plain policy uses more capacity, or is interrupted less often, over all runs together.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

need_dotnet
runs="${RUNS:-1000}" seed="${SEED:-0}"
for hours in 168 12; do
  began=$(date +%s.%N)
  totals=$(nice -n 10 dotnet run --project tools/Ccflux.Lab -c Release --no-build -- simulate --runs "$runs" --seed "$seed" --soonest-first-hours "$hours" --json)
  seconds=$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
  # shellcheck disable=SC2016 # the templates are JavaScript's
  TOTALS="$totals" HOURS="$hours" SECONDS_TAKEN="$seconds" node -e '
    const totals = JSON.parse(process.env.TOTALS), hours = process.env.HOURS;
    const [engine, ...plain] = totals.policies;
    const how = `${totals.runs} fortnights from seed ${totals.first_seed}, ${totals.requests} requests, soonest first within ${hours} h, ${process.env.SECONDS_TAKEN} s`;
    const line = (name, value, unit, baseline) => console.log(JSON.stringify({ name: `fleet-${name}-${hours}h`, value, unit, baseline, ratio: baseline ? value / baseline : null, how }));
    for (const policy of totals.policies) {
      const name = policy.policy.replaceAll(" ", "-");
      line(`${name}-of-bound`, policy.of_bound, "share", 1);
      line(`${name}-perished`, policy.perished, "share of capacity", null);
      line(`${name}-interruptions`, policy.interruptions, "requests", engine.interruptions);
      line(`${name}-switches`, policy.switches_per_run, "a run", null);
    }
    line("mean-of-bound", totals.mean_of_bound, "share", 0.99);
    line("runs-beaten-by-stay", totals.beaten_by_stay, "runs", totals.runs);
    line("runs-beaten-by-most-left", totals.beaten_by_most_left, "runs", totals.runs);
    if (plain.some(policy => policy.capacity_used >= engine.capacity_used || policy.interruptions <= engine.interruptions)) {
      process.exitCode = 1;
    }'
done
