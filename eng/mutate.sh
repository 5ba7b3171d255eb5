#!/usr/bin/env bash
# Tests the tests of the pure rules: changes a rule in small ways (boundaries, operators, constants, removed statements), runs its tests against each change, and
# prints the changes that no test noticed.
#   eng/mutate.sh [RULE…]   all rules by default; tools/Ccflux.Mutator/Rule.cs has their names, files and test classes
#   MINUTES                 starts no further mutant after this time (default 12)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

need_dotnet
build_dotnet Release tools/Ccflux.Mutator tests/Ccflux.Receiver.Tests tests/Ccflux.Hook.Tests
export DOTNET_TieredPGO=0
artifacts/bin/Ccflux.Mutator/release/Ccflux.Mutator "$ROOT" "${MINUTES:-12}" "$@"
