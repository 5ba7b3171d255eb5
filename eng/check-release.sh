#!/usr/bin/env bash
# Checks the contents of a release on bare systems: eng/check-release.sh [PORT]   (root, Debian or Ubuntu on x86_64; default port 26390)
#   1. cross-compiles the hook program for arm64 and runs it under emulation
#   2. builds the receiver's x86_64 archive, unpacks it in a bare Debian without .NET, starts it there, adds a user, accepts a report from the arm64 hook program
#   3. builds the receiver's arm64 archive, checks each file's machine type, and tries to run it under emulation
# Installs what it needs. Ends with the line "N passed, N failed, N skipped"; a check that is impossible on this machine is skipped, with the reason.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

port=${1:-26390}
case $port in *[!0-9]* | "") die "check-release.sh does not know '$port'. Usage: eng/check-release.sh [PORT]" ;; esac
[ "$(uname -m)" = x86_64 ] || die "check-release.sh emulates arm64 on x86_64; this is $(uname -m)."
[ "$(id -u)" = 0 ] || die "check-release.sh needs root, for packages and for the bare Debian."
need_dotnet
need_node

passed=0 failed=0 skipped=0
pass() { say "ok       $*"; passed=$((passed + 1)); }
fail() { say "FAILED   $*"; failed=$((failed + 1)); }
skip() { say "SKIPPED  $*"; skipped=$((skipped + 1)); }
# try WHAT COMMAND…: passes if the command succeeds
try() {
  local what=$1
  shift
  if "$@" >"$work/log" 2>&1; then pass "$what"; else sed 's/^/         /' "$work/log" | tail -20 >&2; fail "$what"; return 1; fi
}

packages=
for entry in clang=clang gcc-aarch64-linux-gnu=aarch64-linux-gnu-gcc qemu-user-static=qemu-aarch64-static debootstrap=debootstrap debian-archive-keyring=/usr/share/keyrings/debian-archive-keyring.gpg curl=curl; do
  case ${entry#*=} in /*) [ -e "${entry#*=}" ] ;; *) command -v "${entry#*=}" >/dev/null ;; esac || packages="$packages ${entry%%=*}"
done
if [ -n "$packages" ]; then
  say "Installing$packages …"
  # shellcheck disable=SC2086 # several packages in one variable
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >/dev/null 2>&1 || die "These packages could not be installed:$packages"
fi

work=$(mktemp -d)
bare=$work/debian
receiver=
leave() {
  [ -z "$receiver" ] || { kill "$receiver"; wait "$receiver"; } 2>/dev/null
  mountpoint -q "$bare/proc" && umount "$bare/proc"
  rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM

# debian ARCHITECTURE FOLDER [OPTION…]: makes a minimal Debian with OpenSSL, which .NET uses. Keeps the packages for the next run.
debian() {
  mkdir -p artifacts/debian
  debootstrap "${@:3}" --arch="$1" --cache-dir="$ROOT/artifacts/debian" --variant=minbase --include=libssl3 bookworm "$2" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap" 2>&1 ||
    { tail -3 "$work/debootstrap" >&2; skip "a bare Debian for $1 could not be created"; return 1; }
}

# An emulated program gets its libraries from a Debian of its architecture. Nothing in it is run: its packages are only unpacked.
arm=$work/arm64
unpack_arm() {
  debian arm64 "$arm" --foreign || return
  for package in "$arm"/var/cache/apt/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -xf - --keep-directory-symlink -C "$arm" || return
  done
}
emulated() { timeout 300 qemu-aarch64-static -L "$arm" "$@"; }
# machine_is FILE MACHINE: b7 is AArch64, 3e x86-64, in the 19th byte of an ELF file
machine_is() { [ "$(od -An -tx1 -j18 -N1 "$1" | tr -d ' ')" = "$2" ]; }

say "The hook program for arm64"
hook=plugin/bin/ccflux-linux-aarch64
unpack_arm || arm=/usr/aarch64-linux-gnu
try "it is cross-compiled" env HOOK_RID=linux-arm64 eng/publish-hook.sh &&
  try "it is for arm64" machine_is "$hook" b7 &&
  try "it runs under emulation and prints its version" emulated "$hook" --version

# publish RID: packs the receiver's archive as the release workflow does
publish() {
  build_web
  dotnet publish src/Ccflux.Receiver -c Release -r "$1" --self-contained --artifacts-path "artifacts/release/$1" -p:RestoreLockedMode=true -p:RunAnalyzers=false -o "$work/$1" -nologo -v quiet &&
    cp -R docs LICENSE deploy/ccflux-receiver.service .env.example "$work/$1/" &&
    tar -C "$work/$1" -czf "$work/$1.tar.gz" .
}

# Without a shell in between, so that the final kill reaches the receiver itself.
inside=(chroot "$bare" /usr/bin/env -i PATH=/usr/bin:/bin DATABASE_PATH=/var/lib/ccflux.db ADMIN_TOKEN=check-release-check-release "LISTEN_ADDR=127.0.0.1:$port" OTLP_HTTP_ADDR= OTLP_GRPC_ADDR= /opt/ccflux/ccflux-receiver)
answers() { for _ in $(seq 120); do curl -fs "http://127.0.0.1:$port/health" && return; kill -0 "$receiver" || return; sleep 0.5; done; return 1; }
# Plays a turn as Claude Code writes it, the event for its hook, and the delivery, with the arm64 program.
report() {
  local home=$work/home session=11111111-2222-4333-8444-555555555555 now
  now=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)
  local transcript=$home/.claude/projects/-proj/$session.jsonl
  mkdir -p "${transcript%/*}"
  {
    echo "{\"parentUuid\":null,\"isSidechain\":false,\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"x\"},\"uuid\":\"u1\",\"timestamp\":\"$now\",\"promptSource\":\"sdk\",\"turnOrigin\":\"sdk\",\"entrypoint\":\"sdk-cli\",\"sessionId\":\"$session\",\"version\":\"2.1.329\"}"
    echo "{\"parentUuid\":\"u1\",\"isSidechain\":false,\"type\":\"assistant\",\"uuid\":\"u2\",\"timestamp\":\"$now\",\"message\":{\"id\":\"msg_1\",\"model\":\"claude-opus-4-8\",\"role\":\"assistant\",\"stop_reason\":\"end_turn\",\"type\":\"message\",\"usage\":{\"input_tokens\":5,\"output_tokens\":4711,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0},\"content\":[{\"type\":\"text\",\"text\":\"x\"}]},\"requestId\":\"req_1\",\"entrypoint\":\"sdk-cli\",\"sessionId\":\"$session\",\"version\":\"2.1.329\"}"
  } >"$transcript"
  export HOME=$home CCFLUX_PATIENCE_SECS=0
  emulated "$hook" install --endpoint "http://127.0.0.1:$port" --token-file "$work/token" --config-dir "$home/.claude" --yes &&
    echo "{\"session_id\":\"$session\",\"transcript_path\":\"$transcript\",\"cwd\":\"/proj\",\"hook_event_name\":\"Stop\"}" | CLAUDE_CONFIG_DIR=$home/.claude emulated "$hook" hook &&
    emulated "$hook" deliver --config-dir "$home/.claude" &&
    curl -fs -H "Authorization: Bearer check-release-check-release" "http://127.0.0.1:$port/api/v1/events" | grep -q 4711
}

say "The receiver's archive for x86_64, in a bare Debian"
if try "it is built" publish linux-x64 &&
  debian amd64 "$bare"; then
  mkdir -p "$bare/opt/ccflux" && tar -xzf "$work/linux-x64.tar.gz" -C "$bare/opt/ccflux"
  mount -t proc proc "$bare/proc" 2>/dev/null || say "         without /proc, which cannot be mounted here"
  try "there is no .NET in it" [ ! -e "$bare/usr/bin/dotnet" ]
  "${inside[@]}" >"$work/receiver" 2>&1 &
  receiver=$!
  if try "it starts and answers /health" answers; then
    "${inside[@]}" users add check@example.org >"$work/added" 2>&1
    sed -nE 's/^ *token +([^ ]+)$/\1/p' "$work/added" >"$work/token"
    try "a user is added" [ "$(wc -c <"$work/token")" -gt 30 ]
    [ ! -x "$hook" ] || try "it accepts a turn from the arm64 hook program" report
  else
    tail -20 "$work/receiver" >&2
  fi
fi

say "The receiver's archive for arm64"
if try "it is built" publish linux-arm64; then
  only_arm64() { local file; for file in "$work"/linux-arm64/ccflux-receiver "$work"/linux-arm64/*.so "$work"/linux-arm64/createdump; do [ ! -e "$file" ] || machine_is "$file" b7 || { echo "$file"; return 1; }; done; }
  try "each native file in it is for arm64" only_arm64
  if DOTNET_EnableWriteXorExecute=0 emulated "$work/linux-arm64/ccflux-receiver" --help >"$work/log" 2>&1; then
    pass "it runs under emulation"
  else
    tail -3 "$work/log" >&2
    skip "the .NET runtime does not start under this emulation, so the arm64 receiver was not run"
  fi
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
