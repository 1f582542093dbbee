#!/usr/bin/env bash
# Workers 2 -> 4 -> 1 -> 3 during a run: Spark Workers of a real standalone cluster, one slot each, are started and killed
# (with their executors) while the run goes on; the bits are compared with those of a run in one process.
#   bench/elastic.sh
# Environment: STEPS 400, WORK_DIR as in compare.sh
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
STEPS=${STEPS:-400}
bench_work_dir
export WEFT_CLUSTER_DIR=$WORK_DIR/cluster WEFT_WORKERS=4 WEFT_WORKER_CORES=1 WEFT_WORKER_MEMORY=1g
export WEFT_MASTER_PORT=${WEFT_MASTER_PORT:-7177} WEFT_MASTER_UI_PORT=${WEFT_MASTER_UI_PORT:-8180}
export WEFT_WORKER_UI_PORT=${WEFT_WORKER_UI_PORT:-8281}
awk -v megabytes=1 -v seed=1 -f "$BENCH/text.awk" >"$WORK_DIR/text.txt"
options=(--config "$WEFT_ROOT/conf/tiny.yaml" --set "corpus.input=[file://$WORK_DIR/text.txt]" --set training.lanes=8
  --set training.micro_batch=1 --set "training.steps=$STEPS" --set training.eval_every=0 --set model.width=256
  --set model.layers=4 --set tokenizer.vocab_size=512 --set cluster.lease_seconds=5 --set cluster.workers=2
  --set cluster.servers=2 --set cluster.max_workers=4 --set cluster.executor_memory=600m)

# hash_of LOG: params_sha256 of a command's closing object
hash_of() {
  grep -o '"params_sha256":"[0-9a-f]*"' "$1"
}

one=(--set "run.dir=file://$WORK_DIR/one" --set "cluster.master=local[8]")
"$WEFT_ROOT/weft" prepare "${options[@]}" "${one[@]}" >"$WORK_DIR/prepare.log" 2>&1
"$WEFT_ROOT/weft" pretrain "${options[@]}" "${one[@]}" >"$WORK_DIR/one.log" 2>&1
mkdir -p "$WORK_DIR/many"
cp -r "$WORK_DIR/one/corpus" "$WORK_DIR/many/"

"$WEFT_ROOT/deploy/standalone/start.sh"
stop_cluster() {
  "$WEFT_ROOT/deploy/standalone/stop.sh"
}
# shellcheck disable=SC2064 # the trap of now
trap "stop_cluster; $(trap -p EXIT | sed "s/^trap -- '\(.*\)' EXIT$/\1/")" EXIT
log=$WORK_DIR/many.log
WEFT_JAVA_OPTS="-Dspark.executor.cores=1" "$WEFT_ROOT/weft" pretrain "${options[@]}" \
  --set "run.dir=file://$WORK_DIR/many" --set "cluster.master=spark://127.0.0.1:$WEFT_MASTER_PORT" >"$log" 2>&1 &
driver=$!
bench_stop_on_exit "$driver"

# steps_done: the last step that the run has shown; await_steps STEP: until it has shown that one
steps_done() {
  grep -o 'step [0-9]*/' "$log" | tail -n 1 | tr -dc 0-9 || true
}
await_steps() {
  local from=${1:-0}
  until [ "$(steps_done)" -ge "$from" ] 2>/dev/null; do
    kill -0 "$driver" 2>/dev/null || weft_fail 1 "the run ended early" "see $log"
    sleep 0.5
  done
}

# kill_worker_of MEMBER: the Spark Worker whose executor holds it, and that executor
kill_worker_of() {
  local executor daemon pid
  executor=$(grep -o "$1 (executor [0-9]*, host [^)]*) joined" "$log" | tail -n 1 | grep -o 'executor [0-9]*' | tr -dc 0-9)
  for pid in $(pgrep -f "CoarseGrainedExecutorBackend.*--executor-id $executor "); do
    case $(readlink "/proc/$pid/cwd") in "$WEFT_CLUSTER_DIR"/*) ;; *) continue ;; esac
    daemon=$(ps -o ppid= -p "$pid" | tr -d ' ')
    kill -9 "$daemon" "$pid"
    echo "step $(steps_done): killed $1 (executor $executor) and its Spark Worker"
  done
}

await_steps $((STEPS / 8))
echo "step $(steps_done): 2 workers; two more Spark Workers are started"
"$WEFT_ROOT/deploy/standalone/worker.sh" 5
"$WEFT_ROOT/deploy/standalone/worker.sh" 6
until grep -q 'worker 2 .*joined' "$log" && grep -q 'worker 3 .*joined' "$log"; do sleep 0.5; done
await_steps $(($(steps_done) + STEPS / 8))
for worker in 1 2 3; do
  kill_worker_of "worker $worker"
done
await_steps $(($(steps_done) + STEPS / 8))
echo "step $(steps_done): 1 worker; two Spark Workers are started"
"$WEFT_ROOT/deploy/standalone/worker.sh" 7
"$WEFT_ROOT/deploy/standalone/worker.sh" 8
wait "$driver" || weft_fail 1 "./weft pretrain failed" "see $log"

# How many workers took part in the steps, from metrics.jsonl.
awk '/"loss"/ { delete seen; n = 0; line = $0
    while (match(line, /"worker":[0-9]+/)) { id = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
      if (!(id in seen)) { seen[id] = 1; n++ } }
    step++; if (n != last) { printf "from step %d: %d workers\n", step, n; last = n } }' "$WORK_DIR/many/metrics.jsonl"
echo "one process:  $(hash_of "$WORK_DIR/one.log")"
echo "2, 4, 1, 3:   $(hash_of "$log")"
[ "$(hash_of "$WORK_DIR/one.log")" = "$(hash_of "$log")" ] || weft_fail 1 "the bits differ" "see $log"
