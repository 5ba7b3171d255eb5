#!/usr/bin/env bash
# Plays thirty days of 50 polled accounts against the simulator, on a simulated clock. Fails if a budget is exceeded, a reset is
# missed by more than a minute, a failure is classified wrongly, or a reading differs from the answer. SIM_DAYS=3 is shorter.
# Then measures the page (quota-page.sh). Prints one JSON object per line. The database is kept in memory (/dev/shm) if possible.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

need_dotnet
out=$(mktemp)
log=$(mktemp)
trap 'rm -f "$out" "$log"' EXIT
SIM_DAYS="${SIM_DAYS:-30}" CCFLUX_THOROUGH=1 BENCH_OUT="$out" dotnet test --project tests/Ccflux.Receiver.Tests -c Release --no-progress -- --filter-class '*.SimulatedDayTests' >"$log" 2>&1 ||
  { cat "$log" >&2; die "The simulated month failed."; }
cat "$out"
bench/quota-page.sh
