# shellcheck shell=bash
# Shared functions of run.sh, test.sh and bench.sh, which source this file. Each does nothing if nothing has changed.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# A HOME that does not exist or cannot be written makes dotnet and npm fail in obscure ways.
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then export HOME="$ROOT/artifacts/home"; mkdir -p "$HOME"; fi
export DOTNET_CLI_HOME="${DOTNET_CLI_HOME:-$HOME}"

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

need_dotnet() {
  command -v dotnet >/dev/null || die "ccflux needs the .NET 10 SDK: 'dotnet' is not on the PATH. See https://dotnet.microsoft.com/download"
  case "$(dotnet --version 2>/dev/null)" in
    10.*) ;;
    *) die "ccflux needs the .NET 10 SDK; 'dotnet --version' says '$(dotnet --version 2>&1 | head -1)'." ;;
  esac
}

# CI and the image use Node 24, the LTS version. Node 20 gets no more fixes, but it still runs everything here and is what older systems have.
need_node() {
  { command -v node && command -v npm; } >/dev/null || die "ccflux needs Node 20 or newer with npm, to bundle the pages' scripts: 'node' or 'npm' is not on the PATH."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "ccflux needs Node 20 or newer; this is $(node --version)."
}

# Installs a folder's npm packages when its lock file changed.
npm_ci() {
  local folder=$1 stamp="$1/node_modules/.lock-stamp" hash
  hash=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ]; then
    say "Installing the packages of $folder/ …"
    npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error >&2 || die "The packages of $folder/ could not be installed: is a package registry in reach?"
    echo "$hash" > "$stamp"
  fi
}

# Hashes the tracked and new files below the given paths, to decide whether a rebuild is needed.
tree_hash() { find "$@" -type f -not -path '*/node_modules/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

build_web() {
  local stamp=src/Ccflux.Receiver/wwwroot/dist/.stamp hash
  hash=$(tree_hash web)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ]; then
    need_node
    npm_ci web
    say "Bundling the pages' scripts …"
    npm run --silent --prefix web build >&2 || die "The pages' scripts could not be bundled."
    echo "$hash" > "$stamp"
  fi
}

# build_dotnet CONFIGURATION PROJECT… (BUILD_ARGS: further arguments)
build_dotnet() {
  local configuration=$1 log compiler="ccflux-$$-$RANDOM"
  shift
  log=$(mktemp)
  say "Building ($configuration) …"
  for project in "$@"; do
    # One compiler process for all projects warms up once. Its unique name allows it to be stopped after the build.
    # shellcheck disable=SC2086 # several arguments in one variable
    if ! dotnet build "$project" -c "$configuration" -nologo -v quiet -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" ${BUILD_ARGS:-} >"$log" 2>&1; then
      cat "$log" >&2
      grep -q 'NU1301' "$log" && say "Packages are missing and no package registry could be reached."
      rm -f "$log"
      end_compiler "$compiler"
      die "The build of $project failed."
    fi
  done
  rm -f "$log"
  end_compiler "$compiler"
}

end_compiler() { pkill -f -- "-pipename:$1( |\$)" || true; }
