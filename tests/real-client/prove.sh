#!/bin/bash
# The proofs with the real client, inside their own network namespace (needs root): see README.md.
#   PAIRS   how many pairs of runs with and without the plugin (default 30; 0 skips them)
#   KEEP    a folder to keep everything in, for inspection
# prove.mjs: the hook against the receiver. prove-telemetry.mjs: the client's own OTLP against the receiver (about two minutes). prove-both.mjs: both in one ledger
# (about three minutes). prove-fleet.mjs and
# prove-rotation.mjs: the fleet on a fake login, with logins given manually (about one minute) and with the engine deciding (about eight).
set -eu
cd "$(dirname "$0")"
ROOT=$(cd ../.. && pwd)
./setup.sh > /dev/null || { echo "SKIPPED  the real client could not be installed from npm" >&2; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
# shellcheck disable=SC2012 # the newer of two known files
RECEIVER=$(ls -t "$ROOT"/artifacts/bin/Ccflux.Receiver/{debug,release}/ccflux-receiver.dll 2>/dev/null | head -1)
[ -n "$RECEIVER" ] || { echo "The receiver is not built: dotnet build src/Ccflux.Receiver" >&2; exit 1; }
[ -x "$ROOT/plugin/bin/ccflux" ] || { echo "The hook program is not built: eng/publish-hook.sh" >&2; exit 1; }
passed=0 failed=0 skipped=0
for proof in prove.mjs prove-telemetry.mjs prove-both.mjs prove-fleet.mjs prove-rotation.mjs; do
  case $proof in prove-fleet.mjs | prove-rotation.mjs) network=./in-fake-internet.sh ;; *) network=./in-namespace.sh ;; esac
  log=$(mktemp)
  $network env ${KEEP:+KEEP="$KEEP/${proof%.mjs}"} RECEIVER="$RECEIVER" PLUGIN="$ROOT/plugin" node "$proof" 2>&1 | tee "$log" || true
  read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -1) || { echo "FAILED   $proof did not reach its end"; p=0 f=1 s=0; }
  rm -f "$log"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
