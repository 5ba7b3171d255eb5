#!/usr/bin/env bash
# Runs the browser tests against the built receiver; ends with the line "N passed, N failed, N skipped".
#   tests/browser/run.sh [FILE…]   BROWSER_TESTS_JOBS=1 for one file at a time; they spend more time waiting than working
set -uo pipefail
cd "$(dirname "$0")" || exit 1
[ -d node_modules ] || npm ci --no-audit --no-fund --loglevel=error >&2 || exit 1
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(*.test.mjs)
tap=$(mktemp)
node --test --test-concurrency="${BROWSER_TESTS_JOBS:-4}" --test-timeout=1800000 --test-reporter=spec --test-reporter-destination=stderr \
  --test-reporter=tap --test-reporter-destination="$tap" "${files[@]}"
code=$?
count() { sed -nE "s/^# $1 ([0-9]+)$/\1/p" "$tap" | tail -1; }
passed=$(count pass) failed=$(count fail) cancelled=$(count cancelled) skipped=$(count skipped)
rm -f "$tap"
echo "${passed:-0} passed, $((${failed:-0} + ${cancelled:-0})) failed, ${skipped:-0} skipped"
exit $code
