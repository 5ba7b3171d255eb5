#!/usr/bin/env bash
# Runs the tests: ./test.sh [--install] [--thorough] [--coverage] [--real-client] [SUITE…]
#   SUITE           format, web, contracts, storage, hook, receiver, architecture or browser; all of them by default. Format and web build no .NET code
#   --install       installs missing Debian packages (as root); CI=true does too, and then a skipped test is a failure
#   --thorough      repeats random and kill tests more often
#   --coverage      also counts the lines that the .NET suites run: artifacts/coverage/*.cobertura.xml, the rate before the last line
#   --real-client   runs the proofs with the real Claude Code client instead (root, 360 MB from npm)
# Ends with the line "N passed, N failed, N skipped".
set -uo pipefail
. "$(dirname "$0")/eng/setup.sh"

install=${CI:+1}
suites=()
for argument in "$@"; do
  case $argument in
    --install) install=1 ;;
    --thorough) export CCFLUX_THOROUGH=1 ;;
    --coverage) coverage=1 ;;
    --real-client) real_client=1 ;;
    format | web | contracts | storage | hook | receiver | architecture | browser) suites+=("$argument") ;;
    -h|--help) sed -n '2,8s/^# //p' "$0"; exit 0 ;;
    *) die "test.sh does not know '$argument'. Usage: ./test.sh [--install] [--thorough] [--coverage] [--real-client] [format|web|contracts|storage|hook|receiver|architecture|browser…]" ;;
  esac
done
[ ${#suites[@]} -gt 0 ] || suites=(format web contracts storage hook receiver architecture browser)
wants() { local suite; for suite in "${suites[@]}"; do [ "$suite" != "$1" ] || return 0; done; return 1; }
compiled=${real_client:-}
for suite in contracts storage hook receiver architecture browser; do ! wants "$suite" || compiled=1; done

passed=0 failed=0 skipped=0
failures=$(mktemp)
logs=$(mktemp -d)
count() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); }
skip() { say "SKIPPED  $1: $2"; count 0 0 1; }
# count_log NAME LOG: counts the tests of a log that ends with "N passed, N failed, N skipped"
count_log() {
  local p f s
  read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$2" | tail -1)
  if [ -n "${p:-}" ]; then count "$p" "$f" "$s"; else say "FAILED   $1 did not run"; count 0 1 0; fi
}
finish() {
  if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    say "With CI=true a skipped test is a failure."
    failed=$((failed + skipped)) skipped=0
  fi
  # Thousands of lines above, a failure would not be found.
  cat "$failures" >&2
  rm -rf "$failures" "$logs"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

# package=the command or file that shows that it is installed
packages=
! wants format || packages="shellcheck=shellcheck"
[ -z "$compiled" ] || packages="$packages gcc=gcc zlib1g-dev=/usr/include/zlib.h chromium-headless-shell=chromium-headless-shell sqlite3=sqlite3 fonts-liberation=/usr/share/fonts/truetype/liberation"
missing=
for entry in $packages; do
  probe=${entry#*=}
  case $probe in /*) [ -e "$probe" ] ;; *) command -v "$probe" >/dev/null ;; esac || missing="$missing ${entry%%=*}"
done
if [ -n "$missing" ]; then
  if [ -n "$install" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing$missing …"
    # shellcheck disable=SC2086 # several packages in one variable
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
      say "These packages could not be installed:$missing"
  else
    say "Not installed:$missing (./test.sh --install, as root, installs them)"
  fi
fi

# What is checked without being compiled: next to the build, which leaves a core idle now and then.
start_checks() {
  if wants format; then
    dotnet format whitespace . --folder --verify-no-changes --include src/ tests/ tools/ bench/ >"$logs/format" 2>&1 &
    formatted=$!
    eng/lint.sh >"$logs/lint" 2>&1 &
    linted=$!
  fi
  if wants web; then
    tests/web/run.sh >"$logs/web" 2>&1 &
    web_tested=$!
  fi
}
count_checks() {
  if wants format; then
    if wait "$formatted"; then
      count 1 0 0
    else
      say "FAILED   formatting (dotnet format whitespace . --folder --include src/ tests/ tools/ bench/ fixes it)"
      tee -a "$failures" <"$logs/format" >&2
      count 0 1 0
    fi
    wait "$linted" || cat "$logs/lint" >>"$failures"
    cat "$logs/lint" >&2
    count_log "the checks of scripts and workflows" "$logs/lint"
  fi
  if wants web; then
    wait "$web_tested" || sed -n '/^✖ failing tests:/,$p' "$logs/web" | head -100 >>"$failures"
    cat "$logs/web" >&2
    count_log "the tests of the pages' scripts" "$logs/web"
  fi
}

need_dotnet
need_node
if [ -n "$compiled" ]; then
  # Fetches packages from the network next to work that does not need it. An error shows again where the packages are used.
  dotnet restore Ccflux.slnx -nologo -v quiet >/dev/null 2>&1 &
  restored=$!
  (npm_ci tests/browser && npm_ci tests/otlp) &
  test_packages=$!
  build_web
  wait "$test_packages" || exit 1
  wait "$restored"
  [ -n "${real_client:-}" ] || start_checks
  # The native compiler works in its own tree, and the build leaves a core idle while it compiles the receiver.
  eng/publish-hook.sh >"$logs/hook-build" 2>&1 &
  hook_built=$!
  build_dotnet Release Ccflux.slnx
  hook=1
  wait "$hook_built" || hook=
  cat "$logs/hook-build" >&2
else
  ! wants web || npm_ci web
  start_checks
  count_checks
  finish
fi

if [ -n "${real_client:-}" ]; then
  [ "$(id -u)" = 0 ] || die "./test.sh --real-client needs root, for a network namespace."
  [ -n "$hook" ] || die "./test.sh --real-client needs the native hook program (above)."
  tests/real-client/prove.sh 2>&1 | tee "$logs/real-client"
  count_log "the real client" "$logs/real-client"
  finish
fi

# run_dotnet PROJECT: writes its log
run_dotnet() {
  local measured=()
  [ -z "${coverage:-}" ] || measured=(--results-directory artifacts/coverage --coverlet --coverlet-output-format cobertura --coverlet-file-prefix "$1"
    --coverlet-include "[ccflux]*" --coverlet-include "[ccflux-receiver]*" --coverlet-include "[Ccflux.Contracts]*" --coverlet-include "[Ccflux.Storage]*")
  dotnet test --project "tests/$1" -c Release --no-build --no-progress ${measured[@]+"${measured[@]}"} >"$logs/$1" 2>&1
}

# count_dotnet PROJECT: prints its log and counts its tests
count_dotnet() {
  local p f s
  cat "$logs/$1" >&2
  p=$(sed -nE 's/^ *succeeded: ([0-9]+).*/\1/p' "$logs/$1" | tail -1)
  f=$(sed -nE 's/^ *failed: ([0-9]+).*/\1/p' "$logs/$1" | tail -1)
  s=$(sed -nE 's/^ *skipped: ([0-9]+).*/\1/p' "$logs/$1" | tail -1)
  grep -E -A 8 '^failed ' "$logs/$1" >>"$failures"
  if [ -z "$p" ]; then say "FAILED   $1 did not run"; count 0 1 0; else count "$p" "$f" "$s"; fi
}

browser=
if wants browser; then
  if { command -v chromium-headless-shell || command -v chromium; } >/dev/null && command -v sqlite3 >/dev/null; then
    browser=1
  else
    skip "browser tests" "neither chromium-headless-shell nor chromium is installed, or sqlite3 is not"
  fi
fi
if ! wants hook; then
  hook=
elif [ -z "$hook" ]; then
  skip Ccflux.Hook.Tests "the native hook program could not be built (above)"
fi

# Two lanes, so that both cores work: the tests of the browser take longest, start first and, like those of the hook, often wait for programs that they start.
rm -rf artifacts/coverage
[ -z "$browser" ] || BROWSER_TESTS_JOBS=${BROWSER_TESTS_JOBS:-3} tests/browser/run.sh >"$logs/browser" 2>&1 &
lane=$!
count_checks
for suite in hook contracts storage architecture receiver; do
  if wants "$suite" && { [ "$suite" != hook ] || [ -n "$hook" ]; }; then
    project=Ccflux.${suite^}.Tests
    run_dotnet "$project"
    count_dotnet "$project"
  fi
done
wait "$lane"
if [ -n "$browser" ]; then
  cat "$logs/browser" >&2
  sed -n '/^✖ failing tests:/,$p' "$logs/browser" | head -100 >>"$failures"
  count_log "the browser tests" "$logs/browser"
fi

[ -z "${coverage:-}" ] || node eng/coverage.mjs artifacts/coverage || count 0 1 0

finish
