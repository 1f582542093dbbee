#!/usr/bin/env bash
# Ten steps of a whole run (Spark, two workers, two servers) beside the same model, batches and optimizer in PyTorch:
# the losses and gradient norms of metrics.jsonl against bench/peers/gpt2_losses.py, which reads the run's initial
# checkpoint. Fails where they differ by more than 1e-4 relative.
#   bench/parity.sh [TEXT]     TEXT: a text file; the sample corpus of quickstart if not given
#   WEFT_BENCH_DIR=/tmp/weft-parity    PYTHON=/usr/bin/python3 (with Debian's python3-torch)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
dir=${WEFT_BENCH_DIR:-${TMPDIR:-/tmp}/weft-parity}
python=${PYTHON:-/usr/bin/python3}
config=$root/conf/compare.yaml
rm -rf "$dir" && mkdir -p "$dir"
if [ $# -gt 0 ]; then text=$1; else
  text=$dir/sample.txt
  WEFT_MAIN_CLASS=org.weft.trainer.local.SampleCorpus "$root/weft" "$text"
fi
common=(--config "$config" --set "corpus.input=[$text]" --set corpus.sample_by=line --set tokenizer.vocab_size=1024
  --set model.layers=4 --set model.width=128 --set model.heads=4 --set model.context=64
  --set training.lanes=4 --set training.micro_batch=2 --set training.learning_rate=3.0e-3 --set training.warmup_steps=3
  --set 'cluster.master=local-cluster[2,2,1024]')
"$root/weft" prepare "${common[@]}" --set "run.dir=file://$dir/run"
mkdir -p "$dir/initial" && cp -r "$dir/run/corpus" "$dir/initial/"
"$root/weft" pretrain "${common[@]}" --set "run.dir=file://$dir/initial" --set training.steps=0
"$root/weft" pretrain "${common[@]}" --set "run.dir=file://$dir/run" --set training.steps=10

overrides=()
for ((i = 2; i < ${#common[@]}; i += 2)); do overrides+=("${common[i + 1]}"); done
WEFT_EXTRA_CLASSPATH=$root/bench/target/classes WEFT_MAIN_CLASS=org.weft.bench.BatchDump \
  "$root/weft" "$config" 10 "$dir/batches.i32" "${overrides[@]}" "run.dir=file://$dir/run"
rates=$("$python" -c 'import json,sys
print(",".join(repr(r["learning_rate"]) for r in map(json.loads, open(sys.argv[1])) if "loss" in r))' "$dir/run/metrics.jsonl")
"$python" "$root/bench/peers/gpt2_losses.py" --layers 4 --width 128 --heads 4 --context 64 --vocab 1024 --batch 16 \
  --checkpoint "$dir/initial/checkpoints/step-00000000" --tokens "$dir/batches.i32" --lrs "$rates" > "$dir/torch.txt"
"$python" - "$dir/run/metrics.jsonl" "$dir/torch.txt" <<'PY'
import json, sys

ours = [r for r in map(json.loads, open(sys.argv[1])) if "loss" in r]
theirs = [line.split() for line in open(sys.argv[2]) if line.startswith("step ")]
worst = 0.0
print("step  weft loss    torch loss   weft norm    torch norm")
for a, b in zip(ours, theirs, strict=True):
    loss, norm = float(b[3]), float(b[5])
    worst = max(worst, abs(a["loss"] / loss - 1), abs(a["grad_norm"] / norm - 1))
    print(f"{a['step']:4d}  {a['loss']:.8f}  {loss:.8f}  {a['grad_norm']:.8f}  {norm:.8f}")
print(f"largest relative difference: {worst:.2e} over {len(theirs)} steps")
sys.exit(worst > 1e-4 or len(theirs) != 10)
PY
