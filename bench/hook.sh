#!/usr/bin/env bash
# Measures how long Claude Code waits for a hook, and for its status line; prints a JSON line for each. The hook's command line is that of
# plugin/hooks/hooks.json, timed from spawn to exit, alternating with /bin/true, with a 100 MB transcript and a growing spool. The
# status line gets the client's own input with limits, repeated as an idle client does.
#   COUNT   number of runs of each (default 500)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../eng/setup.sh"

count=${COUNT:-500}
need_node
eng/publish-hook.sh
command -v gcc >/dev/null || die "bench/hook.sh needs gcc, for its timer."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -O2 -o "$work/timer" bench/hook-timer.c

session=9f1a8809-75b5-4077-96c2-43e35727b43f
config="$work/.claude"
transcript="$config/projects/-home-dev-proj/$session.jsonl"
mkdir -p "$config/projects/-home-dev-proj" "$config/ccflux"
row='{"type":"assistant","uuid":"u","timestamp":"2026-11-20T07:10:13.161Z","message":{"id":"msg_1","model":"claude-opus-4-8","role":"assistant","usage":{"input_tokens":5,"output_tokens":20}},"sessionId":"'$session'"}'
yes "$row" | head -c 104857600 > "$transcript" || [ "$(wc -c < "$transcript")" -eq 104857600 ]
# An unreachable receiver: deliver starts, fails and ends, as on a train.
printf '{"endpoint":"http://127.0.0.1:9","token":"rtok_bench"}' > "$config/ccflux/config.json"
printf '{"session_id":"%s","transcript_path":"%s","cwd":"/home/dev/proj","permission_mode":"default","hook_event_name":"Stop","stop_hook_active":false,"last_assistant_message":"%s"}' \
  "$session" "$transcript" "$(head -c 4000 /dev/zero | tr '\0' x)" > "$work/input.json"

# Runs the exact command line in each hooks.json.
# shellcheck disable=SC2016 # the templates are JavaScript's
measure() { # plugin, event, input, name, description
  mapfile -t command < <(PLUGIN="$ROOT/$1" EVENT="$2" node -e '
    const hook = require(process.env.PLUGIN + "/hooks/hooks.json").hooks[process.env.EVENT][0].hooks[0];
    for (const word of [hook.command, ...hook.args]) console.log(word.replace("${CLAUDE_PLUGIN_ROOT}", process.env.PLUGIN));')
  HOME="$work" CCFLUX_PATIENCE_SECS=0 "$work/timer" "$count" "$3" "${command[@]}" > "$work/times"
  NAME="$4" HOW="$5" node -e '
    const [hook, base] = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map(line => line.trim().split(" ").map(Number).sort((a, b) => a - b));
    const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] / 1000;
    const round = value => Math.round(value * 100) / 100;
    console.log(JSON.stringify({ name: process.env.NAME, value: round(at(hook, 0.5) - at(base, 0.5)), unit: "ms", p95: round(at(hook, 0.95)), median: round(at(hook, 0.5)), baseline: round(at(base, 0.5)),
      how: `median of ${hook.length} runs minus that of /bin/true in turn; ${process.env.HOW}` }));' "$work/times"
}
measure plugin Stop "$work/input.json" hook "100 MB transcript, growing spool, deliver started"
printf '{"session_id":"%s","transcript_path":"%s","prompt_id":"p1","hook_event_name":"PostToolUse","tool_name":"Bash","tool_input":{"command":"%s"},"tool_response":{"stdout":"%s"},"tool_use_id":"toolu_1"}' \
  "$session" "$transcript" "$(head -c 4000 /dev/zero | tr '\0' x)" "$(head -c 50000 /dev/zero | tr '\0' y)" > "$work/tool.json"
measure plugin-fleet PostToolUse "$work/tool.json" hook-tool "a tool's end with 50 KB of output, fleet plugin"
