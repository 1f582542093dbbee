#!/usr/bin/env bash
# Starts a Spark standalone cluster on this machine: one Master, some Workers, as daemons. stop.sh ends them.
#   WEFT_WORKERS=2              Workers
#   WEFT_WORKER_CORES=2         cores of each
#   WEFT_WORKER_MEMORY=2g       memory of each, for executors
#   WEFT_WORKER_GPUS=0          GPUs of each; Worker 1 takes the first ones that gpus.sh lists, Worker 2 the next
#   WEFT_FAKE_GPUS=             a list such as 0,1,2,3: what gpus.sh lists, for trying it out without a GPU
#   WEFT_CLUSTER_HOST=127.0.0.1 the address to listen on
#   WEFT_WORKER_HOSTS=          addresses of the Workers, one for each, where they are not the Master's
#   WEFT_WORKER_NAMESPACES=     network namespaces to run the Workers in, one for each (needs root and iproute2)
#   WEFT_MASTER_PORT=7077 WEFT_MASTER_UI_PORT=8080 WEFT_WORKER_UI_PORT=8081
#   WEFT_CLUSTER_DIR            pid files, logs and work folders ($TMPDIR/weft-standalone-<uid>)
#   SPARK_HOME                  your Spark, 3.5 or 4; the one that Weft brings where it is not set
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$WEFT_ROOT/deploy/standalone/workers.sh"

workers=${WEFT_WORKERS:-2}
weft_find_standalone
trap '[ $? -eq 0 ] || { stop_daemons $(daemon_names worker-) master >&2; }' EXIT

mkdir -p "$WEFT_CLUSTER_DIR"
for name in master $(daemon_names worker-); do
  if is_daemon "$name"; then
    trap - EXIT
    weft_fail 1 "a cluster runs already: $name in $WEFT_CLUSTER_DIR" "deploy/standalone/stop.sh ends it"
  fi
done
run_class master org.apache.spark.deploy.master.Master -- \
  --host "$WEFT_CLUSTER_HOST" --port "$WEFT_MASTER_PORT" --webui-port "${WEFT_MASTER_UI_PORT:-8080}"
await_daemon master 'I have been elected leader'
if ! grep -qF "Starting Spark master at $WEFT_MASTER" "$WEFT_CLUSTER_DIR/master.log"; then
  weft_fail 1 "port $WEFT_MASTER_PORT is taken" "set WEFT_MASTER_PORT, for start.sh and submit.sh"
fi
for number in $(seq 1 "$workers"); do
  start_worker "$number"
done
for number in $(seq 1 "$workers"); do
  await_daemon "worker-$number" 'Successfully registered with master'
done
echo "$WEFT_MASTER is up: $workers Workers of ${WEFT_WORKER_CORES:-2} cores, ${WEFT_WORKER_MEMORY:-2g}, ${WEFT_WORKER_GPUS:-0} GPUs"
echo "logs: $WEFT_CLUSTER_DIR"
