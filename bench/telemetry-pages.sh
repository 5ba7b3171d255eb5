#!/usr/bin/env bash
# Measures only the telemetry pages, over a year of rollups: a part of otlp.sh that allows more pairs in less time. Prints one JSON object per line.
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench telemetry-pages
