#!/usr/bin/env bash
# Measures OTLP logs and metric points into the real receiver, and decoding alone. Prints one JSON object per line.
#   RUNS   number of runs of each (default 5)
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench otlp tests/fixtures/otlp/pb-tools/0002-logs.pb
