#!/usr/bin/env bash
# Runs a Weft command on Kubernetes with your own Spark 3.5 (Scala 2.12), driver in the cluster:
#   deploy/kubernetes/submit.sh pretrain --config /opt/weft/conf/run.yaml
#   SPARK_HOME                 has bin/spark-submit and the Kubernetes module
#   WEFT_K8S_MASTER            k8s://https://host:port
#   WEFT_IMAGE                 an image with Spark 3.5, JDK 17 and an unpacked weft-<version>.tar.gz in /opt/weft
#   WEFT_NAMESPACE=default WEFT_SERVICE_ACCOUNT=spark
#   WEFT_EXECUTORS=4 WEFT_EXECUTOR_CORES=1 WEFT_EXECUTOR_MEMORY=1g WEFT_EXECUTOR_OVERHEAD=3g WEFT_EXECUTOR_GPUS=
#   WEFT_SUBMIT_OPTIONS=       more options for spark-submit, split at spaces
set -euo pipefail
fail() {
  echo "weft: $1" >&2
  echo "hint: the first lines of $0 list what it needs" >&2
  exit 1
}
[ -x "${SPARK_HOME:-}/bin/spark-submit" ] || fail "SPARK_HOME=${SPARK_HOME:-} has no bin/spark-submit"
[ -n "${WEFT_K8S_MASTER:-}" ] || fail "WEFT_K8S_MASTER is not set"
[ -n "${WEFT_IMAGE:-}" ] || fail "WEFT_IMAGE is not set"
version=${WEFT_VERSION:-0.1.0}

options=(--master "$WEFT_K8S_MASTER" --deploy-mode cluster --name weft --class org.weft.trainer.Main
  --conf "spark.executor.instances=${WEFT_EXECUTORS:-4}" --executor-cores "${WEFT_EXECUTOR_CORES:-1}"
  --executor-memory "${WEFT_EXECUTOR_MEMORY:-1g}"
  --conf "spark.executor.memoryOverhead=${WEFT_EXECUTOR_OVERHEAD:-3g}"
  --conf "spark.kubernetes.namespace=${WEFT_NAMESPACE:-default}"
  --conf "spark.kubernetes.authenticate.driver.serviceAccountName=${WEFT_SERVICE_ACCOUNT:-spark}"
  --conf "spark.kubernetes.container.image=$WEFT_IMAGE"
  --conf "spark.driver.extraClassPath=/opt/weft/lib/*" --conf "spark.executor.extraClassPath=/opt/weft/lib/*"
  --conf "spark.driver.extraJavaOptions=-Dweft.home=/opt/weft")
if [ -n "${WEFT_EXECUTOR_GPUS:-}" ]; then
  options+=(--conf "spark.executor.resource.gpu.amount=$WEFT_EXECUTOR_GPUS"
    --conf "spark.executor.resource.gpu.vendor=nvidia.com"
    --conf "spark.executor.resource.gpu.discoveryScript=/opt/weft/deploy/standalone/gpus.sh")
fi
# shellcheck disable=SC2206 # split on purpose
options+=(${WEFT_SUBMIT_OPTIONS:-})
exec "$SPARK_HOME/bin/spark-submit" "${options[@]}" "local:///opt/weft/lib/weft-trainer-$version.jar" "$@"
