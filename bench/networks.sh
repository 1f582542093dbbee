#!/usr/bin/env bash
# Ways of keeping step on networks of given rates: Spark Workers of a real standalone cluster, each in a network namespace of its own
# whose link carries RATE each way (tc tbf), WORKERS of them for workers and one for the server; each mode beside plain bsp in the
# same call. Says of each run: seconds and bytes of a step, how long workers waited, the last validation loss, the parameters' hash.
#   bench/networks.sh ['NAME KEY=VALUE…' …]      (plain, delay, int8, int4, local)
# Environment: RATES "100mbit 1gbit", WORKERS 4, STEPS 60, KEYS (more of them, for every run), CORPUS (text in place of made-up
# lines), WORK_DIR as in compare.sh. Needs root, iproute2 and a kernel with tbf.
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
RATES=${RATES:-100mbit 1gbit} WORKERS=${WORKERS:-4} STEPS=${STEPS:-60}
# shellcheck source=deploy/environment.sh
weft_build
bench_work_dir
if [ $# -eq 0 ]; then
  set -- plain 'delay sync.delay=1' 'int8 sync.gradients=int8' 'int4 sync.gradients=int4' \
    'local sync.mode=local sync.steps=20'
fi
NET=10.77.0 BRIDGE=weftbench
NODES=$((WORKERS + 1))

# unlink_nodes: takes the bridge and the namespaces away
unlink_nodes() {
  local node
  for node in $(seq 1 "$NODES"); do
    ip netns del "weftbench$node" 2>/dev/null || true
  done
  ip link del "$BRIDGE" 2>/dev/null || true
}

# link_nodes: a bridge with the driver's address, and a namespace a node
link_nodes() {
  local node
  ip link add "$BRIDGE" type bridge
  ip addr add "$NET.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  for node in $(seq 1 "$NODES"); do
    ip netns add "weftbench$node"
    ip link add "weftbench$node" type veth peer name eth0 netns "weftbench$node"
    ip link set "weftbench$node" master "$BRIDGE" up
    ip -n "weftbench$node" addr add "$NET.$((node + 1))/24" dev eth0
    ip -n "weftbench$node" link set eth0 up
    ip -n "weftbench$node" link set lo up
  done
}

# shape_nodes RATE: what each node's link carries each way
shape_nodes() {
  local node
  for node in $(seq 1 "$NODES"); do
    tc qdisc replace dev "weftbench$node" root tbf rate "$1" burst 256kb latency 100ms
    ip netns exec "weftbench$node" tc qdisc replace dev eth0 root tbf rate "$1" burst 256kb latency 100ms
  done
}

trap "unlink_nodes; $(trap -p EXIT | sed "s/^trap -- '\(.*\)' EXIT$/\1/")" EXIT
unlink_nodes
link_nodes

export WEFT_CLUSTER_DIR=$WORK_DIR/cluster WEFT_CLUSTER_HOST=$NET.1 WEFT_WORKERS=$NODES WEFT_WORKER_CORES=1
export WEFT_WORKER_MEMORY=${WEFT_WORKER_MEMORY:-1500m} WEFT_MASTER_PORT=${WEFT_MASTER_PORT:-7177}
export WEFT_MASTER_UI_PORT=${WEFT_MASTER_UI_PORT:-8180} WEFT_WORKER_UI_PORT=${WEFT_WORKER_UI_PORT:-8281}
WEFT_WORKER_HOSTS=$(for node in $(seq 1 "$NODES"); do echo "$NET.$((node + 1))"; done | xargs)
WEFT_WORKER_NAMESPACES=$(for node in $(seq 1 "$NODES"); do echo "weftbench$node"; done | xargs)
export WEFT_WORKER_HOSTS WEFT_WORKER_NAMESPACES SPARK_LOCAL_IP=$NET.1

text=${CORPUS:-$WORK_DIR/text.txt}
[ -n "${CORPUS:-}" ] || awk -v megabytes=2 -v seed=1 -f "$BENCH/text.awk" >"$text"
options=(--config "$WEFT_ROOT/conf/tiny.yaml" --set "corpus.input=[file://$text]" --set tokenizer.vocab_size=4096
  --set model.width=384 --set model.layers=6 --set model.heads=6 --set model.context=128 --set "training.lanes=$WORKERS"
  --set "training.global_batch=$((2 * WORKERS))" --set training.micro_batch=2 --set "training.steps=$STEPS"
  --set "training.eval_every=$STEPS" --set training.eval_batches=20 --set "checkpoint.every=$STEPS"
  --set "cluster.workers=$WORKERS" --set cluster.servers=1 --set cluster.executor_memory=900m)
for key in ${KEYS:-}; do
  options+=(--set "$key")
done
"$WEFT_ROOT/weft" prepare "${options[@]}" --set "run.dir=file://$WORK_DIR/base" --set "cluster.master=local[2]" \
  >"$WORK_DIR/prepare.log" 2>&1

# figures LOG_OF_STEPS: means of a step after the first fifth: time, bytes, what was waited. Means, for late gradients make steps in pairs.
figures() {
  grep '"loss":' "$1" | awk -v steps="$STEPS" '
    function number(key,   at) { at = match($0, "\"" key "\":[-0-9.eE+]*"); return at ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0 : 0 }
    { step = number("step"); took = step - last; last = step
      if (step > steps / 5) { n += took; time += number("step_millis"); up += number("push_bytes"); down += number("pull_bytes"); waited += number("wait_millis") } }
    END { if (n) print time / 1000 / n, up / n, down / n, waited / n }'
}

echo "| rate | mode | s a step | MB up | MB down | ms waited | val_loss | hash |"
echo "|---|---|---|---|---|---|---|---|"
status=0
for rate in $RATES; do
  shape_nodes "$rate"
  "$WEFT_ROOT/deploy/standalone/start.sh" >"$WORK_DIR/start.log"
  for mode in "$@"; do
    read -ra words <<<"$mode"
    name=${words[0]}
    keys=()
    for key in "${words[@]:1}"; do
      keys+=(--set "$key")
    done
    run=$WORK_DIR/runs/$rate-$name
    rm -rf "$run"
    mkdir -p "$run"
    cp -r "$WORK_DIR/base/corpus" "$run/"
    if WEFT_JAVA_OPTS="-Dspark.executor.cores=1" "$WEFT_ROOT/weft" pretrain "${options[@]}" "${keys[@]}" \
      --set "run.dir=file://$run" --set "cluster.master=spark://$NET.1:$WEFT_MASTER_PORT" >"$run.log" 2>&1; then
      read -r seconds up down waited <<<"$(figures "$run/metrics.jsonl")"
      loss=$(grep -o '"val_loss":[0-9.]*' "$run.log" | tail -n 1 | cut -d: -f2)
      hash=$(grep -o '"params_sha256":"[0-9a-f]*' "$run.log" | tail -n 1 | cut -d'"' -f4)
      printf '| %s | %s | %.3f | %.2f | %.2f | %.0f | %.4f | %.8s |\n' "$rate" "$name" "$seconds" \
        "$(awk "BEGIN { print $up / 1e6 }")" "$(awk "BEGIN { print $down / 1e6 }")" "$waited" "$loss" "$hash"
    else
      echo "| $rate | $name | failed: see $run.log | | | | | |"
      status=1
    fi
  done
  "$WEFT_ROOT/deploy/standalone/stop.sh" >/dev/null
done
exit $status
