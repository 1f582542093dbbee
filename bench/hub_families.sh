#!/usr/bin/env bash
# Tiny random models of each family that Hugging Face's library makes, through all that Weft does with them: logits, gradients
# by name, ten losses (of encoders those of masked tokens), text with and without kept keys and values, an export that the
# library loads, a round trip. Then a few steps of each family with one worker, with two, and with one of two killed: the same
# bits. Fails where a bar is missed.
#   bench/hub_families.sh [MODEL...]     names as in peers/hub_families.py
#   WORK_DIR=…    PYTHON=python3 (with torch and transformers of PyPI)
#   FAMILIES=…    whose runs to compare, of those at the end; all if not given
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

# train NAME WAY MASTER WORKERS KEYS: a run of 16 steps; its output in NAME-WAY.out
train() {
  local name=$1 dir=$WORK_DIR/bits/$1-$2 corpus
  cat >"$dir.yaml" <<EOF
run: {name: $name, dir: "file://$dir", seed: 5}
cluster: {master: "$3", workers: $4, servers: 1, device: cpu, executor_memory: 1g}
corpus: {input: ["file://$WORK_DIR/text.txt"], val_fraction: 0.05}
tokenizer: {kind: bpe, vocab_size: ${vocabulary:-300}}
model: {architecture: $name, layers: 3, width: 32, heads: 4, mlp_width: 64, context: 48$5}
training: {steps: 16, global_batch: 8, micro_batch: 2, lanes: 4, learning_rate: 1.0e-3, min_learning_rate: 1.0e-4,
  warmup_steps: 2}
checkpoint: {every: 4}
EOF
  case $name in
    *bert* | t5) corpus=$WORK_DIR/bits/corpus-$name ;; # special tokens of its own
    *) corpus=$WORK_DIR/bits/corpus ;;
  esac
  if [ -d "$corpus" ]; then
    mkdir -p "$dir"
    cp -r "$corpus" "$dir/corpus"
  else
    "$WEFT_ROOT/weft" prepare --config "$dir.yaml" >>"$WORK_DIR/bits.log" 2>&1
    cp -r "$dir/corpus" "$corpus"
  fi
  "$WEFT_ROOT/weft" pretrain --config "$dir.yaml" >"$dir.out" 2>>"$WORK_DIR/bits.log"
}

# killed NAME KEYS: two workers and a server, each in an executor of its own; the first worker's is killed after a checkpoint.
killed() {
  local metrics=$WORK_DIR/bits/$1-killed/metrics.jsonl driver victim=
  train "$1" killed "local-cluster[3,1,1024]" 2 "$2" &
  driver=$!
  bench_stop_on_exit "$driver"
  until grep -q checkpoint_millis "$metrics" 2>/dev/null || ! kill -0 "$driver" 2>/dev/null; do
    sleep 0.05
  done
  victim=$(sed -n 's/.*"member":"worker 0","executor":"\([0-9]*\)".*/\1/p' "$metrics" | head -n 1)
  pkill -9 -P "$(pgrep -d , -f "bits/$1-killed.yaml")" -f -- "--executor-id $victim " && victim="killed executor $victim"
  wait "$driver"
  echo "$victim" >"$WORK_DIR/bits/$1-killed.victim"
}

# family NAME KEYS: the same run with one worker, with two, and with two of which one is killed
family() {
  local name=$1 keys=$2 way sha=()
  case " ${FAMILIES:-$name} " in *" $name "*) ;; *) return ;; esac
  train "$name" one "local[8]" 1 "$keys"
  train "$name" two "local[8]" 2 "$keys"
  killed "$name" "$keys"
  for way in one two killed; do
    sha+=("$(tail -n 1 "$WORK_DIR/bits/$name-$way.out" | sed -n 's/.*"params_sha256":"\([0-9a-f]*\)".*/\1/p')")
  done
  if [ -n "${sha[0]}" ] && [ "${sha[0]}" = "${sha[1]}" ] && [ "${sha[0]}" = "${sha[2]}" ] \
    && grep -q killed "$WORK_DIR/bits/$name-killed.victim"; then
    printf '%-12s one worker, two, and one of two killed: %s\n' "$name" "${sha[0]}"
  else
    printf '%-12s one worker "%s", two "%s", one of two killed "%s" (%s): FAILED\n' "$name" "${sha[@]}" \
      "$(cat "$WORK_DIR/bits/$name-killed.victim")"
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
vocabulary=400 # with a token for each span that is cut out
family t5 ', dropout: 0.1'
exit $status
