#!/usr/bin/env bash
# Measures signed reports into the real receiver, and verification alone. Prints one JSON object per line.
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench
