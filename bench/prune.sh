#!/usr/bin/env bash
# A small Llama, trained, then trained on with half of its blocks' weights pruned: its perplexity beside the same steps without pruning.
# The pruned run is killed and goes on: the same parameters, to the bit. Then a quarter of heads and units leaves: outputs beside the
# masked model's, and time beside arithmetic.
#   bench/prune.sh TEXT [SETTING...]      JSONL with the column text; key=value for pretrain
# Environment: WORK_DIR keeps runs and logs there; STEPS (1200), TUNE (600), METHOD (magnitude), SPARSITY (0.5),
#   SHAPE, of the model that is timed
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -ge 1 ] || { sed -n 2,8p "$0" >&2; exit 2; }
text=$(realpath "$1")
shift
bench_work_dir
bench_build
weft=$WEFT_ROOT/weft
steps=${STEPS:-1200} tune=${TUNE:-600}
pruning="{method: ${METHOD:-magnitude}, sparsity: ${SPARSITY:-0.5}, begin_step: 0, end_step: $((tune / 2)), every: 10}"
shape="{architecture: llama, layers: 4, width: 128, heads: 4, mlp_width: 384, context: 128, tie_word_embeddings: true}"
timed=${SHAPE:-"{architecture: llama, layers: 8, width: 512, heads: 8, mlp_width: 1536, context: 256, tie_word_embeddings: true}"}
printf "model: %s\n" "$shape" >"$WORK_DIR/shape.yaml"
printf "model: %s\n" "$timed" >"$WORK_DIR/timed.yaml"
settings=()
for setting in "$@"; do settings+=(--set "$setting"); done

# run NAME COMMAND [OPTION...]: a command on the run of that name; its closing JSON on standard output.
run() {
  local name=$1 command=$2
  shift 2
  "$weft" "$command" --config "$WORK_DIR/shape.yaml" --set "run.dir=file://$WORK_DIR/$name" --set "cluster.master=local[4]" --set cluster.workers=2 \
    --set cluster.servers=2 --set cluster.threads=1 --set run.lease_seconds=4 \
    --set "corpus.input=[file://$text]" --set corpus.format=jsonl --set tokenizer.vocab_size=2048 \
    --set training.global_batch=16 --set training.micro_batch=8 --set training.lanes=2 --set training.learning_rate=1e-3 \
    --set training.min_learning_rate=1e-4 --set training.eval_every=0 --set "checkpoint.every=50" --set checkpoint.keep=2 \
    "$@" ${settings[@]+"${settings[@]}"} 2>>"$WORK_DIR/$name.log" | tail -n 1
}
perplexity() { "$weft" evaluate --checkpoint "file://$WORK_DIR/$1" 2>>"$WORK_DIR/$1.log" | tail -n 1 | bench_field perplexity; }

if [ ! -d "$WORK_DIR/dense/checkpoints" ]; then
  run dense prepare >/dev/null
  run dense pretrain --set training.steps="$steps" >/dev/null
fi
# The same corpus for all: decided by its bytes, so that it may be copied.
for name in on pruned killed; do
  rm -rf "${WORK_DIR:?}/$name"
  mkdir -p "$WORK_DIR/$name"
  cp -r "$WORK_DIR/dense/corpus" "$WORK_DIR/$name/corpus"
done
from=(--from "file://$WORK_DIR/dense" --set training.steps="$tune" --set training.warmup_steps=20)
run on pretrain "${from[@]}" >/dev/null
pruned=$(run pruned pretrain "${from[@]}" --set "training.pruning=$pruning")

run killed pretrain "${from[@]}" --set "training.pruning=$pruning" >/dev/null &
victim=$!
bench_stop_on_exit "$victim"
until [ -f "$WORK_DIR/killed/metrics.jsonl" ] && grep -q "\"step\":$((tune / 3))," "$WORK_DIR/killed/metrics.jsonl"; do
  kill -0 "$victim" 2>/dev/null || { tail -n 5 "$WORK_DIR/killed.log" >&2; exit 1; }
  sleep 1
done
# The pipeline's first process is weft, which is Java itself by then.
pkill -9 -P "$victim" || true
wait "$victim" || true
killed=$(run killed pretrain --resume --set training.steps="$tune" --set training.warmup_steps=20 \
  --set "training.pruning=$pruning")

dense=$(perplexity dense) longer=$(perplexity on) half=$(perplexity pruned)
awk -v d="$dense" -v l="$longer" -v p="$half" -v s="$(bench_field sparsity <<<"$pruned")" 'BEGIN {
  printf "perplexity: trained %.3f, trained on %.3f, trained on with %.4f of the weights zero %.3f: %+.2f %% and %+.2f %%\n",
    d, l, s, p, 100 * (p / d - 1), 100 * (p / l - 1) }'
same=$([ "$(bench_field params_sha256 <<<"$pruned")" = "$(bench_field params_sha256 <<<"$killed")" ] && echo equal || echo DIFFERENT)
echo "killed at step $((tune / 3)) and resumed: sparsity $(bench_field sparsity <<<"$killed"), parameters $same"
[ "$same" = equal ]

for kind in small masked; do
  rm -rf "$WORK_DIR/$kind"
  masked=(); [ $kind = small ] || masked=(--masked)
  "$weft" prune --input "file://$WORK_DIR/dense" --output "file://$WORK_DIR/$kind" --heads 0.25 --units 0.25 \
    ${masked[@]+"${masked[@]}"} 2>>"$WORK_DIR/prune.log" | tail -n 1 >"$WORK_DIR/$kind.json"
done
rm -rf "${WORK_DIR:?}/whole"
run whole prepare >/dev/null
run whole pretrain --config "$WORK_DIR/timed.yaml" --set training.steps=0 >/dev/null
for kind in large large-masked; do
  rm -rf "$WORK_DIR/$kind"
  masked=(); [ $kind = large ] || masked=(--masked)
  "$weft" prune --input "file://$WORK_DIR/whole" --output "file://$WORK_DIR/$kind" --heads 0.25 --units 0.25 \
    ${masked[@]+"${masked[@]}"} >/dev/null 2>>"$WORK_DIR/prune.log"
done
for pair in dense:small:masked whole:large:large-masked; do
  IFS=: read -r whole small masked <<<"$pair"
  rm -rf "$WORK_DIR/$whole-hf"
  "$weft" export --checkpoint "file://$WORK_DIR/$whole" --to "file://$WORK_DIR/$whole-hf" >/dev/null 2>>"$WORK_DIR/prune.log"
  bench_java 1g org.weft.bench.PruneBench "file://$WORK_DIR/$whole-hf" "file://$WORK_DIR/$small" "file://$WORK_DIR/$masked"
done
