#!/usr/bin/env bash
# What ./weft plan predicts against what runs: five shapes that differ in width, depth, context, batch and vocabulary,
# each trained for some steps by two executors of one worker and one server. Peaks are measured by plan right before each
# run. Executors touch their whole heap from the start (-Xms = -Xmx, AlwaysPreTouch), so that the most that was resident
# (VmHWM) is what a container must hold. Beside a step's time stands the processor time of an executor for a step: on a
# machine with other work the two differ, and the second is what the step would take on an idle one of as many cores.
#   bench/plan.sh [TEXT]                  TEXT: a file of text; made up if not given
# Environment: STEPS 20, WARM_UP 5 of them not counted, HEAP 1g, SHAPES a list of names, WORK_DIR as in compare.sh. A shape may
# be a family's name, with what it has of its own: the shape `compare` of that family.
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
    *) echo 384 6 6 256 16 8 8192 ;;
  esac
}

# family NAME: what makes the shape one of a family; nothing for those of GPT-2
family() {
  case $1 in
    compare | wide | deep | long | large) return ;;
    llama | qwen2 | qwen3 | olmo2 | smollm3) echo "model.kv_heads=2" ;;
    mistral) echo "model.kv_heads=2 model.sliding_window=64" ;;
    mixtral) echo "model.kv_heads=2 model.experts=4 model.mlp_width=768" ;;
    gemma2 | gemma3_text) echo "model.kv_heads=2 model.sliding_window=64" ;;
    phi3) echo "model.rotary_fraction=0.5" ;;
    modernbert) echo "model.sliding_window=64" ;;
    gpt_neox | bert | roberta | xlm-roberta | distilbert | t5) ;;
    *) weft_fail 2 "no shape $1" "one of compare wide deep long large, or a family's name" ;;
  esac
  echo "model.architecture=$1 model.dropout=0"
}

run_weft() {
  "$WEFT_ROOT/weft" "$@" 2>>"$WORK_DIR/weft.log" ||
    weft_fail 1 "./weft $1 failed" "its output is in $WORK_DIR/weft.log, kept if WORK_DIR is given"
}

# Watches the two executors of a driver: prints the most that was resident of the larger in MB, and writes to
# $WORK_DIR/run/busy, whenever metrics.jsonl has grown, its lines and the executors' processor time in clock ticks.
watch_executors() {
  local driver=$1 metrics=$2 pid size peak=0 lines=0 now
  : >"$WORK_DIR/run/busy"
  while kill -0 "$driver" 2>/dev/null; do
    for pid in $(bench_executors "$driver"); do
      size=$(bench_status "$pid" VmHWM)
      [ -z "$size" ] || [ "$size" -le "$peak" ] || peak=$size
    done
    now=$(grep -c '"loss"' "$metrics" 2>/dev/null) || now=0
    if [ "$now" -gt "$lines" ]; then
      lines=$now
      bench_executors "$driver" | while read -r pid; do cat "/proc/$pid/stat" 2>/dev/null || true; done |
        awk -v lines="$lines" '{ sub(/.*\) /, ""); ticks += $12 + $13; n++ } END { if (n == 2) print lines, ticks }' >>"$WORK_DIR/run/busy"
    fi
    sleep 0.2
  done
  echo "$peak"
}

# Processor time of one executor for a step after the warm-up, in ms.
busy_millis() {
  awk -v warm="$WARM_UP" -v hertz="$(getconf CLK_TCK)" '
    $1 >= warm { if (!first) { first = $1; at = $2 } last = $1; end = $2 }
    END { if (last > first) printf "%.0f", 1000 * (end - at) / hertz / 2 / (last - first); else print "nan" }' "$WORK_DIR/run/busy"
}

echo "shape      parameters   resident MB: plan   run  error   step ms: plan    run   error   busy ms   error   load"
for name in $SHAPES; do
  read -r width layers heads context batch micro vocab < <(shape "$name")
  dir=$WORK_DIR/run/$name
  corpus=$WORK_DIR/run/corpus-$vocab
  case $name in *bert* | t5) corpus=$corpus-$name ;; esac # special tokens of its own
  own=() keys=$(family "$name")
  for key in $keys; do
    own+=(--set "$key")
  done
  options=(--config "$WEFT_ROOT/conf/compare.yaml" --set "run.dir=file://$dir" --set "run.corpus=file://$corpus"
    --set "corpus.input=[file://$(realpath "$text")]" --set "tokenizer.vocab_size=$vocab" --set "model.width=$width"
    --set "model.layers=$layers" --set "model.heads=$heads" --set "model.context=$context" --set training.warmup_steps=5
    --set "training.global_batch=$batch" --set "training.micro_batch=$micro" --set "training.steps=$STEPS"
    --set "cluster.executor_memory=$HEAP" "${own[@]}")
  [ -d "$corpus" ] || run_weft prepare "${options[@]}" >>"$WORK_DIR/weft.log"
  plan=$(run_weft plan "${options[@]}" --json)
  JDK_JAVA_OPTIONS="-Xms$HEAP -XX:+AlwaysPreTouch" "$WEFT_ROOT/weft" pretrain "${options[@]}" >>"$WORK_DIR/weft.log" 2>&1 &
  driver=$!
  bench_stop_on_exit "$driver"
  resident=$(watch_executors "$driver" "$dir/metrics.jsonl")
  wait "$driver" || weft_fail 1 "./weft pretrain failed" "run with WORK_DIR set and see weft.log there"
  load=$(cut -d' ' -f1 /proc/loadavg)
  millis=$(sed -n 's/.*"step":\([0-9]*\),"loss".*"step_millis":\([0-9.]*\).*/\1 \2/p' "$dir/metrics.jsonl" |
    awk -v warm="$WARM_UP" '$1 > warm { print $2 }' | bench_median)
  awk -v name="$name" -v parameters="$(bench_field parameters <<<"$plan")" -v load="$load" -v wall="$millis" -v busy="$(busy_millis)" \
    -v step="$(bench_field step_millis <<<"$plan")" -v bytes="$(bench_field executor_resident_bytes <<<"$plan")" -v measured="$resident" '
    BEGIN { mb = bytes / 1048576
      printf "%-9s %11d %18d %5d %+5.1f%% %14d %6d %+6.1f%% %9s %+6.1f%%   %s\n", name, parameters, mb, measured,
        100 * (mb / measured - 1), step, wall, 100 * (step / wall - 1), busy, 100 * (step / busy - 1), load }'
  echo "$name $plan" >>"$WORK_DIR/run/plans.jsonl"
done
