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
#   SPARK_HOME                  your Spark 3.5 (Scala 2.12); the one that Weft brings where it is not set
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

workers=${WEFT_WORKERS:-2}
gpus=${WEFT_WORKER_GPUS:-0}
read -ra hosts <<<"${WEFT_WORKER_HOSTS:-}"
read -ra namespaces <<<"${WEFT_WORKER_NAMESPACES:-}"
weft_find_spark
trap '[ $? -eq 0 ] || { stop_daemons $(daemon_names worker-) master >&2; }' EXIT

# run_class NAME CLASS OPTIONS -- ARGUMENTS: OPTIONS are for Java; in the network namespace of that name, if it is set
run_class() {
  local name=$1 class=$2
  shift 2
  local before=()
  if [ -n "${namespace:-}" ]; then
    before=(ip netns exec "$namespace")
  fi
  local options=("-Dweft.daemons=$DAEMONS_DIR" "-Dlog4j2.configurationFile=$WEFT_ROOT/deploy/standalone/log4j2.properties")
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  if $WEFT_OWN_SPARK; then
    start_daemon "$name" ${before[@]+"${before[@]}"} "$JAVA" "${WEFT_JDK_OPTIONS[@]}" -Xmx256m "${options[@]}" \
      -cp "$SPARK_CONF_DIR:$SPARK_HOME/jars/*" "$class" "$@"
  else
    SPARK_DAEMON_MEMORY=256m SPARK_DAEMON_JAVA_OPTS="${SPARK_DAEMON_JAVA_OPTS:-} ${options[*]}" \
      start_daemon "$name" ${before[@]+"${before[@]}"} "$SPARK_HOME/bin/spark-class" "$class" "$@"
  fi
}

# gpu_script NUMBER: writes the discovery script of one Worker; Spark does not divide a machine's GPUs among Workers
gpu_script() {
  local script=$WEFT_CLUSTER_DIR/worker-$1-gpus.sh
  {
    echo '#!/bin/sh'
    echo "export WEFT_FAKE_GPUS='${WEFT_FAKE_GPUS:-}' WEFT_GPU_FIRST=$((($1 - 1) * gpus)) WEFT_GPU_COUNT=$gpus"
    echo "exec '$WEFT_ROOT/deploy/standalone/gpus.sh'"
  } >"$script"
  chmod +x "$script"
  "$script" >/dev/null || weft_fail 4 "Worker $1 cannot have $gpus GPUs" "lower WEFT_WORKER_GPUS or WEFT_WORKERS"
  echo "$script"
}

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
  options=()
  if [ "$gpus" -gt 0 ]; then
    script=$(gpu_script "$number")
    options=("-Dspark.worker.resource.gpu.amount=$gpus" "-Dspark.worker.resource.gpu.discoveryScript=$script")
  fi
  host=${hosts[number - 1]:-$WEFT_CLUSTER_HOST}
  if [ "${#hosts[@]}" -gt 0 ]; then
    export SPARK_LOCAL_IP=$host SPARK_LOCAL_HOSTNAME=$host
  fi
  namespace=${namespaces[number - 1]:-}
  run_class "worker-$number" org.apache.spark.deploy.worker.Worker ${options[@]+"${options[@]}"} -- \
    --host "$host" --webui-port $((${WEFT_WORKER_UI_PORT:-8081} + number - 1)) \
    --cores "${WEFT_WORKER_CORES:-2}" --memory "${WEFT_WORKER_MEMORY:-2g}" \
    --work-dir "$WEFT_CLUSTER_DIR/work-$number" "$WEFT_MASTER"
done
for number in $(seq 1 "$workers"); do
  await_daemon "worker-$number" 'Successfully registered with master'
done
echo "$WEFT_MASTER is up: $workers Workers of ${WEFT_WORKER_CORES:-2} cores, ${WEFT_WORKER_MEMORY:-2g}, $gpus GPUs"
echo "logs: $WEFT_CLUSTER_DIR"
