#!/usr/bin/env bash
# Measures the cost of `ccflux agent` on a user's machine; prints one JSON line. Ten sessions of stand-in processes, a receiver over TLS on loopback that
# answers every heartbeat, and tool calls that open and close continuously.
#   SECONDS_RUN   how long to measure after a first minute for settling (default 180)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../eng/setup.sh"

need_node
eng/publish-hook.sh
command -v openssl >/dev/null || die "bench/agent.sh needs openssl, for a certificate."
work=$(mktemp -d)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2> /dev/null
node bench/agent.mjs "$ROOT/plugin/bin/ccflux" "$work" "${SECONDS_RUN:-180}"
rm -rf "$work"
