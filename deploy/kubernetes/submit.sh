#!/usr/bin/env bash
# Runs a Weft command on Kubernetes, with your SPARK_HOME or the distribution's own Spark:
#   deploy/kubernetes/submit.sh pretrain --config /etc/weft/run/run.yaml --resume
#   WEFT_K8S_MASTER            k8s://https://host:port; in a pod the cluster's own
#   WEFT_IMAGE                 what Dockerfile makes
#   WEFT_NAMESPACE=default
#   WEFT_DEPLOY_MODE=cluster   the driver is a pod that Spark starts; the script ends when it does, or at once with
#                              WEFT_WAIT=false. client: the driver is this process, in the pod WEFT_POD_NAME at
#                              WEFT_POD_IP (pretrain/job.yaml)
#   WEFT_EXECUTORS=3 WEFT_EXECUTOR_CORES=1   a worker or a server shard takes one core
#   WEFT_EXECUTOR_MEMORY=1g    heap; what libtorch needs beside it Weft reckons from the model, unless you set
#                              WEFT_EXECUTOR_OVERHEAD
#   WEFT_EXECUTOR_GPUS=        nvidia.com/gpu of one executor
#   WEFT_DRIVER_MEMORY=2g
#   WEFT_DRIVER_TEMPLATE, WEFT_EXECUTOR_TEMPLATE   pod templates; base/driver.yaml and base/executor.yaml
#   WEFT_OPENBLAS_CORETYPE=    such as Haswell: the same kernels, and so the same bits, on nodes of different processors
#   WEFT_BLAS=                 another library of matrix products than OpenBLAS, such as MKL's libmkl_rt.so.2: the same file on every node
#   WEFT_SUBMIT_OPTIONS=       more options for spark-submit, split at spaces
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../standalone/settings.sh"
here=$WEFT_ROOT/deploy/kubernetes
mode=${WEFT_DEPLOY_MODE:-cluster}
hint="the first lines of $0 list what it needs"
[ -n "${WEFT_IMAGE:-}" ] || weft_fail 1 "WEFT_IMAGE is not set" "$hint"
case $mode in
  cluster)
    [ -n "${WEFT_K8S_MASTER:-}" ] || weft_fail 1 "WEFT_K8S_MASTER is not set" "$hint" ;;
  client)
    [ -n "${WEFT_POD_NAME:-}" ] && [ -n "${WEFT_POD_IP:-}" ] ||
      weft_fail 1 "WEFT_DEPLOY_MODE=client without WEFT_POD_NAME and WEFT_POD_IP" \
        "it is for a driver inside a pod, as in pretrain/job.yaml; from outside use cluster"
    export SPARK_LOCAL_IP=$WEFT_POD_IP SPARK_LOCAL_HOSTNAME=$WEFT_POD_IP ;;
  *) weft_fail 1 "WEFT_DEPLOY_MODE=$mode is neither cluster nor client" "$hint" ;;
esac
weft_find_standalone
if [ "$mode" = cluster ]; then weft_native_environment elsewhere; else weft_native_environment; fi

# Where the image has Weft, and where its pods unpack libraries. Executors run the image that this driver runs, or will.
home=/opt/weft natives=/var/cache/weft
if [ "$mode" = client ]; then
  home=$WEFT_DIST natives=${DJL_CACHE_DIR:-$natives}
fi
app=local://$home/lib/$(basename "$WEFT_DIST"/lib/weft-trainer-*.jar)
native=(-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0
  "-Dorg.bytedeco.javacpp.cachedir=$natives")
driver=("${native[@]}" "-Dweft.home=$home")
options=(--master "${WEFT_K8S_MASTER:-k8s://https://kubernetes.default.svc}" --deploy-mode "$mode"
  --name "weft-${1:-run}" --class "${WEFT_MAIN_CLASS:-org.weft.trainer.Main}" --executor-cores "${WEFT_EXECUTOR_CORES:-1}"
  --executor-memory "${WEFT_EXECUTOR_MEMORY:-1g}"
  --conf "spark.executor.instances=${WEFT_EXECUTORS:-3}"
  --conf spark.executor.maxNumFailures=2147483647 # the coordinator decides when enough is enough
  --conf "spark.kubernetes.namespace=${WEFT_NAMESPACE:-default}"
  --conf "spark.kubernetes.container.image=$WEFT_IMAGE"
  --conf spark.kubernetes.authenticate.driver.serviceAccountName=weft-driver
  --conf spark.kubernetes.authenticate.executor.serviceAccountName=weft-executor
  --conf "spark.kubernetes.executor.podTemplateFile=${WEFT_EXECUTOR_TEMPLATE:-$here/base/executor.yaml}"
  --conf "spark.executor.extraClassPath=$home/lib/*"
  --conf "spark.executor.extraJavaOptions=${native[*]}")
if [ -n "${WEFT_EXECUTOR_OVERHEAD:-}" ]; then
  options+=(--conf "spark.executor.memoryOverhead=$WEFT_EXECUTOR_OVERHEAD")
fi
if [ -n "${WEFT_EXECUTOR_GPUS:-}" ]; then
  options+=(--conf "spark.executor.resource.gpu.amount=$WEFT_EXECUTOR_GPUS"
    --conf spark.executor.resource.gpu.vendor=nvidia.com
    --conf "spark.executor.resource.gpu.discoveryScript=$home/deploy/standalone/gpus.sh")
fi
if [ "$mode" = cluster ]; then
  options+=(--driver-memory "${WEFT_DRIVER_MEMORY:-2g}"
    --conf "spark.kubernetes.driver.podTemplateFile=${WEFT_DRIVER_TEMPLATE:-$here/base/driver.yaml}"
    --conf "spark.driver.extraClassPath=$home/lib/*"
    --conf "spark.driver.extraJavaOptions=${driver[*]}"
    --conf "spark.kubernetes.submission.waitAppCompletion=${WEFT_WAIT:-true}")
  while read -r setting; do
    options+=(--conf "spark.kubernetes.driverEnv.$setting")
  done < <(weft_kernel_settings)
else
  # Executors' pods belong to this one and go with it.
  options+=(--conf "spark.driver.host=$WEFT_POD_IP" --conf "spark.driver.bindAddress=$WEFT_POD_IP"
    --conf "spark.kubernetes.driver.pod.name=$WEFT_POD_NAME")
fi
# shellcheck disable=SC2206 # split on purpose
options+=(${WEFT_SUBMIT_OPTIONS:-})

if $WEFT_OWN_SPARK; then
  # shellcheck disable=SC2086 # WEFT_JAVA_OPTS is split on purpose
  exec "$JAVA" "${WEFT_JDK_OPTIONS[@]}" "-Xmx${WEFT_DRIVER_MEMORY:-2g}" "${driver[@]}" ${WEFT_JAVA_OPTS:-} \
    -cp "$SPARK_CONF_DIR${HADOOP_CONF_DIR:+:$HADOOP_CONF_DIR}:$WEFT_DIST/lib/*:$SPARK_HOME/jars/*" \
    org.apache.spark.deploy.SparkSubmit "${options[@]}" "$app" "$@"
fi
if [ "$mode" = client ]; then
  options+=(--driver-memory "${WEFT_DRIVER_MEMORY:-2g}" --driver-class-path "$WEFT_DIST/lib/*"
    --driver-java-options "${driver[*]} ${WEFT_JAVA_OPTS:-}")
fi
exec "$SPARK_HOME/bin/spark-submit" "${options[@]}" "$app" "$@"
