#!/usr/bin/env bash
# Resident memory of the executors over a long run of the compare configuration: executors of HEAP, the whole heap
# touched from the start (-Xms = -Xmx, AlwaysPreTouch), so that what grows is native memory.
#   bench/memory.sh [TEXT]
# Environment: STEPS 500, EARLY 50 (the step compared with the last), HEAP 1g, WORK_DIR as in compare.sh
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
STEPS=${STEPS:-500} EARLY=${EARLY:-50} HEAP=${HEAP:-1g}
bench_work_dir
text=${1:-$WORK_DIR/text.txt}
[ $# -gt 0 ] || awk -v megabytes=8 -v seed=1 -f "$BENCH/text.awk" >"$text"
options=(--config "$WEFT_ROOT/conf/compare.yaml" --set "run.dir=file://$WORK_DIR/run"
  --set "corpus.input=[file://$(realpath "$text")]" --set "training.steps=$STEPS" --set "cluster.executor_memory=$HEAP")

"$WEFT_ROOT/weft" prepare "${options[@]}" >"$WORK_DIR/weft.log" 2>&1
# Executors inherit the driver's environment; its own -Xmx is on its command line.
JDK_JAVA_OPTIONS="-Xms$HEAP -XX:+AlwaysPreTouch" "$WEFT_ROOT/weft" pretrain "${options[@]}" >>"$WORK_DIR/weft.log" 2>&1 &
driver=$!
bench_stop_on_exit "$driver"

echo "step  resident MB of each executor"
early= last= shown=-1
while kill -0 "$driver" 2>/dev/null; do
  step=$(grep -o 'step [0-9]*/' "$WORK_DIR/weft.log" 2>/dev/null | tail -n 1 | tr -dc 0-9) || step=
  sizes=$(bench_executors "$driver" | while read -r pid; do bench_status "$pid" VmRSS; done | sort -n | xargs)
  if [ -n "$step" ] && [ "$(wc -w <<<"$sizes")" -eq 2 ]; then
    [ -n "$early" ] || [ "$step" -lt "$EARLY" ] || early=$sizes
    last=$sizes
    if [ $((step / 25)) -ne "$shown" ]; then
      shown=$((step / 25))
      printf '%4d  %s\n' "$step" "$sizes"
    fi
  fi
  sleep 0.5
done
wait "$driver" || weft_fail 1 "./weft pretrain failed" "run with WORK_DIR set and see weft.log there"
[ -n "$early" ] || weft_fail 1 "no sample at step $EARLY" "raise STEPS"
heap=$(numfmt --from=iec "${HEAP^^}" | awk '{ printf "%d", $1 / 1048576 }')
paste -d' ' <(xargs -n 1 <<<"$early") <(xargs -n 1 <<<"$last") | awk -v heap="$heap" -v at="$EARLY" '{
  printf "executor %d: resident %d MB at step %d, %d MB at the end: %+.1f %%; without the heap of %d MB %+.1f %%\n",
    NR, $1, at, $2, 100 * ($2 / $1 - 1), heap, 100 * (($2 - heap) / ($1 - heap) - 1) }'
