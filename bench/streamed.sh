#!/usr/bin/env bash
# A model that is larger than its worker: GPT-2 of 355 million parameters (LAYERS blocks of width 1024, vocabulary of GPT-2) on two
# executors, one with the server and one with the worker, which may have LIMIT and no more: a memory cgroup, by which the kernel ends
# it. cluster.residency=streamed trains; whole is beyond what plan says that there is, and ends. Prints what plan says of a worker
# beside the most that was resident. Needs root for the cgroup (v1 or v2), and HEAP and 2 GB for the server.
#   bench/streamed.sh [TEXT]              TEXT: a file of text; made up if not given
# Environment: LIMIT 1200 (MB), LAYERS 24, STEPS 3, CONTEXT 64, BATCH 4, HEAP 12g of the server, RESIDENCIES "streamed whole", KEYS (more of
# them), WORK_DIR as in compare.sh
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
LIMIT=${LIMIT:-1200} LAYERS=${LAYERS:-24} STEPS=${STEPS:-3} CONTEXT=${CONTEXT:-64} BATCH=${BATCH:-4} HEAP=${HEAP:-12g}
RESIDENCIES=${RESIDENCIES:-streamed whole}
bench_work_dir
weft_find_java
weft_build
text=${1:-$WORK_DIR/text.txt}
[ $# -gt 0 ] || awk -v megabytes=1 -v seed=1 -f "$BENCH/text.awk" >"$text"

# The cgroup that executors get one each below: v1 has a file system for memory alone.
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  group=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/weft-streamed-$$ limit=memory.max peak=memory.peak
else
  group=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/weft-streamed-$$
  limit=memory.limit_in_bytes peak=memory.max_usage_in_bytes
fi
mkdir "$group" || weft_fail 1 "no memory cgroup can be made at $group" "run this as root"
[ ! -f "$group/cgroup.subtree_control" ] || echo +memory >"$group/cgroup.subtree_control"
end_groups() {
  sleep 1 # The kernel counts a process until it is reaped.
  rmdir "$group"/executor-* "$group" 2>/dev/null || true
}
trap "end_groups; $(trap -p EXIT | sed "s/^trap -- '\(.*\)' EXIT$/\1/")" EXIT

# What Spark starts executors by: each in a cgroup of its own, with little of the heap for what is soon garbage.
mkdir -p "$WORK_DIR/java/bin"
cat >"$WORK_DIR/java/bin/java" <<JAVA
#!/usr/bin/env bash
if [[ " \$* " =~ CoarseGrainedExecutorBackend.*" --executor-id "([0-9]+) ]]; then
  mkdir -p "$group/executor-\${BASH_REMATCH[1]}"
  echo \$\$ >"$group/executor-\${BASH_REMATCH[1]}/cgroup.procs"
  set -- -XX:+UseSerialGC -Xmn48m -XX:TieredStopAtLevel=1 "\$@"
fi
exec "$JAVA" "\$@"
JAVA
chmod +x "$WORK_DIR/java/bin/java"

options=(--config "$WEFT_ROOT/conf/compare.yaml" --set "run.corpus=file://$WORK_DIR/corpus" --set "corpus.input=[file://$(realpath "$text")]"
  --set tokenizer.kind=gpt2 --set model.width=1024 --set "model.layers=$LAYERS" --set model.heads=16 --set "model.context=$CONTEXT"
  --set model.dropout=0 --set "training.global_batch=$BATCH" --set training.micro_batch=1 --set training.lanes=1 --set training.warmup_steps=1
  --set "training.steps=$STEPS" --set training.eval_every=1000000 --set checkpoint.every=1000000 --set cluster.workers=1
  --set cluster.servers=1 --set "cluster.executor_memory=$HEAP" --set cluster.device=cpu
  --set "cluster.master=local-cluster[2,1,$(($(numfmt --from=iec "${HEAP^^}") >> 20))]")
for key in ${KEYS:-}; do
  options+=(--set "$key")
done

# Whether a worker may take as much as plan says: of what a process holds beside its heap, and of the heap what Spark needs.
planned() {
  "$WEFT_ROOT/weft" plan "${options[@]}" --set "run.dir=file://$WORK_DIR/run/$1" --set "cluster.residency=$1" \
    --peak-gflops 20 --json 2>>"$WORK_DIR/weft.log" | sed -n 's/.*"worker_process_bytes":\([0-9]*\).*/\1/p'
}

# train RESIDENCY: prints how it ended, and what was resident at most.
train() {
  local residency=$1 log=$WORK_DIR/$1.log driver server worker= pid= most=0 now status=0
  JAVA_HOME=$WORK_DIR/java WEFT_JAVA_OPTS="-Dspark.executorEnv.JAVA_HOME=$WORK_DIR/java ${WEFT_JAVA_OPTS:-}" \
    "$WEFT_ROOT/weft" pretrain "${options[@]}" --set "run.dir=file://$WORK_DIR/run/$residency" --set "cluster.residency=$residency" \
    >"$log" 2>&1 &
  driver=$!
  bench_stop_on_exit "$driver"
  while kill -0 "$driver" 2>/dev/null; do
    if [ -z "$worker" ]; then
      server=$(sed -n 's/.*server 0 (executor \([0-9]*\).*/\1/p' "$log" | head -n 1)
      [ -z "$server" ] || {
        worker=$((1 - server))
        echo $((LIMIT * 1000000)) >"$group/executor-$worker/$limit"
        pid=$(head -n 1 "$group/executor-$worker/cgroup.procs")
      }
    else
      now=$(bench_status "$pid" VmHWM)
      [ -z "$now" ] || most=$now
    fi
    sleep 0.2
    # Spark would start another worker, and the kernel end it as well.
    [ -z "$pid" ] || kill -0 "$pid" 2>/dev/null || grep -q '"step"' "$log" || { status=killed && kill "$driver" 2>/dev/null; break; }
  done
  wait "$driver" || [ "$status" = killed ] || status=$?
  echo "$residency: $([ "$status" = 0 ] && echo "trained, $(grep -o '"loss":[0-9.]*' "$log" | tail -n 1)" ||
    echo "ended before its last step ($status)"), resident at most $most MB, of the cgroup $(($(cat "$group/executor-$worker/$peak") / 1000000)) MB"
}

"$WEFT_ROOT/weft" prepare "${options[@]}" --set "run.dir=file://$WORK_DIR/run/streamed" >>"$WORK_DIR/weft.log" 2>&1 ||
  weft_fail 1 "./weft prepare failed" "run with WORK_DIR set and see weft.log there"
for residency in $RESIDENCIES; do
  echo "$residency: plan says $(($(planned "$residency") / 1000000)) MB of a worker; it may have $LIMIT"
  train "$residency"
  sleep 1
  rmdir "$group"/executor-* 2>/dev/null || true
done
