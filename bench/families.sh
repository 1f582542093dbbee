#!/usr/bin/env bash
# Small models of every family beside the same models in PyTorch: each parameter's gradient by name, and ten losses.
# Fails where they differ by more than 1e-4 relative.
#   bench/families.sh [float64]     float64: PyTorch's side in float64
#   WORK_DIR=…    PYTHON=/usr/bin/python3 (with Debian's python3-torch)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_work_dir
python=${PYTHON:-/usr/bin/python3}
status=0

compare() {
  local name=$1
  shift
  bench_java 512m org.weft.bench.FamilyParity "$WORK_DIR/$name" 211 4 "$@" model.context=48 2>"$WORK_DIR/$name.log"
  printf '%-24s ' "$name"
  "$python" "$BENCH/peers/families.py" "$WORK_DIR/$name" $kind || status=1
}

kind=${1:-}
small=(model.layers=3 model.width=64 model.heads=4)
compare gpt2 model.architecture=gpt2 "${small[@]}"
compare llama model.architecture=llama "${small[@]}" model.mlp_width=176
compare llama-grouped model.architecture=llama "${small[@]}" model.kv_heads=2 model.tie_word_embeddings=true
compare llama-linear model.architecture=llama "${small[@]}" model.kv_heads=1 model.rope_scaling=linear model.rope_factor=4
compare llama-llama3 model.architecture=llama "${small[@]}" model.kv_heads=2 model.rope_theta=500 model.rope_scaling=llama3 \
  model.rope_factor=8 model.rope_original_context=16
compare llama-yarn model.architecture=llama "${small[@]}" model.rope_theta=100 model.rope_scaling=yarn model.rope_factor=4 \
  model.rope_original_context=128
compare bert model.architecture=bert "${small[@]}"
compare bert-next-sentence model.architecture=bert "${small[@]}" model.next_sentence=true
exit $status
