#!/usr/bin/env bash
# Thirty simulated days of 50 polled accounts against the simulator, on a clock of their own: fails where a budget is passed, a reset is
# missed by more than a minute, a failure is not shown as what it is, or a reading differs from what was answered. SIM_DAYS=3 is shorter.
# Then the page, see quota-page.sh. Prints one JSON object a line. The database is kept in memory (/dev/shm) where there is one.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

need_dotnet
out=$(mktemp)
log=$(mktemp)
trap 'rm -f "$out" "$log"' EXIT
SIM_DAYS="${SIM_DAYS:-30}" BENCH_OUT="$out" dotnet test --project tests/Ccflux.Receiver.Tests -c Release --no-progress -- --filter-class '*.SimulatedDayTests' >"$log" 2>&1 ||
  { cat "$log" >&2; die "The simulated month did not hold."; }
cat "$out"
bench/quota-page.sh
