#!/usr/bin/env bash
# Makes the demo as one file: artifacts/demo/index.html, the usage page of an invented organisation as the receiver exports it.
#   --built   uses the last build of the receiver instead of building it
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

case ${1:-} in
  --built) ;;
  "")
    need_dotnet
    build_web
    BUILD_ARGS=-p:RunAnalyzers=false build_dotnet Release tools/Ccflux.Lab/Ccflux.Lab.csproj src/Ccflux.Receiver/Ccflux.Receiver.csproj ;;
  *) die "demo-page.sh does not know '$1'. Usage: eng/demo-page.sh [--built]" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
page="$ROOT/artifacts/demo/index.html"
receiver=${CCFLUX_RECEIVER:-$ROOT/artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll}
# Keeps the caller's settings, and those in nearby files, out of what is published.
run() { (local program=$1; shift; cd "$work" && env -i PATH="$PATH" HOME="$work" ${DOTNET_ROOT:+DOTNET_ROOT="$DOTNET_ROOT"} DATABASE_PATH="$work/demo.db" BASE_URL=https://demo.example.org dotnet "$program" "$@" >&2); }
run "$ROOT/artifacts/bin/Ccflux.Lab/release/Ccflux.Lab.dll" demo
run "$receiver" export "$work/index.html"
rm -rf "${page%/*}"
mkdir -p "${page%/*}"
mv "$work/index.html" "$page"
# Exports are readable by their owner only; this one is public, and Pages requires that.
chmod 644 "$page"
say "artifacts/demo/index.html: $(wc -c < "$page") bytes"
