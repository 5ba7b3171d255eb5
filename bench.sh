#!/usr/bin/env bash
# Measures what docs/development/performance.md states: ./bench.sh [hook] [transcripts] [ingest] [otlp] [heartbeats] [agent] [dashboard] [quota] [receiver] [fleet]
# Prints one JSON object a line: name, value, unit, baseline, ratio, how. Ratios are of figures taken in the same run.
set -uo pipefail
. "$(dirname "$0")/eng/setup.sh"

need_dotnet
build_web
build_dotnet Release Ccflux.slnx
eng/publish-hook.sh || die "The hook program could not be built."
[ $# -gt 0 ] || set -- hook transcripts ingest otlp heartbeats agent dashboard quota receiver fleet
for name in "$@"; do
  [ -x "bench/$name.sh" ] || die "bench.sh does not know '$name'. It knows: $(cd bench && ls ./*.sh | sed 's|./||; s|\.sh||' | tr '\n' ' ')"
  "bench/$name.sh"
done
