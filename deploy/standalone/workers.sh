# Sourced by start.sh and worker.sh: how a Worker is started.

# Executors compute with the kernels that the driver chooses, whatever this shell exports.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE WEFT_BLAS MKL_CBWR

gpus=${WEFT_WORKER_GPUS:-0}
read -ra hosts <<<"${WEFT_WORKER_HOSTS:-}"
read -ra namespaces <<<"${WEFT_WORKER_NAMESPACES:-}"

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

# start_worker NUMBER
start_worker() {
  local number=$1 options script host namespace
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
}
