#!/usr/bin/env bash
# Compares layouts of the table of requests on SQLite: prints one JSON object per line. ROWS (default 10 million) is how many the table holds when it is measured full.
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench layouts "${ROWS:-10000000}"
