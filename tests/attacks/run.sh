#!/usr/bin/env bash
# Runs every attack, or those named, each against its own receiver: tests/attacks/run.sh [NAME…]
#   CCFLUX_RECEIVER   the ccflux-receiver.dll to attack (default: this checkout's release build)
#   CCFLUX_HOOK       the native hook program (default: plugin/bin/ccflux-linux-x86_64)
# two-hostile-users, which takes 14 minutes, runs only if it is named.
# Each prints HELD, FAULT or FAILED. Ends with the line "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")" || exit 1
if [ $# -eq 0 ]; then
  mapfile -t attacks < <(basename -a -s .mjs ./*.mjs | grep -vxE "lib|two-hostile-users")
  set -- "${attacks[@]}"
fi
passed=0 failed=0
for name in "$@"; do
  if node "$name.mjs"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
