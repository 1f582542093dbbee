#!/usr/bin/env bash
# Runs a Weft command on YARN: deploy/yarn/submit.sh pretrain --config run.yaml --set …
#   HADOOP_CONF_DIR          the folder of yarn-site.xml and core-site.xml; needed
#   WEFT_DEPLOY_MODE=client  the driver runs here. cluster: in a container, and YARN starts it again where it dies;
#                            configuration files are sent along, or are on HDFS: --config hdfs:///user/me/run.yaml
#   WEFT_YARN_JARS=          a folder on HDFS, such as hdfs:///weft: jars are put there once, and no submission of the
#                            same build sends any again. Empty: each submission sends them (130 MB, and 370 MB of Spark)
#   WEFT_EXECUTORS=4 WEFT_EXECUTOR_CORES=1 WEFT_EXECUTOR_MEMORY=1g
#   WEFT_EXECUTOR_OVERHEAD=  what a container has beside the heap, for libtorch; empty: Weft computes it from the model
#   WEFT_DRIVER_MEMORY=2g WEFT_YARN_QUEUE=default
#   WEFT_AM_ATTEMPTS=        times that YARN starts the driver in cluster mode; empty: as often as the cluster allows
#   WEFT_YARN_JAVA_HOME=     a JDK 17's folder on the nodes; empty: what their NodeManagers run by
#   WEFT_EXECUTOR_GPUS=      GPUs of one executor, on a cluster that has the resource yarn.io/gpu
#   WEFT_YARN_OUTCOMES=.weft/submissions   where a driver in cluster mode leaves its last words for this script, below the
#                            home of each on HDFS; absolute (/tmp/weft) where the two are not the same user
#   WEFT_OPENBLAS_CORETYPE=  such as Haswell: the same kernels, and so the same bits, on nodes of different processors
#   WEFT_BLAS=               another library of matrix products than OpenBLAS, such as MKL's libmkl_rt.so.2: the same file on every node
#   WEFT_SUBMIT_OPTIONS=     more options for spark-submit, split at spaces; they go over those above
#   SPARK_HOME               its bin/spark-submit is used where it is set
# Exit status: the command's own, in both modes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
mode=${WEFT_DEPLOY_MODE:-client}
case $mode in
  client | cluster) ;;
  *) weft_fail 2 "WEFT_DEPLOY_MODE=$mode is neither client nor cluster" "leave it out for client" ;;
esac
case $mode:${1:-} in
  # Named here, too, so that nothing is sent first; YarnMaster refuses them wherever they stand among the words.
  cluster:quickstart | cluster:plan | cluster:generate | cluster:fill | cluster:serve | cluster:import | cluster:export | \
    cluster:runs | cluster:watch | cluster:report | cluster:inspect)
    weft_fail 2 "$1 does not run on Spark, so that YARN's cluster mode is not for it" "run it here: ./weft $1" ;;
esac
weft_find_yarn
if [ "$mode" = cluster ]; then weft_native_environment elsewhere; else weft_native_environment; fi

options=(--master yarn --deploy-mode "$mode" --class "${WEFT_MAIN_CLASS:-org.weft.trainer.Main}"
  --queue "${WEFT_YARN_QUEUE:-default}" --driver-memory "${WEFT_DRIVER_MEMORY:-2g}"
  --num-executors "${WEFT_EXECUTORS:-4}" --executor-cores "${WEFT_EXECUTOR_CORES:-1}"
  --executor-memory "${WEFT_EXECUTOR_MEMORY:-1g}"
  # A run's tasks are long: an executor that waits for the first one is not idle, and one that is lost says nothing
  # against its node.
  --conf spark.dynamicAllocation.enabled=false --conf spark.excludeOnFailure.enabled=false
  # A driver that dies now and then in weeks is not one that cannot live.
  --conf spark.yarn.am.attemptFailuresValidityInterval=1h)
if [ -n "${WEFT_EXECUTOR_OVERHEAD:-}" ]; then
  options+=(--conf "spark.executor.memoryOverhead=$WEFT_EXECUTOR_OVERHEAD")
fi
if [ -n "${WEFT_AM_ATTEMPTS:-}" ]; then
  options+=(--conf "spark.yarn.maxAppAttempts=$WEFT_AM_ATTEMPTS")
fi
if [ -n "${WEFT_YARN_JAVA_HOME:-}" ]; then
  options+=(--conf "spark.executorEnv.JAVA_HOME=$WEFT_YARN_JAVA_HOME"
    --conf "spark.yarn.appMasterEnv.JAVA_HOME=$WEFT_YARN_JAVA_HOME")
fi

files=()
if [ -n "${WEFT_EXECUTOR_GPUS:-}" ]; then
  options+=(--conf "spark.executor.resource.gpu.amount=$WEFT_EXECUTOR_GPUS"
    --conf "spark.executor.resource.gpu.discoveryScript=./gpus.sh")
  files+=("$WEFT_ROOT/deploy/standalone/gpus.sh")
fi

# In cluster mode the command reads its files in the container's own folder, under names that cannot meet there.
words=()
config=false
for word in "$@"; do
  case $word in
    --config=*) config=true && file=${word#--config=} ;;
    *) file=$word ;;
  esac
  if $config && [ "$mode" = cluster ] && [[ $file != *://* ]]; then
    [ -f "$file" ] || weft_fail 2 "there is no file $file" "give --config the path of a YAML file, or its URI on HDFS"
    files+=("$(cd "$(dirname "$file")" && pwd -P)/$(basename "$file")#config-${#files[@]}.yaml")
    file=config-$((${#files[@]} - 1)).yaml
    case $word in
      --config=*) word=--config=$file ;;
      *) word=$file ;;
    esac
  fi
  words+=("$word")
  config=false
  [ "$word" = --config ] && config=true
done
if [ ${#files[@]} -gt 0 ]; then
  options+=(--files "$(IFS=, && echo "${files[*]}")")
fi

jars=("$WEFT_DIST"/lib/*.jar)
if [ -n "${WEFT_YARN_JARS:-}" ]; then
  installed=$(weft_install_jars "$WEFT_YARN_JARS")
  jars=("${jars[@]/#*\//$installed/lib/}")
  if $WEFT_OWN_SPARK; then
    options+=(--conf "spark.yarn.archive=$installed/spark.zip")
  fi
fi
options+=(--conf "spark.yarn.dist.jars=$(IFS=, && echo "${jars[*]}")")

driver=(-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0)
if [ "$mode" = client ]; then
  driver+=("-Dweft.home=$WEFT_DIST")
  options+=(--driver-class-path "$WEFT_DIST/lib/*")
else
  driver+=('-Dorg.bytedeco.javacpp.cachedir={{PWD}}/../weft-natives')
  outcome=${WEFT_YARN_OUTCOMES:-.weft/submissions}/$(date -u +%Y%m%dT%H%M%S)-$(hostname)-$$
  options+=(--conf "spark.weft.outcome=$outcome"
    --conf spark.yarn.appMasterEnv.OMP_NUM_THREADS=1 --conf spark.yarn.appMasterEnv.OPENBLAS_NUM_THREADS=1)
  while read -r setting; do
    options+=(--conf "spark.yarn.appMasterEnv.$setting")
  done < <(weft_kernel_settings)
fi
options+=(--driver-java-options "${driver[*]} ${WEFT_JAVA_OPTS:-}")
# shellcheck disable=SC2206 # split on purpose
options+=(${WEFT_SUBMIT_OPTIONS:-})

# All of Weft comes by the class path: there is no jar of the application.
if $WEFT_OWN_SPARK; then
  submit=("$JAVA" "${WEFT_JDK_OPTIONS[@]}")
  if [ "$mode" = client ]; then # SparkSubmit's own process is the driver.
    # shellcheck disable=SC2206 # split on purpose
    submit+=("-Xmx${WEFT_DRIVER_MEMORY:-2g}" "${driver[@]}" ${WEFT_JAVA_OPTS:-})
  else
    # shellcheck disable=SC2206 # split on purpose
    submit+=(${WEFT_JAVA_OPTS:-} -Xmx512m)
  fi
  submit+=(-cp "$SPARK_CONF_DIR:$HADOOP_CONF_DIR:$WEFT_DIST/lib/*:$SPARK_HOME/jars/*"
    org.apache.spark.deploy.SparkSubmit)
else
  submit=("$SPARK_HOME/bin/spark-submit")
fi
submit+=("${options[@]}" spark-internal "${words[@]}")
if [ "$mode" = client ]; then
  exec "${submit[@]}"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0
"${submit[@]}" 2> >(tee "$scratch/log" >&2) || status=$?
if weft_fs -get "$outcome" "$scratch/outcome" 2>/dev/null && [ -f "$scratch/outcome/status" ]; then
  weft_fs -rm -r -skipTrash "$outcome" >/dev/null 2>&1 || true
  cat "$scratch/outcome/out"
  cat "$scratch/outcome/err" >&2
  exit "$(cat "$scratch/outcome/status")"
fi
application=$(grep -oE 'application_[0-9]+_[0-9]+' "$scratch/log" | tail -n 1) || true
lack=$(grep -oE 'Required (AM|executor) memory .* is above the max threshold [^!]*' "$scratch/log" | head -n 1) || true
if [ -n "$lack" ]; then
  weft_fail 4 "no container is large enough: $lack" \
    "raise yarn.scheduler.maximum-allocation-mb, or give less: WEFT_DRIVER_MEMORY, WEFT_EXECUTOR_MEMORY"
fi
if [ "$status" = 0 ]; then
  echo "weft: ${application:-the application} has left no output at $outcome (below your home on HDFS unless it begins with /)" >&2
  echo "hint: yarn logs -applicationId ${application:-ID} shows it; where it has a --principal, kinit here as the same" >&2
else
  weft_fail "$status" "the driver of ${application:-the application} ended without a word of its own" \
    "yarn logs -applicationId ${application:-ID} shows its output; the same command with --resume goes on"
fi
