#!/usr/bin/env bash
# Builds the native hook program in plugin/bin/ and links it as plugin/bin/ccflux, which the plugin's hooks run.
#   HOOK_RID   the platform (default: this machine's). For another platform, only plugin/bin/ccflux-NAME is built; linux-arm64 is cross-compiled on linux-x64 and
#              vice versa, with clang and the other architecture's gcc (Debian: clang gcc-aarch64-linux-gnu).
# Does nothing if the sources have not changed. Fails on any warning of the native compiler, and on a package that the lock files do not name.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

machine() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo linux-x64 ;;
    Linux-aarch64) echo linux-arm64 ;;
    Darwin-x86_64) echo osx-x64 ;;
    Darwin-arm64) echo osx-arm64 ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo win-x64 ;;
    *) die "The hook program has no native build for $(uname -s) on $(uname -m)." ;;
  esac
}

here=$(machine)
rid=${HOOK_RID:-$here}
suffix=
case $rid in
  linux-x64) name=ccflux-linux-x86_64 ;;
  linux-arm64) name=ccflux-linux-aarch64 ;;
  osx-x64) name=ccflux-macos-x86_64 ;;
  osx-arm64) name=ccflux-macos-aarch64 ;;
  win-x64) name=ccflux-windows-x86_64 suffix=.exe ;;
  *) die "HOOK_RID names a platform that releases are not built for: $rid" ;;
esac

bin="$ROOT/plugin/bin"
stamp="$ROOT/artifacts/native/$rid.stamp"
hash=$(cat <(find src/Ccflux.Hook src/Ccflux.Contracts plugin plugin-fleet .claude-plugin -type f -not -name 'packages.osx-*.lock.json' -not -path '*/bin/*' -not -path '*/obj/*' -print0 | sort -z | xargs -0 sha256sum) \
  <(sha256sum Directory.Build.props Directory.Build.targets Directory.Packages.props global.json eng/publish-hook.sh) <(echo "$rid") | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && [ -x "$bin/$name$suffix" ] && { [ "$rid" != "$here" ] || [ -x "$bin/ccflux$suffix" ]; }; then
  exit 0
fi

need_dotnet
cross=()
case $rid in
  "$here")
    case $rid in linux-*)
      command -v gcc >/dev/null || command -v clang >/dev/null || die "The hook program needs a C linker: install gcc (or clang) and zlib1g-dev."
      [ -e /usr/include/zlib.h ] || die "The hook program needs zlib's headers: install zlib1g-dev."
    esac ;;
  linux-*)
    [ "${here%-*}" = linux ] || die "A hook program for $rid is built on Linux only."
    triple=x86_64-linux-gnu
    [ "$rid" = linux-x64 ] || triple=aarch64-linux-gnu
    { command -v clang && command -v "$triple-objcopy" && command -v "$triple-gcc"; } >/dev/null ||
      die "Cross-compiling for $rid needs clang and gcc-${triple/x86_64/x86-64}: install them."
    # Clang links for another architecture by its triple; this machine's objcopy does not understand that architecture's files.
    cross=(-p:CppCompilerAndLinker=clang "-p:ObjCopyName=$triple-objcopy") ;;
  *) die "A hook program for $rid is built on that platform only." ;;
esac

# The compiler for macOS is not available everywhere, so the first build there writes its lock files. Everything that is not specific to the platform must match linux-x64.
locked_like_linux() {
  local project
  for project in src/Ccflux.Hook src/Ccflux.Contracts; do
    diff <(sed '/"net10.0\/linux-x64"/,$d' "$project/packages.linux-x64.lock.json") <(sed "/\"net10.0\/$rid\"/,\$d" "$project/packages.$rid.lock.json") >&2 ||
      die "$project/packages.$rid.lock.json names other packages than the one of linux-x64 (above)."
  done
}
locked=1
[ -e "src/Ccflux.Hook/packages.$rid.lock.json" ] || locked=
case $rid in osx-*) ;; *) [ -n "$locked" ] || die "src/Ccflux.Hook/packages.$rid.lock.json is missing: eng/lock.sh writes it." ;; esac

log=$(mktemp)
trap 'rm -f "$log"' EXIT

say "Building the hook program natively ($rid) …"
# Uses a separate tree (--artifacts-path), so that this and ordinary builds do not disturb each other's restores. Analysers run in ordinary builds.
dotnet publish src/Ccflux.Hook -c Release -r "$rid" --artifacts-path artifacts/native -o "artifacts/native/$rid" \
  -p:HookAot=true -p:RestoreLockedMode=true -p:RunAnalyzers=false ${cross[@]+"${cross[@]}"} -nologo -v minimal >"$log" 2>&1 || {
  cat "$log" >&2
  grep -q NU1004 "$log" && say "Packages were changed and the lock files were not: eng/lock.sh renews them."
  die "The hook program could not be built."
}
if [ -z "$locked" ]; then
  locked_like_linux
  say "src/*/packages.$rid.lock.json are new: commit them, so that the compiler's pack is locked too."
fi

if grep -E 'warning (IL|CA|CS|MA)[0-9]+' "$log" >&2; then
  die "The native compiler warned (above); such a warning means an error at run time."
fi

mkdir -p "$bin"
# Writes a new file and renames it, so that a program that is running keeps its own.
cp "artifacts/native/$rid/ccflux$suffix" "$bin/.new"
mv -f "$bin/.new" "$bin/$name$suffix"
if [ "$rid" != "$here" ]; then
  echo "$hash" > "$stamp"
  say "plugin/bin/$name$suffix: $(wc -c < "$bin/$name$suffix") bytes"
  exit 0
fi
mkdir -p "$ROOT/plugin-fleet/bin"
for each in "$bin" "$ROOT/plugin-fleet/bin"; do
  ln -f "$bin/$name$suffix" "$each/ccflux$suffix" 2>/dev/null || cp "$bin/$name$suffix" "$each/ccflux$suffix"
done
echo "$hash" > "$stamp"
say "plugin/bin/$name$suffix: $(wc -c < "$bin/$name$suffix") bytes"
