#!/usr/bin/env bash
# Ten thousand live sessions on this machine's cores: what their heartbeats cost the receiver, and how long they wait. Prints JSON lines.
set -euo pipefail
cd "$(dirname "$0")/.."
exec artifacts/bin/Ccflux.Bench.Ingest/release/Ccflux.Bench heartbeats
