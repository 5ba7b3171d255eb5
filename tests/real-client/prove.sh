#!/bin/bash
# The proofs with the real client, inside a network namespace of their own (needs root): see README.md.
#   PAIRS   how many pairs of runs with and without the plugin (default 30; 0 leaves them out)
#   KEEP    a folder to keep everything in, for looking at
set -eu
cd "$(dirname "$0")"
ROOT=$(cd ../.. && pwd)
./setup.sh > /dev/null || { echo "SKIPPED  the real client could not be installed from npm" >&2; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
RECEIVER=$(ls -t "$ROOT"/artifacts/bin/Ccflux.Receiver/{debug,release}/ccflux-receiver.dll 2>/dev/null | head -1)
[ -n "$RECEIVER" ] || { echo "The receiver is not built: dotnet build src/Ccflux.Receiver" >&2; exit 1; }
[ -x "$ROOT/plugin/bin/ccflux" ] || { echo "The hook program is not built: eng/publish-hook.sh" >&2; exit 1; }
exec ./in-namespace.sh env RECEIVER="$RECEIVER" PLUGIN="$ROOT/plugin" node prove.mjs
