#!/bin/bash
# Like in-namespace.sh (needs root); in addition the vendor's host names resolve to loopback in there, where fake-issuer.mjs answers for them with a
# certificate that nothing outside trusts. The machine's own /etc/hosts is not touched: the file is replaced in a mount namespace only.
#   ./in-fake-internet.sh node login-facts.mjs
set -eu
DIR=$(mktemp -d); trap 'rm -rf "$DIR"' EXIT
NAMES='api.anthropic.com platform.claude.com console.anthropic.com claude.ai claude.com mcp-proxy.anthropic.com statsig.anthropic.com http-intake.logs.us5.datadoghq.com downloads.claude.ai storage.googleapis.com raw.githubusercontent.com'
{ echo '127.0.0.1 localhost'; for n in $NAMES; do echo "127.0.0.1 $n"; done; } > "$DIR/hosts"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$DIR/key.pem" -out "$DIR/cert.pem" -days 2 -subj '/CN=fake issuer' \
  -addext "subjectAltName=$(for n in $NAMES; do printf 'DNS:%s,' "$n"; done | sed 's/,$//')" 2> /dev/null
# shellcheck disable=SC2016 # the inner shell expands it
FAKE_INTERNET="$DIR" unshare -n -m bash -c 'set -e; ip link set lo up; mount --make-rprivate /; mount --bind "$FAKE_INTERNET/hosts" /etc/hosts; exec "$@"' _ "$@"
