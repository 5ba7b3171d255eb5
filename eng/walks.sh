#!/usr/bin/env bash
# Checks the walks of docs/development/walks/: for each, clones the repository at the commit that README.md names, applies the patch, builds, and runs the walk's tests.
#   eng/walks.sh [WALK…]   all walks by default
# Not part of ./test.sh: each walk is a full build. Ends with the line "N passed, N failed, N skipped"; a walk whose commit is not in this clone is skipped.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

folder=$ROOT/docs/development/walks
project=Ccflux.Receiver.Tests
need_dotnet
[ $# -gt 0 ] || { mapfile -t all < <(sed -nE 's/^## ([a-z-]+)$/\1/p' "$folder/README.md"); set -- "${all[@]}"; }
for walk; do [ -f "$folder/$walk.patch" ] || die "walks.sh does not know '$walk'. Usage: eng/walks.sh [WALK…]"; done

passed=0 failed=0 skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# fact WALK NAME: what README.md says after "- NAME:", without the backquotes
fact() { sed -nE "/^## $1\$/,/^## /s/^- $2: //p" "$folder/README.md" | tr -d '`'; }

# One slice and at most five files, as README.md says. A file outside the receiver belongs to no slice.
is_small() {
  local files slices
  files=$(sed -nE 's|^\+\+\+ b/||p' "$folder/$1.patch")
  slices=$(sed -nE 's|^src/Ccflux\.Receiver/([^/]+)/.*|\1|p' <<<"$files" | sort -u)
  if [ "$(wc -l <<<"$files")" -gt 5 ] || [ "$slices" != "$(fact "$1" Slice)" ]; then
    say "More than five files, or another slice than $(fact "$1" Slice): ${files//$'\n'/ }"
    return 1
  fi
}

clone() {
  git clone --quiet --shared --no-checkout "$ROOT" "$work/$1" && git -C "$work/$1" checkout --quiet --detach "$2" || return
  # The bundle of this clone, if there is one. build_web makes it again if it is of other sources.
  [ ! -d src/Ccflux.Receiver/wwwroot ] || cp -R src/Ccflux.Receiver/wwwroot "$work/$1/src/Ccflux.Receiver/"
}

# With the functions of the commit's own setup.sh.
build() {
  # shellcheck disable=SC2016 # for the inner shell
  (cd "$work/$1" && bash -c '. eng/setup.sh; build_web; BUILD_ARGS=-p:RunAnalyzers=false build_dotnet Release "$1"' build "tests/$project/$project.csproj")
}

run_tests() {
  local class classes=()
  for class in $(fact "$1" Tests); do classes+=(-class "*.$class"); done
  # A run without a test is no success.
  if (cd "$work/$1" && "artifacts/bin/$project/release/$project" -noLogo -noColor "${classes[@]}") >"$work/log" 2>&1 && grep -E 'Total: [1-9]' "$work/log" >&2; then
    return
  fi
  grep -A12 -E '\[FAIL\]|Total:' "$work/log" >&2
  return 1
}

for walk; do
  base=$(fact "$walk" Base)
  if ! git cat-file -e "$base^{commit}" 2>/dev/null; then
    say "SKIPPED  $walk: the commit ${base:-of its base} is not in this clone"
    skipped=$((skipped + 1))
    continue
  fi
  say "$walk, at ${base:0:10}"
  if is_small "$walk" && clone "$walk" "$base" && git -C "$work/$walk" apply --whitespace=error "$folder/$walk.patch" && build "$walk" && run_tests "$walk"; then
    passed=$((passed + 1))
  else
    say "FAILED   $walk"
    failed=$((failed + 1))
  fi
  rm -rf "${work:?}/$walk"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
