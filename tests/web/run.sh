#!/usr/bin/env bash
# Runs the tests of the pages' scripts that need no browser; ends with the line "N passed, N failed, N skipped".
#   tests/web/run.sh [FILE…]
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../eng/setup.sh"
need_node
npm_ci web
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(tests/web/*.test.mjs)
built=artifacts/web-tests
rm -rf "$built"
web/node_modules/.bin/esbuild "${files[@]}" --bundle --platform=node --format=esm --sourcemap=inline --outdir="$built" --out-extension:.js=.mjs --log-level=warning || exit 1
tap=$(mktemp)
node --enable-source-maps --test --test-reporter=spec --test-reporter-destination=stderr --test-reporter=tap --test-reporter-destination="$tap" "$built"/*.mjs
code=$?
count() { sed -nE "s/^# $1 ([0-9]+)$/\1/p" "$tap" | tail -1; }
passed=$(count pass) failed=$(count fail) cancelled=$(count cancelled) skipped=$(count skipped)
rm -f "$tap"
echo "${passed:-0} passed, $((${failed:-0} + ${cancelled:-0})) failed, ${skipped:-0} skipped"
exit $code
