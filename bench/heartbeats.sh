#!/usr/bin/env bash
# Measures what the heartbeats of ten thousand live sessions cost the receiver, and how long they wait. Prints JSON lines.
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench heartbeats
