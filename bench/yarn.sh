#!/usr/bin/env bash
# Runs on a real YARN and HDFS of this machine, to which something is done while they go on; each against the undisturbed
# run's bits: bench/yarn.sh prints a table. STEPS=120 LOSSES=10 WORK_DIR= (a fresh folder). Wants Maven, 8 GB of memory and
# a quarter of an hour.
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
weft_find_java
weft_build
weft_native_environment
bench_work_dir
classpath=$WORK_DIR/classpath
target=$WEFT_ROOT/clusters/${WEFT_DIST#"$WEFT_ROOT"/trainer/}
(cd "$WEFT_ROOT" && ./mvnw -B -q -pl clusters -am package "-Dspark.line=$WEFT_LINE" -DskipTests \
  -Dspotless.check.skip=true -Dcheckstyle.skip=true -Djacoco.skip=true \
  dependency:build-classpath -Dmdep.outputFile="$classpath" -Dmdep.includeScope=test) >&2
cd "$WORK_DIR" && SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_HOSTNAME=127.0.0.1 \
  "$JAVA" "${WEFT_JDK_OPTIONS[@]}" -Xmx1g -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 \
  "-Dbasedir=$WEFT_ROOT/clusters" "-Dweft.dist=$WEFT_DIST" "-Dlog4j2.configurationFile=file:$WEFT_ROOT/.mvn/log4j2-test.properties" \
  -cp "$(dirname "$target")/test-classes:$(cat "$classpath")" \
  org.weft.clusters.YarnTable "$WORK_DIR" "${STEPS:-120}" "${LOSSES:-10}"
