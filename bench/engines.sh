#!/usr/bin/env bash
# One replica in libtorch and in SameDiff (cluster.engine torch, dl4j): agreement of loss and gradients, then tokens/s,
# alternating in one process.
#   bench/engines.sh [ROUNDS [SHAPE...]]      5 384,6,256,8,8192 256,4,128,8,4096
#   SHAPE is width,layers,context,batch,vocabulary
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
rounds=${1:-5}
shift || true
[ $# -gt 0 ] || set -- 384,6,256,8,8192 256,4,128,8,4096

# The adapter's classes and libraries: no other module knows them.
(cd "$WEFT_ROOT" && ./mvnw -B -q -pl dl4j -am package dependency:build-classpath -Dmdep.outputFile=target/runtime.classpath \
  -Dmdep.includeScope=runtime -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcheckstyle.skip=true \
  -Djacoco.skip=true) >&2
added=$WEFT_ROOT/dl4j/target/classes:$(cat "$WEFT_ROOT/dl4j/target/runtime.classpath")

for shape in "$@"; do
  echo "width, layers, context, batch, vocabulary: $shape"
  (
    weft_native_environment
    exec "$JAVA" "${WEFT_JDK_OPTIONS[@]}" -Xmx1g \
      -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 \
      -cp "$BENCH/target/classes:$WEFT_DIST/conf:$WEFT_DIST/lib/*:$WEFT_DIST/spark/jars/*:$added" \
      org.weft.bench.EngineBench "$shape" "$rounds" torch dl4j
  )
done
