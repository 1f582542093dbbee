#!/usr/bin/env bash
# Prepares a text ten times as large as the heap of all executors together and prints time and peak resident memory.
#   bench/prepare_memory.sh
# Environment: HEAP 512 (MB of the one executor, whose two tasks share it), SIZE ten times HEAP (MB of text), VOCAB 8192,
#              WORK_DIR as in compare.sh (takes twice SIZE on disk)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
HEAP=${HEAP:-512} VOCAB=${VOCAB:-8192}
SIZE=${SIZE:-$((10 * HEAP))}
bench_work_dir
mkdir -p "$WORK_DIR/text"
part=100
for ((made = 0; made < SIZE; made += part)); do
  awk -v megabytes=$((SIZE - made < part ? SIZE - made : part)) -v seed="$made" -f "$BENCH/text.awk" \
    >"$WORK_DIR/text/$made.txt"
done
begin=$SECONDS
"$WEFT_ROOT/weft" prepare --config "$WEFT_ROOT/conf/compare.yaml" --set "run.dir=file://$WORK_DIR/run" \
  --set "cluster.master=local-cluster[1,2,$HEAP]" --set "cluster.executor_memory=${HEAP}m" \
  --set "tokenizer.vocab_size=$VOCAB" --set "corpus.input=[file://$WORK_DIR/text]" >"$WORK_DIR/weft.log" 2>&1 &
driver=$!
bench_stop_on_exit "$driver"
peak=0 driver_peak=0
while kill -0 "$driver" 2>/dev/null; do
  for pid in $(bench_executors "$driver"); do
    size=$(bench_status "$pid" VmHWM)
    [ "${size:-0}" -le "$peak" ] || peak=$size
  done
  size=$(bench_status "$driver" VmHWM)
  [ "${size:-0}" -le "$driver_peak" ] || driver_peak=$size
  sleep 1
done
if ! wait "$driver"; then
  tail -n 20 "$WORK_DIR/weft.log" >&2
  weft_fail 1 "./weft prepare failed" "run with WORK_DIR set and see weft.log there"
fi
tail -n 1 "$WORK_DIR/weft.log"
echo "text $SIZE MB, executors' heap $HEAP MB: $((SECONDS - begin)) s; peak resident: executor $peak MB, driver $driver_peak MB"
