#!/usr/bin/env bash
# Milliseconds of Muon on servers beside those of a step on workers: MuonBench. By default the model of conf/compare.yaml and 1,024 tokens.
#   bench/muon.sh [WIDTH,LAYERS,CONTEXT,BATCH,VOCABULARY [ROUNDS]]
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
bench_java 1g org.weft.bench.MuonBench "${1:-384,6,256,4,8192}" "${2:-9}"
