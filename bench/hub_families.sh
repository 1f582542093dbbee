#!/usr/bin/env bash
# Tiny random models of each family that Hugging Face's library makes, through all that Weft does with them: logits, gradients
# by name, ten losses (of encoders those of masked tokens), text with and without kept keys and values, an export that the
# library loads, a round trip. Then a few steps of each family with one worker and with two: the same bits. Fails where a bar
# is missed.
#   bench/hub_families.sh [MODEL...]     names as in peers/hub_families.py
#   WORK_DIR=…    PYTHON=python3 (with torch and transformers of PyPI)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_work_dir
python=${PYTHON:-python3}
models=$WORK_DIR/models
status=0

rm -rf "$models"
"$python" "$BENCH/peers/hub_families.py" make "$models" "$@" 2>"$WORK_DIR/make.log"
bench_java 1g org.weft.bench.HubParity "$models"/* 2>"$WORK_DIR/parity.log"
"$python" "$BENCH/peers/hub_families.py" check "$models" "$@" 2>"$WORK_DIR/check.log" || status=1

# family NAME KEYS: the same run with one worker and with two
family() {
  local name=$1 keys=$2 workers dir sha=()
  for workers in 1 2; do
    dir=$WORK_DIR/bits/$name-$workers
    cat >"$WORK_DIR/$name.yaml" <<EOF
run: {name: $name, dir: "file://$dir", seed: 5}
cluster: {master: "local[8]", workers: $workers, servers: 1, device: cpu}
corpus: {input: ["file://$WORK_DIR/text.txt"], val_fraction: 0.05}
tokenizer: {kind: bpe, vocab_size: ${vocabulary:-300}}
model: {architecture: $name, layers: 3, width: 32, heads: 4, mlp_width: 64, context: 48$keys}
training: {steps: 4, global_batch: 8, micro_batch: 2, lanes: 4, learning_rate: 1.0e-3, min_learning_rate: 1.0e-4,
  warmup_steps: 2}
EOF
    if [ -d "$WORK_DIR/bits/corpus" ]; then
      mkdir -p "$dir"
      cp -r "$WORK_DIR/bits/corpus" "$dir/corpus"
    else
      "$WEFT_ROOT/weft" prepare --config "$WORK_DIR/$name.yaml" >>"$WORK_DIR/bits.log" 2>&1
      cp -r "$dir/corpus" "$WORK_DIR/bits/corpus"
    fi
    "$WEFT_ROOT/weft" pretrain --config "$WORK_DIR/$name.yaml" >"$WORK_DIR/$name.out" 2>>"$WORK_DIR/bits.log"
    sha+=("$(tail -n 1 "$WORK_DIR/$name.out" | sed -n 's/.*"params_sha256":"\([0-9a-f]*\)".*/\1/p')")
  done
  if [ -n "${sha[0]}" ] && [ "${sha[0]}" = "${sha[1]}" ]; then
    printf '%-12s one worker and two: %s\n' "$name" "${sha[0]}"
  else
    printf '%-12s one worker "%s", two "%s": FAILED\n' "$name" "${sha[0]}" "${sha[1]}"
    status=1
  fi
}

rm -rf "$WORK_DIR/bits"
seq 1 4000 | awk '{ print "the", $1 % 97, "ships of", $1 * 7 % 31, "sailed for", $1 * $1 % 53, "days" }' >"$WORK_DIR/text.txt"
family mistral ', kv_heads: 2, sliding_window: 12'
family mixtral ', kv_heads: 2, experts: 4'
family qwen2 ', kv_heads: 2'
family qwen3 ', kv_heads: 2, head_dim: 12'
family smollm3 ', kv_heads: 2'
family olmo2 ', kv_heads: 2'
family gemma2 ', kv_heads: 2, sliding_window: 12'
family gemma3_text ', kv_heads: 2, sliding_window: 12, full_attention_every: 2'
family phi3 ', kv_heads: 2, rotary_fraction: 0.5'
family gpt_neox ''
family bert ', dropout: 0.1'
family roberta ', dropout: 0.1'
family xlm-roberta ''
family distilbert ', dropout: 0.1'
family modernbert ', sliding_window: 12'
rm -rf "$WORK_DIR/bits/corpus" # a token for each span that is cut out
vocabulary=400
family t5 ', dropout: 0.1'
exit $status
