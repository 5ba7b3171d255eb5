#!/usr/bin/env bash
# Regenerates every lock file after a change of packages: the projects' own, and one for each platform that releases are built for.
# Not every registry serves the compiler packs for macOS; if they are available, this writes their lock files too.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

need_dotnet
dotnet restore Ccflux.slnx --force-evaluate -v minimal
for rid in linux-x64 linux-arm64 win-x64 osx-x64 osx-arm64; do
  # Uses a separate tree, so that ordinary builds need no restore afterwards.
  if ! dotnet restore src/Ccflux.Hook --force-evaluate --artifacts-path artifacts/lock -p:RuntimeIdentifier=$rid -p:HookAot=true -v minimal; then
    case $rid in osx-*) rm -f src/*/packages.$rid.lock.json; say "No lock files for $rid: its compiler could not be fetched here." ;; *) exit 1 ;; esac
  fi
done
for rid in linux-x64 linux-arm64; do
  dotnet restore src/Ccflux.Receiver --force-evaluate --artifacts-path artifacts/lock -p:RuntimeIdentifier=$rid -p:SelfContained=true -v minimal
done
