#!/usr/bin/env bash
# Runs the benchmarks of docs/development/performance.md: ./bench.sh [hook] [transcripts] [ingest] [otlp] [heartbeats] [agent] [dashboard] [quota] [receiver] [fleet]
# Prints one JSON object per line: name, value, unit, baseline, ratio, how. Ratios compare figures from the same run.
set -uo pipefail
. "$(dirname "$0")/eng/setup.sh"

need_dotnet
build_web
build_dotnet Release Ccflux.slnx
eng/publish-hook.sh || die "The hook program could not be built."
[ $# -gt 0 ] || set -- hook transcripts ingest otlp heartbeats agent dashboard quota receiver fleet
for name in "$@"; do
  [ -x "bench/$name.sh" ] || die "bench.sh does not know '$name'. It knows: $(basename -a -s .sh bench/*.sh | tr '\n' ' ')"
  "bench/$name.sh"
done
