#!/usr/bin/env bash
# Measures the idle receiver: time from start to first answer, and resident memory after 60 s idle, with the database of 10 million requests that
# bench/dashboard.sh creates. IDLE=5 waits less.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

ROWS="${ROWS:-10000000}"
IDLE="${IDLE:-60}"
DB="artifacts/bench/dashboard/$ROWS-$(date -u +%F).db"
RECEIVER="artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll"
if [ ! -f "$DB" ]; then
  say "Making a database of $ROWS requests …"
  mkdir -p "$(dirname "$DB")"
  dotnet artifacts/bin/Ccflux.Bench.Dashboard/release/Ccflux.Bench.Dashboard.dll generate "$DB.new" "$ROWS"
  mv "$DB.new" "$DB"
fi

ADMIN_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
PORT=$((20000 + RANDOM % 20000))
export ADMIN_TOKEN DATABASE_PATH="$ROOT/$DB" LISTEN_ADDR="127.0.0.1:$PORT"

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# Sets SERVER, and STARTED (ms from the start of the process to the first answer).
start() {
  local began
  began=$(milliseconds)
  dotnet "$RECEIVER" >artifacts/bench/receiver.log 2>&1 &
  SERVER=$!
  until curl -fs -o /dev/null "http://127.0.0.1:$PORT/health"; do
    kill -0 "$SERVER" 2>/dev/null || { cat artifacts/bench/receiver.log >&2; die "The receiver did not start."; }
    sleep 0.01
  done
  STARTED=$(($(milliseconds) - began))
}
stop() { kill "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null || true; }
trap stop EXIT

starts=()
for _ in 1 2 3 4 5; do
  start
  starts+=("$STARTED")
  [ ${#starts[@]} -lt 5 ] && stop
done
median=$(printf '%s\n' "${starts[@]}" | sort -n | sed -n 3p)
printf '{"name":"receiver-start","value":%s,"unit":"ms","baseline":1000,"ratio":%s,"how":"median of 5 starts of the process to the first answer of /health, %s requests; baseline: the target"}\n' \
  "$median" "$(node -p "($median/1000).toFixed(3)")" "$ROWS"

sleep "$IDLE"
resident() { awk '/^VmRSS/ {printf "%.1f", $2/1024}' "/proc/$SERVER/status"; }
idle=$(resident)
for _ in $(seq 50); do
  curl -fs -o /dev/null -H "Authorization: Bearer $ADMIN_TOKEN" "http://127.0.0.1:$PORT/admin/"
done
sleep "$IDLE"
printf '{"name":"receiver-memory","value":%s,"unit":"MiB","baseline":120,"ratio":%s,"after_50_pages":%s,"how":"VmRSS %s s after the start, %s requests; after_50_pages: %s s after 50 requests of /admin/; baseline: the target"}\n' \
  "$idle" "$(node -p "($idle/120).toFixed(3)")" "$(resident)" "$IDLE" "$ROWS" "$IDLE"
