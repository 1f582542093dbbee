#!/usr/bin/env bash
# What clients do wrong to `weft serve` with a small heap, while one quiet client asks the same seeded requests again and again:
# floods, too many connections, hang-ups, slow askers and readers, large, chunked and broken bodies, hostile JSON, what is no HTTP,
# answers that the heap does not hold. Prints a row a fault; fails where a text differs, the server dies, a status is not what
# docs/serve.md says, or memory grows beyond a bound.
#   bench/serve_faults.sh [FAULT...]      all that peers/serve_faults.py has
#   PYTHON=python3 (with transformers and torch from PyPI, for the models)  HEAP=256m  WORK_DIR=…
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
weft_find_java
weft_build
bench_work_dir
python=${PYTHON:-python3}
models=$WORK_DIR/models
heap=${HEAP:-256m}

[ -f "$models/expected.json" ] || "$python" "$BENCH/peers/serve_models.py" "$models" 2>"$WORK_DIR/models.log"
# All of the heap is there from the start, so that what grows is not Java's.
export WEFT_DRIVER_MEMORY=$heap WEFT_JAVA_OPTS="-Xms$heap -XX:+AlwaysPreTouch ${WEFT_JAVA_OPTS:-}"
bench_serve "$WORK_DIR/serve.log" --checkpoint "chat=$models/chat" --checkpoint "wide=$models/wide" \
  --timeout 600 --connections 256 --queue 64 --max-batch 8 --threads 1
"$python" "$BENCH/peers/serve_faults.py" "$BENCH_URL" "$BENCH_SERVER" "$@"
