#!/usr/bin/env bash
# What windows on a run cost: the same run with monitoring.spark_ui on and off, alternating, either first in turn; median
# step of each, and the processor time of the windows' own threads.
#   bench/monitoring.sh [SETTING...]       key=value for all runs
# Environment: ROUNDS 5, STEPS 200 of a round, WARM_UP 50 of them not counted,
#              WORK_DIR a folder of its own, removed at the end, if not given
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
ROUNDS=${ROUNDS:-5} STEPS=${STEPS:-200} WARM_UP=${WARM_UP:-50}
bench_work_dir
settings=()
for setting in "$@"; do settings+=(--set "$setting"); done
awk -v megabytes=4 -v seed=1 -f "$BENCH/text.awk" >"$WORK_DIR/text.txt"
export WEFT_JAVA_OPTS="-Dspark.ui.enabled=true -Dspark.ui.port=0 ${WEFT_JAVA_OPTS:-}"

run_weft() {
  local command=$1 dir=$2
  shift 2
  "$WEFT_ROOT/weft" "$command" --config "$WEFT_ROOT/conf/tiny.yaml" --set "run.dir=file://$dir" \
    --set "corpus.input=[file://$WORK_DIR/text.txt]" --set "training.steps=$STEPS" "$@" \
    ${settings[@]+"${settings[@]}"} >>"$WORK_DIR/weft.log" 2>&1 ||
    weft_fail 1 "./weft $command failed" "its output is in $WORK_DIR/weft.log, kept if WORK_DIR is given"
}

# The median step after the warm-up, in ms, of a run with windows or without.
round() {
  local dir=$WORK_DIR/run
  rm -rf "$dir" && mkdir -p "$dir"
  cp -r "$WORK_DIR/prepared/corpus" "$dir/corpus"
  run_weft pretrain "$dir" --set "monitoring.spark_ui=$1"
  sed -n 's/.*"step":\([0-9]*\),"loss".*"step_millis":\([0-9.]*\).*/\1 \2/p' "$dir/metrics.jsonl" |
    awk -v warm="$WARM_UP" '$1 > warm { print $2 }' | bench_median
}

run_weft prepare "$WORK_DIR/prepared"
for ((i = 1; i <= ROUNDS; i++)); do
  if ((i % 2)); then
    with=$(round true) without=$(round false)
  else
    without=$(round false) with=$(round true)
  fi
  echo "round $i: $with ms with windows, $without ms without"
  echo "$with" >>"$WORK_DIR/with"
  echo "$without" >>"$WORK_DIR/without"
done
with=$(bench_median <"$WORK_DIR/with") without=$(bench_median <"$WORK_DIR/without")
awk -v a="$with" -v b="$without" 'BEGIN { printf "median step: %.2f ms with windows, %.2f ms without: %+.2f %%\n", a, b, 100 * (a / b - 1) }'
grep -h 'of processor time' "$WORK_DIR/weft.log" | sed 's/.*WindowThread: //' | sort | uniq -c
