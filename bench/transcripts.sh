#!/usr/bin/env bash
# Compares totals over a tree of at least 500 MB of transcripts with ccusage 20.0.24: same tree, same page cache, alternating runs, without
# either program's own cache. ccusage's native program is started directly, without its Node wrapper. Both must compute the same totals.
#   BENCH_MB (500), BENCH_RUNS (9)
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

peer=ccusage@20.0.24
work="$ROOT/artifacts/bench/transcripts"
mkdir -p "$work"
skip() { say "SKIPPED  transcripts: $1"; exit 0; }

need_node
if ! (cd "$work" && [ -d node_modules/ccusage ] || npm install --silent --no-audit --no-fund --no-save --prefix "$work" "$peer" >/dev/null 2>&1); then
  skip "$peer could not be installed from npm"
fi

program=$(find "$work/node_modules/@ccusage" -type f -path '*/bin/ccusage*' 2>/dev/null | head -1)
[ -n "$program" ] || skip "$peer has no native program for this machine"
chmod +x "$program"

BENCH_MB=${BENCH_MB:-500}
tree="$work/tree-$BENCH_MB-$(sha256sum bench/transcripts.mjs | cut -c1-12)"
if [ ! -e "$tree/complete" ]; then
  rm -rf "$work"/tree-*
  say "Writing $BENCH_MB MB of transcripts …"
  node bench/transcripts.mjs "$tree" "$BENCH_MB"
  touch "$tree/complete"
fi

CCFLUX="$ROOT/plugin/bin/ccflux" PEER="$program" PEER_NAME="$peer" TREE="$tree" RUNS="${BENCH_RUNS:-9}" node bench/transcripts-compare.mjs
