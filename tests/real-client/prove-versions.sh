#!/bin/bash
# Old and new versions of the real client, with and without the plugin (needs root, a network namespace, and up to 400 MB from npm for each version):
#   ./prove-versions.sh [VERSION…]      default: 2.0.76 2.1.112 2.1.138 2.1.139 2.1.329 and the newest served
#   ./prove-versions.sh --kills [VERSION…]   instead: while deliver and the receiver are killed again and again; default: 2.1.329 and the newest served
#   KEEP    a folder to keep everything in, for inspection
#   TELEMETRY   with --kills: http/protobuf, http/json or grpc, for the client's own telemetry beside the hook
# Ends with a table, and the line "N passed, N failed, N skipped".
set -eu
cd "$(dirname "$0")"
ROOT=$(cd ../.. && pwd)
proof=prove-versions.mjs versions=(2.0.76 2.1.112 2.1.138 2.1.139 2.1.329)
if [ "${1:-}" = --kills ]; then
  shift
  proof=prove-kills.mjs versions=(2.1.329)
fi
[ $# -gt 0 ] || set -- "${versions[@]}" "$(npm view @anthropic-ai/claude-code version)"
for version in "$@"; do
  CLIENT_VERSION=$version ./setup.sh > /dev/null || { echo "SKIPPED  version $version of the real client could not be installed from npm" >&2; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
done
# shellcheck disable=SC2012 # the newer of two known files
RECEIVER=$(ls -t "$ROOT"/artifacts/bin/Ccflux.Receiver/{debug,release}/ccflux-receiver.dll 2>/dev/null | head -1)
[ -n "$RECEIVER" ] || { echo "The receiver is not built: dotnet build src/Ccflux.Receiver" >&2; exit 1; }
[ -x "$ROOT/plugin/bin/ccflux" ] || { echo "The hook program is not built: eng/publish-hook.sh" >&2; exit 1; }
exec ./in-namespace.sh env ${KEEP:+KEEP="$KEEP"} ${TELEMETRY:+TELEMETRY="$TELEMETRY"} RECEIVER="$RECEIVER" PLUGIN="$ROOT/plugin" node "$proof" "$@"
