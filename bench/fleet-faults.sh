#!/usr/bin/env bash
# Two switchers and three agents race for four accounts, and a process is killed at every step of dealing with a login, again and again: fails
# where a refresh token is presented twice, a login is in two hands, or an account is lost and does not say so. FLEET_FAULT_SEEDS=3 is shorter.
# Prints one JSON object a line.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

need_dotnet
eng/publish-hook.sh
out=$(mktemp)
log=$(mktemp)
trap 'rm -f "$out" "$log"' EXIT
FLEET_FAULT_SEEDS="${FLEET_FAULT_SEEDS:-12}" BENCH_OUT="$out" dotnet test --project tests/Ccflux.Receiver.Tests -c Release --no-progress -- --filter-class '*.FleetFaultTests' --filter-class '*.FleetRaceTests' >"$log" 2>&1 ||
  { cat "$log" >&2; die "Not every fault left the logins sound."; }
cat "$out"
