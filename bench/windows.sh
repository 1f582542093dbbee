#!/usr/bin/env bash
# A run with TensorBoard's event files and a real MLflow server, killed (SIGKILL) on its way and resumed: every number of
# metrics.jsonl is compared with what the real TensorBoard reads and what the server has; the run's report is written.
#   WORK_DIR=…    PYTHON=…: a Python with mlflow and tensorboard    MLFLOW_PORT=5077    WEFT=…: the launcher
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_work_dir
python=${PYTHON:-python3}
port=${MLFLOW_PORT:-5077}
weft=${WEFT:-$BENCH/../weft}
dir=$WORK_DIR/windows
rm -rf "$dir"
mkdir -p "$dir"

end() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
}
started=()
trap end EXIT

"$python" - "$dir/text.txt" <<'PY'
import random, sys
random.seed(7)
words = "the a ship sailed sea wind never always 12 7 don't and or from under light deep harbour rope mast gull".split()
with open(sys.argv[1], "w") as out:
    for _ in range(400):
        out.write(" ".join(random.choice(words) for _ in range(random.randint(30, 60))) + ".\n\n")
PY
cat >"$dir/run.yaml" <<YAML
run: {name: windows, dir: "file://$dir/run", seed: 5, lease_seconds: 4}
cluster: {master: "local[8]", workers: 2, servers: 1, device: cpu}
corpus: {input: ["file://$dir/text.txt"], val_fraction: 0.05}
tokenizer: {kind: bpe, vocab_size: 512}
model: {layers: 1, width: 32, heads: 2, context: 16}
training: {steps: 400, global_batch: 8, micro_batch: 1, lanes: 8, learning_rate: 1.0e-3, min_learning_rate: 1.0e-4,
  warmup_steps: 5, eval_every: 25, eval_batches: 4}
checkpoint: {every: 50, keep: 2}
monitoring: {tensorboard: true, mlflow: "http://127.0.0.1:$port"}
YAML

"$python" -m mlflow server --host 127.0.0.1 --port "$port" --workers 1 --backend-store-uri "sqlite:///$dir/mlflow.sqlite" \
  --artifacts-destination "$dir/artifacts" >"$dir/mlflow.log" 2>&1 &
started+=($!)
for _ in $(seq 240); do
  curl -s -o "$dir/health" -m 2 "http://127.0.0.1:$port/health" && break
  sleep 1
done

"$weft" prepare --config "$dir/run.yaml" >"$dir/prepare.log" 2>&1
"$weft" pretrain --config "$dir/run.yaml" >"$dir/first.log" 2>&1 &
first=$!
started+=("$first")
while [ ! -e "$dir/run/checkpoints/step-00000100/manifest.json" ] && kill -0 "$first" 2>/dev/null; do sleep 0.1; done
sleep 0.5
kill -KILL "$first" 2>/dev/null || true
echo "killed at step $(tail -n 1 "$dir/run/metrics.jsonl" | sed 's/.*"step":\([0-9]*\).*/\1/')"
"$weft" pretrain --config "$dir/run.yaml" --resume 2>"$dir/second.log" | tail -n 1
"$weft" report "file://$dir/run" --output "file://$dir/report.html" 2>"$dir/report.log" | tail -n 1
"$python" "$BENCH/peers/windows.py" "$dir/run" "http://127.0.0.1:$port"
