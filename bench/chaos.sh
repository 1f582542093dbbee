#!/usr/bin/env bash
# Does faults to training runs on a real Spark standalone cluster and a real HDFS, by a seeded plan, and compares the bits
# of each with those of an undisturbed run. bench/chaos.sh --help lists the options. Wants root for network namespaces and
# mounts; what cannot be had is reported as not available.
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
# In place of this shell, so that Java itself takes the signals and ends all that it started.
exec "$JAVA" "${WEFT_JDK_OPTIONS[@]}" -Xmx256m "-Dweft.root=$WEFT_ROOT" \
  -cp "$BENCH/target/classes:$WEFT_DIST/conf:$WEFT_DIST/lib/*:$WEFT_DIST/spark/jars/*" \
  org.weft.bench.chaos.live.Chaos "$@"
