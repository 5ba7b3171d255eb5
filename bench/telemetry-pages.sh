#!/usr/bin/env bash
# The telemetry pages alone, over a year of rollups: a part of otlp.sh for more pairs in less time. Prints one JSON object a line.
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench telemetry-pages
