#!/usr/bin/env bash
# Builds and starts the receiver: ./run.sh [--demo]
#   --demo   uses a separate database with 45 days of 15 users; a simulator makes up quotas, telemetry and a fleet, and keeps them updating
# Honours every setting in docs/configuration.md. Without any, it listens on 127.0.0.1:8080 and keeps its data in ./data.
set -euo pipefail
. "$(dirname "$0")/eng/setup.sh"

demo=
for argument in "$@"; do
  case $argument in
    --demo) demo=1 ;;
    -h|--help) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
    *) die "run.sh does not know '$argument'. Usage: ./run.sh [--demo]" ;;
  esac
done

need_dotnet
need_node
say "Building ccflux. The first time this takes a few minutes."
# Fetches packages while the scripts are bundled. Skips the analysers, which only matter to people who change the code.
projects="src/Ccflux.Receiver/Ccflux.Receiver.csproj ${demo:+tools/Ccflux.Lab/Ccflux.Lab.csproj tests/Ccflux.Simulator/Ccflux.Simulator.csproj}"
for project in $projects; do dotnet restore "$project" -nologo -v quiet >/dev/null 2>&1 || true; done &
build_web
wait $!
# shellcheck disable=SC2086 # several projects in one variable
BUILD_ARGS=-p:RunAnalyzers=false build_dotnet Release $projects

data=${CCFLUX_DATA:-$ROOT/data}${demo:+/demo}
mkdir -p "$data"
export LISTEN_ADDR=${LISTEN_ADDR:-127.0.0.1:8080}
export DATABASE_PATH=${DATABASE_PATH:-${DB_PATH:-$data/ccflux.db}}
export DOWNLOAD_DIR=${DOWNLOAD_DIR:-$ROOT/plugin/bin}
token_file=
if [ -z "${ADMIN_TOKEN:-}" ]; then
  token_file="$data/admin-token"
  if [ ! -s "$token_file" ]; then
    (umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$token_file")
  fi
  chmod 600 "$token_file"
  ADMIN_TOKEN=$(cat "$token_file")
  export ADMIN_TOKEN
fi

receiver="$ROOT/artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll"
if [ -n "$demo" ] && [ ! -e "$DATABASE_PATH" ]; then
  say "Filling $DATABASE_PATH with demo data …"
  dotnet "$ROOT/artifacts/bin/Ccflux.Lab/release/Ccflux.Lab.dll" demo >&2
fi

if [ -n "$demo" ]; then
  # The simulator stands in for the issuers, on a loopback port. No real credentials may reach it, so none are read.
  unset CLAUDE_DEVICE_ID CLAUDE_ANON_ID CLAUDE_CF_CLEARANCE CLAUDE_CF_BM
  export ENV_FILE="$data/.env"
  export TELEMETRY_ATTRIBUTES=${TELEMETRY_ATTRIBUTES:-team}
  export FLEET=${FLEET:-1} VAULT_KEY_PATH="$data-keys"
  # This process, and the receiver that replaces it, keep the simulator's standard input open: when the receiver ends for any reason, so does the simulator.
  settings="$data/simulator.env"
  : > "$settings"
  exec 9> >(exec dotnet "$ROOT/artifacts/bin/Ccflux.Simulator/release/Ccflux.Simulator.dll" 0 "$data/logins" "http://${LISTEN_ADDR/0.0.0.0/127.0.0.1}" > "$settings")
  for _ in $(seq 300); do grep -q '^$' "$settings" && break; sleep 0.1; done
  grep -q '^$' "$settings" || die "The simulator did not start."
  while IFS= read -r line && [ -n "$line" ]; do export "${line?}"; done < "$settings"
fi

address="http://${LISTEN_ADDR/0.0.0.0/127.0.0.1}"
# Runs in parallel with the receiver: prints its URL once it answers and has printed its settings, then builds the hook program, which no page needs.
(
  for _ in $(seq 600); do
    kill -0 $$ 2>/dev/null || exit 0
    node -e 'fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))' "$address/health" && break
    sleep 0.2
  done
  say ""
  say "  ccflux        $address/admin/"
  if [ -n "$token_file" ]; then say "  admin token   $([ ! -t 2 ] || cat "$token_file")   (in $token_file)"; else say "  admin token   the value of ADMIN_TOKEN"; fi
  say ""
  eng/publish-hook.sh || say "The hook program was not built (above); the receiver runs without it."
) &
exec dotnet "$receiver"
