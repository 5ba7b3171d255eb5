#!/usr/bin/env bash
# Compares the pages of this checkout with those of another, already built: bench/compare-pages.sh OTHER_CHECKOUT [STARTS] [REQUESTS] [PATH…]
# Both receivers run at once, each on its own copy of the same database, and are asked alternately, so that other load on the machine affects both.
# Default: 6 starts with 100 requests of /admin/ and /api/v1/usage/users over a million stored requests (ROWS). A ratio is the time here divided by the time there.
#   DATA=telemetry   uses a year of 500 people's telemetry instead
#   ENCODING=br      requests compressed pages
set -euo pipefail
[ -x "${1:-}/bench/dashboard.sh" ] || { echo "Usage: bench/compare-pages.sh OTHER_CHECKOUT [STARTS] [REQUESTS] [PATH…]" >&2; exit 1; }
other=$(cd "$1" && pwd) starts=${2:-6} requests=${3:-100}
shift; shift $(($# < 2 ? $# : 2))
. "$(dirname "$0")/../eng/setup.sh"
[ $# -gt 0 ] || set -- /admin/ /api/v1/usage/users

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "Making a database …"
case ${DATA:-usage} in
  usage) dotnet "$other/artifacts/bin/Ccflux.Bench.Dashboard/release/Ccflux.Bench.Dashboard.dll" generate "$work/there.db" "${ROWS:-1000000}" >&2 ;;
  telemetry) "$other/artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench" telemetry-database "$work/there.db" ;;
  *) die "DATA is usage or telemetry." ;;
esac
cp "$work/there.db" "$work/here.db"
node bench/compare-pages.mjs "$ROOT" "$other" "$work" "$starts" "$requests" "$@"
