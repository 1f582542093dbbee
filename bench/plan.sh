#!/usr/bin/env bash
# What ./weft plan predicts against what runs: five shapes that differ in width, depth, context, batch and vocabulary,
# each trained for some steps by two executors of one worker and one server. Peaks are measured by plan right before each
# run. Executors touch their whole heap from the start (-Xms = -Xmx, AlwaysPreTouch), so that the most that was resident
# (VmHWM) is what a container must hold.
#   bench/plan.sh [TEXT]                  TEXT: a file of text; made up if not given
# Environment: STEPS 20, WARM_UP 5 of them not counted, HEAP 1g, SHAPES a list of names, WORK_DIR as in compare.sh
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
STEPS=${STEPS:-20} WARM_UP=${WARM_UP:-5} HEAP=${HEAP:-1g} SHAPES=${SHAPES:-compare wide deep long large}
bench_work_dir
text=${1:-$WORK_DIR/text.txt}
[ $# -gt 0 ] || awk -v megabytes=4 -v seed=1 -f "$BENCH/text.awk" >"$text"

# shape NAME: width layers heads context global_batch micro_batch vocabulary
shape() {
  case $1 in
    compare) echo 384 6 6 256 16 8 8192 ;;
    wide) echo 640 2 10 128 32 16 4096 ;;
    deep) echo 192 12 6 128 32 8 2048 ;;
    long) echo 256 4 4 1024 8 2 4096 ;;
    large) echo 768 4 12 128 16 8 16384 ;;
    *) weft_fail 2 "no shape $1" "one of compare wide deep long large" ;;
  esac
}

# field KEY: a number of a JSON line on standard input
field() {
  sed -n "s/.*\"$1\":\\([0-9.E+-]*\\).*/\\1/p"
}

run_weft() {
  "$WEFT_ROOT/weft" "$@" 2>>"$WORK_DIR/weft.log" ||
    weft_fail 1 "./weft $1 failed" "its output is in $WORK_DIR/weft.log, kept if WORK_DIR is given"
}

# The most that was resident of the larger of the two executors while a driver runs, in MB.
watch_executors() {
  local driver=$1 pid size peak=0
  while kill -0 "$driver" 2>/dev/null; do
    for pid in $(bench_executors "$driver"); do
      size=$(bench_status "$pid" VmHWM)
      [ -z "$size" ] || [ "$size" -le "$peak" ] || peak=$size
    done
    sleep 0.3
  done
  echo "$peak"
}

echo "shape     parameters   resident MB: predicted measured error   step ms: predicted measured error   load"
for name in $SHAPES; do
  read -r width layers heads context batch micro vocab < <(shape "$name")
  dir=$WORK_DIR/run/$name
  options=(--config "$WEFT_ROOT/conf/compare.yaml" --set "run.dir=file://$dir" --set "run.corpus=file://$WORK_DIR/run/corpus-$vocab"
    --set "corpus.input=[file://$(realpath "$text")]" --set "tokenizer.vocab_size=$vocab" --set "model.width=$width"
    --set "model.layers=$layers" --set "model.heads=$heads" --set "model.context=$context" --set training.warmup_steps=5
    --set "training.global_batch=$batch" --set "training.micro_batch=$micro" --set "training.steps=$STEPS"
    --set "cluster.executor_memory=$HEAP")
  [ -d "$WORK_DIR/run/corpus-$vocab" ] || run_weft prepare "${options[@]}" >>"$WORK_DIR/weft.log"
  plan=$(run_weft plan "${options[@]}" --json)
  JDK_JAVA_OPTIONS="-Xms$HEAP -XX:+AlwaysPreTouch" "$WEFT_ROOT/weft" pretrain "${options[@]}" >>"$WORK_DIR/weft.log" 2>&1 &
  driver=$!
  bench_stop_on_exit "$driver"
  resident=$(watch_executors "$driver")
  wait "$driver" || weft_fail 1 "./weft pretrain failed" "run with WORK_DIR set and see weft.log there"
  load=$(cut -d' ' -f1 /proc/loadavg)
  millis=$(sed -n 's/.*"step":\([0-9]*\),"loss".*"step_millis":\([0-9.]*\).*/\1 \2/p' "$dir/metrics.jsonl" |
    awk -v warm="$WARM_UP" '$1 > warm { print $2 }' | bench_median)
  awk -v name="$name" -v parameters="$(field parameters <<<"$plan")" -v load="$load" -v measured_step="$millis" \
    -v step="$(field step_millis <<<"$plan")" -v bytes="$(field executor_resident_bytes <<<"$plan")" -v measured="$resident" '
    BEGIN { mb = bytes / 1048576
      printf "%-9s %10d %23d %8d %+5.1f %% %18d %8d %+5.1f %%   %s\n", name, parameters, mb, measured,
        100 * (mb / measured - 1), step, measured_step, 100 * (step / measured_step - 1), load }'
  echo "$name $plan" >>"$WORK_DIR/run/plans.jsonl"
done
