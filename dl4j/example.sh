#!/usr/bin/env bash
# Trains an example of Deeplearning4j's networks on executors of this machine; ./weft example NAME leads here. Builds what it
# needs the first time, and when sources are newer than that.
#   dl4j/example.sh NAME [--work-dir DIR] [--input PATH] [--small] [--workers N] [--network NAME] [--label COLUMN] ...
# NAME: digits-cnn, tabular-mlp, lstm-language-model; their READMEs are in examples/.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
BENCH=$(dirname "$HERE")/bench && . "$BENCH/environment.sh"
weft_find_java
CLASSPATH_FILE=$HERE/target/example.classpath
rooms=(core engine engine-torch parameter-server worker coordinator corpus driver)
sources=("$WEFT_ROOT/pom.xml" "$HERE/pom.xml" "$HERE/src/main")
for room in "${rooms[@]}"; do
  sources+=("$WEFT_ROOT/$room/pom.xml" "$WEFT_ROOT/$room/src/main")
done
if [ ! -s "$CLASSPATH_FILE" ] || [ ! -d "$HERE/target/classes" ] ||
  [ -n "$(find "${sources[@]}" -newer "$CLASSPATH_FILE" -print -quit)" ]; then
  echo "weft: building for Deeplearning4j, which takes a few minutes; the first time fetches hundreds of MB of libraries" >&2
  begin=$SECONDS
  (cd "$WEFT_ROOT" && ./mvnw -B -q -pl dl4j -am test-compile dependency:build-classpath \
    -Dmdep.outputFile=target/example.classpath -Dmdep.includeScope=test -Derrorprone.skip \
    -Dspotless.check.skip=true -Dcheckstyle.skip=true -Djacoco.skip=true) >&2
  touch "$CLASSPATH_FILE"
  echo "weft: built in $((SECONDS - begin)) s" >&2
fi
SPARK_SCALA_VERSION=$(weft_scala_line "$(<"$CLASSPATH_FILE")")
export SPARK_HOME=$HERE/target/spark-home SPARK_SCALA_VERSION
export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1} # Executors are processes of this machine.
export SPARK_LOCAL_HOSTNAME=${SPARK_LOCAL_HOSTNAME:-$SPARK_LOCAL_IP}
mkdir -p "$SPARK_HOME/jars"
weft_native_environment
# shellcheck disable=SC2086 # WEFT_JAVA_OPTS is split on purpose
exec "$JAVA" "${WEFT_JDK_OPTIONS[@]}" "-Xmx${WEFT_DRIVER_MEMORY:-1g}" \
  -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 \
  "-Dlog4j2.configurationFile=$WEFT_ROOT/conf/log4j2.properties" ${WEFT_JAVA_OPTS:-} \
  -cp "$HERE/target/classes:$(cat "$CLASSPATH_FILE")" org.weft.dl4j.examples.ExampleRun --examples "$WEFT_ROOT/examples" "$@"
