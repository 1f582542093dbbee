#!/usr/bin/env bash
# Nanoseconds an element of what servers and workers do in Java: ArithmeticBench.
#   bench/arithmetic.sh [ROUNDS]      (5)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_java 1g org.weft.bench.ArithmeticBench "$@"
