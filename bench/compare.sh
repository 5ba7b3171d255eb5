#!/usr/bin/env bash
# Compares this checkout with another, already built, in alternating pairs: bench/compare.sh OTHER_CHECKOUT [PAIRS] [NAME…]
# Default: 10 pairs of hook, ingest, otlp and dashboard. COUNT, RUNS and ROWS shorten the runs (see the scripts of those names).
# A ratio is the cost here divided by the cost there: 1.05 is 5 % slower.
set -euo pipefail
[ -x "${1:-}/bench/hook.sh" ] || { echo "Usage: bench/compare.sh OTHER_CHECKOUT [PAIRS] [NAME…]" >&2; exit 1; }
other=$(cd "$1" && pwd) pairs=${2:-10}
shift; [ $# -gt 0 ] && shift
. "$(dirname "$0")/../eng/setup.sh"
[ $# -gt 0 ] || set -- hook ingest otlp dashboard
exec node bench/compare.mjs "$other" "$pairs" "$@"
