#!/usr/bin/env bash
# `weft serve` beside llama.cpp's server on the same weights, one thread each, in turns, 1 and 8 texts side by side: float32 beside F32,
# bf16 beside F16, int8 weights beside Q8_0.
#   bench/serve_peers.sh CHECKPOINT [SECONDS [ROUNDS]]      a run's or a checkpoint's directory; 10 3
#   PYTHON=python3 (with xllamacpp from PyPI)  WORK_DIR=…
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -ge 1 ] || { sed -n 2,5p "$0" >&2; exit 2; }
weft_find_java
weft_build
bench_work_dir
checkpoint=$1
shift
weft=$WEFT_ROOT/weft
[ -d "$WORK_DIR/int8" ] || "$weft" quantize --input "$checkpoint" --output "$WORK_DIR/int8" --type int8 >/dev/null 2>"$WORK_DIR/log"
for way in "f32 fp32 $checkpoint" "f16 bf16 $checkpoint" "q8_0 fp32 $WORK_DIR/int8"; do
  read -r type precision model <<<"$way"
  [ -d "$WORK_DIR/$type" ] || "$weft" export --checkpoint "$checkpoint" --to "$WORK_DIR/$type" --format gguf --type "$type" >/dev/null 2>>"$WORK_DIR/log"
  bench_serve "$WORK_DIR/serve-$type.log" --checkpoint "bench=$model" --precision "$precision" --threads 1 --max-batch 8 --prefix-cache 0
  echo "$type"
  "${PYTHON:-python3}" "$BENCH/peers/serve_throughput.py" "$BENCH_URL" "$WORK_DIR/$type/model.gguf" "$@" 2>"$WORK_DIR/peer-$type.log"
  kill "$BENCH_SERVER"
  wait "$BENCH_SERVER" || true
done
