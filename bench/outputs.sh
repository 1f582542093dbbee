#!/usr/bin/env bash
# What a model makes of sequences of token ids: a line of FILE is one, a line of the output its numbers.
#   bench/outputs.sh MODEL FILE
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build >&2
bench_java 1g org.weft.bench.ModelOutputs "$@"
