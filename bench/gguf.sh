#!/usr/bin/env bash
# Tiny random models of each family that goes out as GGUF, read by the package gguf and written with by llama.cpp: the same greedy
# text as Weft's in float32 and float16, or a first difference where two tokens were as good as equal. Fails otherwise.
#   bench/gguf.sh
#   WORK_DIR=…    PYTHON=python3 (with gguf and xllamacpp or llama-cpp-python of PyPI)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_work_dir
rm -rf "$WORK_DIR/models"
bench_java 1g org.weft.bench.GgufParity "$WORK_DIR/models" 2>"$WORK_DIR/parity.log"
"${PYTHON:-python3}" "$BENCH/peers/gguf_generate.py" "$WORK_DIR/models" 2>"$WORK_DIR/generate.log"
