#!/usr/bin/env bash
# Greedy text with and without kept keys and values, and prompts side by side against one after the other.
#   bench/generation.sh [ROUNDS [PROMPTS]]      3 100
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_java 512m org.weft.bench.GenerationBench "$@"
