#!/usr/bin/env bash
# Runs all tests: ./test.sh [--install] [--coverage] [--real-client]
#   --install       installs missing Debian packages (as root); CI=true does too, and then a skipped test is a failure
#   --coverage      also measures the line coverage of the .NET suites: artifacts/coverage/*.cobertura.xml; prints the rate before the last line
#   --real-client   runs the tests with the real Claude Code client instead (root, 360 MB from npm)
# Ends with the line "N passed, N failed, N skipped".
set -uo pipefail
. "$(dirname "$0")/eng/setup.sh"

install=${CI:+1}
for argument in "$@"; do
  case $argument in
    --install) install=1 ;;
    --coverage) coverage=1 ;;
    --real-client) real_client=1 ;;
    -h|--help) sed -n '2,6s/^# //p' "$0"; exit 0 ;;
    *) die "test.sh does not know '$argument'. Usage: ./test.sh [--install] [--coverage] [--real-client]" ;;
  esac
done

passed=0 failed=0 skipped=0
failures=$(mktemp)
count() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); }
skip() { say "SKIPPED  $1: $2"; count 0 0 1; }
finish() {
  if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    say "With CI=true a skipped test is a failure."
    failed=$((failed + skipped)) skipped=0
  fi
  # Repeats the failures at the end, since nobody would find them thousands of lines above.
  cat "$failures" >&2
  rm -f "$failures"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

# package=command or file that shows that it is installed
packages="gcc=gcc zlib1g-dev=/usr/include/zlib.h chromium-headless-shell=chromium-headless-shell sqlite3=sqlite3 fonts-liberation=/usr/share/fonts/truetype/liberation"
missing=
for entry in $packages; do
  probe=${entry#*=}
  case $probe in /*) [ -e "$probe" ] ;; *) command -v "$probe" >/dev/null ;; esac || missing="$missing ${entry%%=*}"
done
if [ -n "$missing" ]; then
  if [ -n "$install" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing$missing …"
    # shellcheck disable=SC2086
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
      say "These packages could not be installed:$missing"
  else
    say "Not installed:$missing (./test.sh --install, as root, installs them)"
  fi
fi

need_dotnet
need_node
# Downloads run in parallel with the work. An error here shows up again where the packages are needed.
dotnet restore Ccflux.slnx -nologo -v quiet >/dev/null 2>&1 &
restored=$!
(npm_ci tests/browser && npm_ci tests/otlp) &
test_packages=$!
build_web
wait "$restored"
# The native compiler works in its own tree, and the build leaves a core idle while it compiles the receiver.
hook_build=$(mktemp)
eng/publish-hook.sh >"$hook_build" 2>&1 &
hook_built=$!
build_dotnet Release Ccflux.slnx
hook=1
wait "$hook_built" || hook=
cat "$hook_build" >&2
rm -f "$hook_build"
wait "$test_packages" || exit 1

if [ -n "${real_client:-}" ]; then
  [ "$(id -u)" = 0 ] || die "./test.sh --real-client needs root, for a network namespace."
  [ -n "$hook" ] || die "./test.sh --real-client needs the native hook program (above)."
  log=$(mktemp)
  tests/real-client/prove.sh 2>&1 | tee "$log"
  read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -1)
  rm -f "$log"
  [ -n "${p:-}" ] && count "$p" "$f" "$s" || count 0 1 0
  finish
fi

# run_dotnet PROJECT
run_dotnet() {
  local measured=()
  [ -z "${coverage:-}" ] || measured=(--results-directory artifacts/coverage --coverlet --coverlet-output-format cobertura --coverlet-file-prefix "$1"
    --coverlet-include "[ccflux]*" --coverlet-include "[ccflux-receiver]*" --coverlet-include "[Ccflux.Contracts]*" --coverlet-include "[Ccflux.Storage]*")
  dotnet test --project "tests/$1" -c Release --no-build --no-progress ${measured[@]+"${measured[@]}"} 2>&1
}

# dotnet_tests PROJECT: runs the project's tests and counts the results
dotnet_tests() {
  local log
  log=$(mktemp)
  run_dotnet "$1" | tee "$log" >&2
  count_dotnet "$1" "$log"
}

# count_dotnet PROJECT LOG
count_dotnet() {
  local p f s
  p=$(sed -nE 's/^ *succeeded: ([0-9]+).*/\1/p' "$2" | tail -1)
  f=$(sed -nE 's/^ *failed: ([0-9]+).*/\1/p' "$2" | tail -1)
  s=$(sed -nE 's/^ *skipped: ([0-9]+).*/\1/p' "$2" | tail -1)
  grep -E -A 8 '^failed ' "$2" >>"$failures"
  rm -f "$2"
  if [ -z "$p" ]; then say "FAILED   $1 did not run"; count 0 1 0; else count "$p" "$f" "$s"; fi
}

# The hook's tests mostly wait for programs that they started, so they run in parallel with the others.
rm -rf artifacts/coverage
hook_log=$(mktemp)
if [ -n "$hook" ]; then
  run_dotnet Ccflux.Hook.Tests >"$hook_log" &
  hook_run=$!
else
  skip Ccflux.Hook.Tests "the native hook program could not be built (above)"
fi

for project in tests/*.Tests; do
  project=${project#tests/}
  [ "$project" = Ccflux.Hook.Tests ] || dotnet_tests "$project"
done

if [ -n "$hook" ]; then
  wait "$hook_run"
  cat "$hook_log" >&2
  count_dotnet Ccflux.Hook.Tests "$hook_log"
fi

if { command -v chromium-headless-shell || command -v chromium; } >/dev/null && command -v sqlite3 >/dev/null; then
  log=$(mktemp)
  tests/browser/run.sh 2>&1 | tee "$log" >&2
  sed -n '/^✖ failing tests:/,$p' "$log" | head -100 >>"$failures"
  read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -1)
  rm -f "$log"
  if [ -n "${p:-}" ]; then count "$p" "$f" "$s"; else say "FAILED   the browser tests did not run"; count 0 1 0; fi
else
  skip "browser tests" "neither chromium-headless-shell nor chromium is installed, or sqlite3 is not"
fi

[ -z "${coverage:-}" ] || node eng/coverage.mjs artifacts/coverage || count 0 1 0

finish
