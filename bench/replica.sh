#!/usr/bin/env bash
# One replica without servers against a bare libtorch loop of the same model, alternating, medians: ReplicaBench with
# the environment that executors get.
#   bench/replica.sh [WIDTH LAYERS CONTEXT BATCH VOCABULARY [ROUNDS [STEPS]]]      (384 6 256 8 8192 5 4)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_java 1g org.weft.bench.ReplicaBench "$@"
