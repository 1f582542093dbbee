#!/usr/bin/env bash
# Runs a Weft command on YARN with your own Spark 3.5 (Scala 2.12): deploy/yarn/submit.sh pretrain --config run.yaml
#   SPARK_HOME, HADOOP_CONF_DIR   both needed: Weft's own Spark has no YARN module
#   WEFT_DEPLOY_MODE=client       or cluster: then the configuration file is sent along, under its bare name
#   WEFT_EXECUTORS=4 WEFT_EXECUTOR_CORES=1 WEFT_EXECUTOR_MEMORY=1g WEFT_EXECUTOR_OVERHEAD=3g WEFT_EXECUTOR_GPUS=
#   WEFT_SUBMIT_OPTIONS=          more options for spark-submit, split at spaces
set -euo pipefail
WEFT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$WEFT_ROOT/deploy/environment.sh"
weft_find_java
weft_build

[ -x "${SPARK_HOME:-}/bin/spark-submit" ] ||
  weft_fail 1 "SPARK_HOME=${SPARK_HOME:-} has no bin/spark-submit" "set it to a Spark 3.5 with YARN, built for Scala 2.12"
[ -d "${HADOOP_CONF_DIR:-}" ] ||
  weft_fail 1 "HADOOP_CONF_DIR=${HADOOP_CONF_DIR:-} is no folder" "set it to the folder of yarn-site.xml and core-site.xml"

# On YARN each file becomes a local one of every container: {{PWD}} is the container's own folder.
app=$(ls "$WEFT_DIST"/lib/weft-trainer-*.jar)
options=(--master yarn --deploy-mode "${WEFT_DEPLOY_MODE:-client}" --class org.weft.trainer.Main
  --num-executors "${WEFT_EXECUTORS:-4}" --executor-cores "${WEFT_EXECUTOR_CORES:-1}"
  --executor-memory "${WEFT_EXECUTOR_MEMORY:-1g}"
  --conf "spark.executor.memoryOverhead=${WEFT_EXECUTOR_OVERHEAD:-3g}"
  --conf "spark.executorEnv.HOME={{PWD}}"
  --jars "$(ls "$WEFT_DIST"/lib/*.jar | grep -vxF "$app" | paste -sd, -)")
if [ -n "${WEFT_EXECUTOR_GPUS:-}" ]; then
  options+=(--conf "spark.executor.resource.gpu.amount=$WEFT_EXECUTOR_GPUS"
    --files "$WEFT_ROOT/deploy/standalone/gpus.sh"
    --conf "spark.executor.resource.gpu.discoveryScript=./gpus.sh")
fi
# shellcheck disable=SC2206 # split on purpose
options+=(${WEFT_SUBMIT_OPTIONS:-})
exec "$SPARK_HOME/bin/spark-submit" "${options[@]}" "$app" "$@"
