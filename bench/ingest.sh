#!/usr/bin/env bash
# Signed reports into the real receiver, beside verification alone. Prints one JSON object a line.
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench
