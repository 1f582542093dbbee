#!/usr/bin/env bash
# Push and pull of a vector over loopback against a raw socket: WireBench.
#   bench/wire.sh [MEBIBYTES [ROUNDS]]      (256 5)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_java 2g org.weft.bench.WireBench "$@"
