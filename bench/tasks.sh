#!/usr/bin/env bash
# Data sets to fine-tune on, generated: sums and lookups, questions about a passage, persons and places. One JSON object a
# line, no input twice.
#   bench/tasks.sh KIND SEED COUNT FILE      KIND: instruction, qa, tagging
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_java 256m org.weft.bench.GeneratedTasks "$@"
