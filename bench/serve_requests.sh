#!/usr/bin/env bash
# What clients that are not ours send to `weft serve`: OpenAI's of PyPI and npm, LangChain, lm-evaluation-harness, to a tiny
# model that writes, one that gives vectors and one of each head. Prints a row a request; fails where one is not answered as it
# should be, or numbers are not those of Hugging Face's library.
#   PYTHON=python3 (with openai, langchain-openai, lm_eval[api], transformers and torch from PyPI)  NODE_PATH=… (npm's openai)
#   bench/serve_requests.sh
#   WORK_DIR=…
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
weft_find_java
weft_build
bench_work_dir
python=${PYTHON:-python3}
models=$WORK_DIR/models

[ -f "$models/expected.json" ] || "$python" "$BENCH/peers/serve_models.py" "$models" 2>"$WORK_DIR/models.log"
served=()
for model in chat vectors labels rating tags reader; do
  served+=(--checkpoint "$model=$models/$model")
done
bench_serve "$WORK_DIR/serve.log" "${served[@]}"
failed=0
"$python" "$BENCH/peers/serve_requests.py" "$BENCH_URL" "$WORK_DIR/table.md" "$models" || failed=1
if [ -n "${NODE_PATH:-}" ]; then
  cp "$BENCH/peers/serve_requests.mjs" "$WORK_DIR/"
  ln -sfn "$NODE_PATH" "$WORK_DIR/node_modules" # where an import looks, which does not read NODE_PATH
  node "$WORK_DIR/serve_requests.mjs" "$BENCH_URL" || failed=1
fi
exit "$failed"
