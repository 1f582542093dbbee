#!/usr/bin/env bash
# What quantisation costs and gains. Three families, each trained for STEPS steps on a text of which the last tenth is held out: perplexity of that,
# bytes of the tensors beside float32's, of float32, int8, int8 with activations, int4 to the nearest, int4 by GPTQ, and int4 of a run that went on for
# MORE steps with training.quantization=int4 (beside one that went on in float32). Then tokens/s of a model that exceeds the caches.
#   bench/quantize.sh TEXT.jsonl          rows with the column text
# Environment: STEPS 300, MORE 100, FAMILIES "gpt2 llama qwen2", GROUP 64, KEYS (more settings, key=value), BLOCKS 24 of the fast model, WORK_DIR as in compare.sh,
# WEFT the launcher (dist/weft), SPEED 1, HELD 100 (texts that are held out, at most)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
STEPS=${STEPS:-300} MORE=${MORE:-100} FAMILIES=${FAMILIES:-gpt2 llama qwen2} GROUP=${GROUP:-64} BLOCKS=${BLOCKS:-24} SPEED=${SPEED:-1} HELD=${HELD:-100}
[ $# -eq 1 ] || { sed -n 2,8p "$0" >&2; exit 2; }
text=$(realpath "$1")
bench_work_dir
[ -n "${WEFT:-}" ] || bench_build
WEFT=${WEFT:-$WEFT_DIST/weft}
lines=$(wc -l <"$text")
head -n $((lines * 9 / 10)) "$text" >"$WORK_DIR/train.jsonl"
sed -n "$((lines * 9 / 10 + 1)),$((lines * 9 / 10 + HELD))p" "$text" >"$WORK_DIR/held.jsonl"

row() { # row FAMILY NAME PATH SHARE
  "$WEFT" evaluate --checkpoint "$3" --input "$WORK_DIR/held.jsonl" --set 'cluster.master=local[2]' >"$WORK_DIR/evaluated.json" 2>>"$WORK_DIR/log"
  printf '%-8s %-18s %10.4f %8s\n' "$1" "$2" "$(bench_field perplexity <"$WORK_DIR/evaluated.json")" "$4"
}
quantized() { # quantized FAMILY NAME FROM OPTION…
  local family=$1 name=$2 from=$3
  shift 3
  rm -rf "$WORK_DIR/$family-$name"
  "$WEFT" quantize --input "$from" --output "$WORK_DIR/$family-$name" "$@" >"$WORK_DIR/quantized.json" 2>>"$WORK_DIR/log"
  row "$family" "$name" "$WORK_DIR/$family-$name" "$(bench_field share_of_float32 <"$WORK_DIR/quantized.json")"
}
settings() { # settings FAMILY RUN
  echo --set "run.dir=file://$2" --set "run.name=$1" --set "run.corpus=file://$WORK_DIR/corpus" --set 'cluster.master=local[3]' --set cluster.workers=1 \
    --set cluster.servers=1 --set "corpus.input=[file://$WORK_DIR/train.jsonl]" --set tokenizer.kind=bpe --set tokenizer.vocab_size=4096 \
    --set "model.architecture=$1" --set model.layers=4 --set model.width=256 --set model.heads=4 --set model.mlp_width=1024 --set model.context=256 \
    --set training.global_batch=16 --set training.micro_batch=4 --set training.lanes=4 --set training.learning_rate=1e-3 --set training.warmup_steps=20 \
    --set training.eval_every=0
  for key in ${KEYS:-}; do echo --set "$key"; done
}

printf '%-8s %-18s %10s %8s\n' family weights perplexity share
for family in $FAMILIES; do
  run=$WORK_DIR/run-$family
  # shellcheck disable=SC2046 # words
  {
    [ -e "$WORK_DIR/corpus/manifest.json" ] || "$WEFT" prepare $(settings "$family" "$run") >&2
    "$WEFT" pretrain $(settings "$family" "$run") --set "training.steps=$STEPS" >&2
    on=(--from "file://$run" --set "training.steps=$MORE" --set training.learning_rate=3e-4)
    "$WEFT" pretrain $(settings "$family" "$run-none") "${on[@]}" >&2
    "$WEFT" pretrain $(settings "$family" "$run-int4") "${on[@]}" --set training.quantization=int4 \
      --set "training.quantization_group_size=$GROUP" >&2
  } 2>>"$WORK_DIR/log"
  row "$family" float32 "file://$run" 1
  quantized "$family" int8 "file://$run" --type int8
  quantized "$family" int8-activations "file://$run" --type int8 --activations int8
  quantized "$family" int4-nearest "file://$run" --type int4 --group-size "$GROUP"
  quantized "$family" int4-gptq "file://$run" --type int4 --group-size "$GROUP" --method gptq --corpus "file://$WORK_DIR/corpus"
  row "$family" float32-longer "file://$run-none" 1
  quantized "$family" int4-nearest-longer "file://$run-none" --type int4 --group-size "$GROUP"
  quantized "$family" int4-gptq-longer "file://$run-none" --type int4 --group-size "$GROUP" --method gptq --corpus "file://$WORK_DIR/corpus"
  quantized "$family" int4-trained "file://$run-int4" --type int4 --group-size "$GROUP"
done
[ "$SPEED" != 1 ] || bench_java 2g org.weft.bench.QuantizeBench "$BLOCKS"
