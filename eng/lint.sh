#!/usr/bin/env bash
# Checks what no compiler reads: shell scripts with shellcheck, workflows with actionlint, the pages' and the tests' scripts with oxlint (.oxlintrc.json).
# Part of ./test.sh format; ends with the line "N passed, N failed, N skipped". A check whose tool cannot be had is skipped.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# check NAME COMMAND…
check() {
  local name=$1
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
  else
    say "FAILED   $name"
    cat "$log" >&2
    failed=$((failed + 1))
  fi
}
skip() { say "SKIPPED  $1: $2"; skipped=$((skipped + 1)); }

if command -v shellcheck >/dev/null; then
  # A script is a file that ends in .sh or begins with a shell's name.
  mapfile -d '' -t files < <(find . \( -name node_modules -o -name .git -o -name bin -o -name obj -o -path ./artifacts -o -path ./data \) -prune -o -type f -print0)
  mapfile -t scripts < <(awk 'FNR == 1 { if (FILENAME ~ /\.sh$/ || /^#!.*(bash|\/sh)/) print FILENAME; nextfile }' "${files[@]}")
  check "shell scripts" shellcheck "${scripts[@]}"
else
  skip "shell scripts" "shellcheck is not installed"
fi

if (need_node && npm_ci eng/lint); then
  check workflows node eng/lint/workflows.mjs
else
  skip workflows "the packages of eng/lint/ cannot be had"
fi

# The types that the pages' scripts import are in web/. Oxlint finds the program that knows types on the path.
PATH="$ROOT/eng/lint/node_modules/.bin:$PATH"
if (need_node && npm_ci web) && oxlint --version >/dev/null 2>&1; then
  check scripts oxlint --type-aware --report-unused-disable-directives --format=unix web eng bench tests
else
  skip scripts "oxlint, or a package of web/, cannot be had"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
