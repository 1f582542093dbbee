#!/usr/bin/env bash
# Runs a Weft command under spark-submit on a standalone cluster:
#   deploy/standalone/submit.sh pretrain --config run.yaml --set …
#   WEFT_MASTER              spark://host:port; else WEFT_CLUSTER_HOST and WEFT_MASTER_PORT as for start.sh
#   WEFT_EXECUTOR_CORES=1 WEFT_EXECUTOR_MEMORY=1g   one executor; a worker or a server shard takes one core
#   WEFT_EXECUTOR_GPUS=      GPUs of one executor, on a cluster that has the resource
#   WEFT_SHIP_JARS=auto      true: Spark sends lib/*.jar (130 MB) to every executor's work folder: nothing need be
#                            installed on the machines, but Spark's own older copies of a library come first.
#                            false: executors read lib/ where it stands, which each machine must have at this path.
#                            auto: false where the master is this machine, true elsewhere
#   WEFT_SUBMIT_OPTIONS=     more options for spark-submit, split at spaces
#   SPARK_HOME               its bin/spark-submit is used where it is set
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
weft_find_standalone
weft_native_environment

ship=${WEFT_SHIP_JARS:-auto}
if [ "$ship" = auto ]; then
  case $WEFT_MASTER in
    spark://127.* | spark://localhost:*) ship=false ;;
    *) ship=true ;;
  esac
fi
app=$(ls "$WEFT_DIST"/lib/weft-trainer-*.jar)
options=(--master "$WEFT_MASTER" --deploy-mode client --class "${WEFT_MAIN_CLASS:-org.weft.trainer.Main}"
  --executor-cores "${WEFT_EXECUTOR_CORES:-1}" --executor-memory "${WEFT_EXECUTOR_MEMORY:-1g}")
if [ "$ship" = true ]; then
  options+=(--jars "$(ls "$WEFT_DIST"/lib/*.jar | grep -vxF "$app" | paste -sd, -)")
else
  options+=(--conf "spark.executor.extraClassPath=$WEFT_DIST/lib/*")
fi
if [ -n "${WEFT_EXECUTOR_GPUS:-}" ]; then
  options+=(--conf "spark.executor.resource.gpu.amount=$WEFT_EXECUTOR_GPUS")
fi
# shellcheck disable=SC2206 # split on purpose
options+=(${WEFT_SUBMIT_OPTIONS:-})

driver=(-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 "-Dweft.home=$WEFT_DIST")
if $WEFT_OWN_SPARK; then
  # shellcheck disable=SC2086 # WEFT_JAVA_OPTS is split on purpose
  exec "$JAVA" "${WEFT_JDK_OPTIONS[@]}" "-Xmx${WEFT_DRIVER_MEMORY:-2g}" "${driver[@]}" ${WEFT_JAVA_OPTS:-} \
    -cp "$SPARK_CONF_DIR${HADOOP_CONF_DIR:+:$HADOOP_CONF_DIR}:$WEFT_DIST/lib/*:$SPARK_HOME/jars/*" \
    org.apache.spark.deploy.SparkSubmit "${options[@]}" "$app" "$@"
fi
exec "$SPARK_HOME/bin/spark-submit" --driver-memory "${WEFT_DRIVER_MEMORY:-2g}" \
  --driver-java-options "${driver[*]} ${WEFT_JAVA_OPTS:-}" --driver-class-path "$WEFT_DIST/lib/*" \
  "${options[@]}" "$app" "$@"
