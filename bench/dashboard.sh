#!/usr/bin/env bash
# Measures the admin page over 10 million requests to models. The database is created once and kept below artifacts/ (about 2 GB); ROWS=1000000 creates a smaller one.
set -euo pipefail
. "$(dirname "$0")/../eng/setup.sh"

ROWS="${ROWS:-10000000}"
BENCH="artifacts/bench/dashboard"
TOOL="artifacts/bin/Ccflux.Bench.Dashboard/release/Ccflux.Bench.Dashboard.dll"
RECEIVER="artifacts/bin/Ccflux.Receiver/release/ccflux-receiver.dll"
DB="$BENCH/$ROWS-$(date -u +%F).db"
mkdir -p "$BENCH"
if [ ! -f "$DB" ]; then
  rm -f "$BENCH"/*.db*
  say "Making a database of $ROWS requests …"
  dotnet "$TOOL" generate "$DB.new" "$ROWS"
  mv "$DB.new" "$DB"
fi

ADMIN_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export ADMIN_TOKEN
PORT=$((20000 + RANDOM % 20000))
export DATABASE_PATH="$ROOT/$DB" LISTEN_ADDR="127.0.0.1:$PORT" ADMIN_RATE_LIMIT_PER_MINUTE=1000000
dotnet "$RECEIVER" >"$BENCH/receiver.log" 2>&1 &
SERVER=$!
trap 'kill "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  curl -fsS "http://127.0.0.1:$PORT/health" >/dev/null 2>&1 && break
  kill -0 "$SERVER" 2>/dev/null || { cat "$BENCH/receiver.log" >&2; die "The receiver did not start."; }
  sleep 0.1
done
read -ra pages <<<"${PAGES:-/admin/ /api/v1/usage/users}"
SERVER_PID=$SERVER dotnet "$TOOL" measure "$DB" "http://127.0.0.1:$PORT" "${pages[@]}"
