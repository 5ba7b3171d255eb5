#!/usr/bin/env bash
# Measures the quota page in a browser: the chart of one account over 30 days (43 200 readings per window), and the table of 50 accounts.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

[ -d tests/browser/node_modules ] || (cd tests/browser && npm ci --no-audit --no-fund --loglevel=error) >&2
CCFLUX_RECEIVER="${CCFLUX_RECEIVER:-$ROOT/artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll}" node bench/quota-page.mjs
