#!/usr/bin/env bash
# Two switchers and three agents race for four accounts, and a process is killed at every step of handling a login, again and again. Fails
# if a refresh token is presented twice, a login has two holders, or an account is lost without saying so. FLEET_FAULT_SEEDS=3 is shorter.
# Prints one JSON object per line.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

need_dotnet
eng/publish-hook.sh
out=$(mktemp)
log=$(mktemp)
trap 'rm -f "$out" "$log"' EXIT
FLEET_FAULT_SEEDS="${FLEET_FAULT_SEEDS:-12}" BENCH_OUT="$out" dotnet test --project tests/Ccflux.Receiver.Tests -c Release --no-progress -- --filter-class '*.FleetFaultTests' --filter-class '*.FleetRaceTests' >"$log" 2>&1 ||
  { cat "$log" >&2; die "Not every fault left the logins intact."; }
cat "$out"
