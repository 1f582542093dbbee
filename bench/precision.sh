#!/usr/bin/env bash
# One replica in float32 and bfloat16, keeping activations and recomputing them: tokens/s, alternating, and peak memory, a
# process each.
#   bench/precision.sh [ROUNDS]      5
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
rounds=${1:-5}
echo "compare configuration: width 384, 6 layers, 8 x 256 tokens, vocabulary 8192"
bench_java 512m org.weft.bench.PrecisionBench 384,6,256,8,8192 time "$rounds" fp32 bf16
echo "12 layers: width 384, 8 x 256 tokens, vocabulary 8192"
bench_java 512m org.weft.bench.PrecisionBench 384,12,256,8,8192 time "$rounds" fp32 fp32+recompute bf16 bf16+recompute
for batch in 8 16; do
  echo "12 layers, $batch x 256 tokens: peak resident memory of the process, and before the replica was opened"
  for way in fp32 fp32+recompute bf16 bf16+recompute; do
    bench_java 512m org.weft.bench.PrecisionBench "384,12,256,$batch,8192" memory "$way"
  done
done
