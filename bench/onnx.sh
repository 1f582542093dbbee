#!/usr/bin/env bash
# Tiny random models of each family that goes out as ONNX and of each head, loaded by Hugging Face's Optimum as anybody would load
# them: outputs beside transformers', and 200 greedy tokens from kept keys and values. Fails where they differ.
#   bench/onnx.sh [MODEL...]      all that peers/onnx_optimum.py has
#   WORK_DIR=…    PYTHON=python3 (with optimum-onnx, onnxruntime and torch of PyPI)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
weft_find_java
weft_build
bench_work_dir
python=${PYTHON:-python3}

rm -rf "$WORK_DIR/models"
"$python" "$BENCH/peers/onnx_optimum.py" make "$WORK_DIR/models" 2>"$WORK_DIR/make.log"
for name in "${@:-*}"; do
  for directory in "$WORK_DIR"/models/$name; do
    "$WEFT_ROOT/weft" import "$directory/model" --to "$directory/run" >>"$WORK_DIR/weft.log" 2>&1
    "$WEFT_ROOT/weft" export --checkpoint "$directory/run" --to "$directory/onnx" --format onnx >>"$WORK_DIR/weft.log" 2>&1
  done
done
"$python" "$BENCH/peers/onnx_optimum.py" check "$WORK_DIR/models" 2>"$WORK_DIR/check.log"
