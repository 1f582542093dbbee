#!/usr/bin/env bash
# A fine-tuned classifier beside Spark ML's TF-IDF and logistic regression, on the same rows, judged by the same metrics.
#   bench/finetune.sh TRAIN TEST FROM [SETTING...]     JSONL with columns text and label; a model; key=value for finetune
# Environment: WORK_DIR keeps run and logs there; for reviews: peers/minilm_directory.py makes a FROM
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -ge 3 ] || { sed -n 2,5p "$0" >&2; exit 2; }
train=$(realpath "$1") test=$(realpath "$2") from=$3
shift 3
bench_work_dir
bench_build
bench_java 2g org.weft.bench.TextBaseline "$train" "$test" 2>"$WORK_DIR/baseline.log"
settings=()
for setting in "$@"; do settings+=(--set "$setting"); done
"$WEFT_ROOT/weft" finetune --from "$from" --set "run.dir=file://$WORK_DIR/run" --set finetune.task=classification \
  --set "cluster.master=local-cluster[2,2,1536]" --set cluster.executor_memory=900m \
  --set cluster.workers=2 --set cluster.servers=2 \
  --set "dataset.train=[file://$train]" --set "dataset.test=[file://$test]" --set dataset.max_length=128 \
  ${settings[@]+"${settings[@]}"} >"$WORK_DIR/finetune.out" 2>"$WORK_DIR/finetune.log" \
  || { tail -n 20 "$WORK_DIR/finetune.log" >&2; exit 1; }
tail -n 1 "$WORK_DIR/finetune.out"
# The metrics with their intervals, and what a step pushed.
grep -m 4 -E '"(accuracy|f1_macro)"' -A 3 "$WORK_DIR/run/evaluation/results.json" | tr -d '\n '
echo
grep '"loss"' "$WORK_DIR/run/metrics.jsonl" | sed -n '2p'
