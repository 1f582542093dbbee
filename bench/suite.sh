#!/usr/bin/env bash
# A suite of tasks on a tiny model, judged here, by EleutherAI's lm-evaluation-harness over transformers, and by its
# local-completions over HTTP against `weft serve`: multiple choice and last words with 0, 2 and 8 examples, rolling likelihoods.
# Fails where an outcome, an accuracy or a likelihood differs, or where one task and three do not write the same bytes.
#   PYTHON=python3 (with lm_eval[api], transformers and torch from PyPI) bench/suite.sh
#   WORK_DIR=…
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
weft_find_java
weft_build
bench_work_dir
python=${PYTHON:-python3}
weft=$WEFT_ROOT/weft

"$python" "$BENCH/peers/suite.py" make "$WORK_DIR"
"$weft" import "$WORK_DIR/model" --to "$WORK_DIR/imported" >"$WORK_DIR/weft.log" 2>&1
for tasks in 1 3; do
  "$weft" evaluate --checkpoint "$WORK_DIR/imported" --suite "$WORK_DIR/suite.yaml" --output "$WORK_DIR/tasks-$tasks" \
    --set cluster.master="local[$tasks]" 2>>"$WORK_DIR/weft.log"
done
bench_serve "$WORK_DIR/serve.log" --checkpoint "facts=$WORK_DIR/served"
"$python" "$BENCH/peers/suite.py" check "$WORK_DIR" "$BENCH_URL" "$WORK_DIR/tasks-1" "$WORK_DIR/tasks-3"
