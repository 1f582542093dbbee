#!/usr/bin/env bash
# Seconds to PyTorch DDP's best validation loss: DDP with AdamW, the best of five rates and three warm-ups, for MINUTES; then Weft,
# of which it is told when it stood where DDP ended. 13.9M parameters (conf/compare.yaml), the same tokens, windows and validation
# split, two ranks beside two workers and two servers, seconds of steps alone. One after the other, with nothing beside them.
#   PYTHON=/path/to/venv/bin/python bench/time_to_loss.sh TEXT...     files or folders of text
# Environment: MINUTES 15, TUNE_STEPS 150 of each try, RATES '3e-4 6e-4 1e-3 2e-3 3e-3', WARMUPS '20 50 100', BATCH 4 windows of 256,
#              PRECISION fp32 or bf16, PEER_OPTIMIZER adamw or muon, WEFT_KEYS 'training.optimizer=muon …', WEFT_RATES '1e-3 2e-3 4e-3',
#              PEER_RATE and PEER_WARMUP (then none is looked for), WEFT_RATE (the same), WORK_DIR (removed at the end if not given)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -gt 0 ] || weft_fail 2 "no text given" "bench/time_to_loss.sh FILE_OR_FOLDER..."
PYTHON=${PYTHON:-python3} MINUTES=${MINUTES:-15} TUNE_STEPS=${TUNE_STEPS:-150} BATCH=${BATCH:-4} PRECISION=${PRECISION:-fp32}
RATES=${RATES:-3e-4 6e-4 1e-3 2e-3 3e-3} WARMUPS=${WARMUPS:-20 50 100} PEER_OPTIMIZER=${PEER_OPTIMIZER:-adamw}
WEFT_KEYS=${WEFT_KEYS:-training.optimizer=muon} WEFT_RATES=${WEFT_RATES:-1e-3 2e-3 4e-3}
bench_build
bench_work_dir
inputs=$(for path in "$@"; do printf 'file://%s,' "$(realpath "$path")"; done)

weft() {
  "$WEFT_ROOT/weft" "$1" --config "$WEFT_ROOT/conf/compare.yaml" --set "corpus.input=[${inputs%,}]" --set corpus.val_fraction=0.01 \
    "${@:2}" >>"$WORK_DIR/weft.log" 2>&1 || weft_fail 1 "./weft $1 failed" "its output is in $WORK_DIR/weft.log, kept if WORK_DIR is given"
}

# weft_run DIR STEPS RATE EVERY: lines of "step seconds val_loss"
weft_run() {
  local dir=$WORK_DIR/$1 keys=()
  rm -rf "$dir" && mkdir -p "$dir" && cp -r "$WORK_DIR/prepared/corpus" "$dir/corpus"
  for key in $WEFT_KEYS; do keys+=(--set "$key"); done
  weft pretrain --set "run.dir=file://$dir" --set "training.steps=$2" --set "training.global_batch=$BATCH" --set "training.micro_batch=$((BATCH / 2))" \
    --set "training.learning_rate=$3" --set "training.min_learning_rate=$(awk -v r="$3" 'BEGIN { print r / 10 }')" --set "training.precision=$PRECISION" \
    --set training.warmup_steps="${WEFT_WARMUP:-20}" --set "training.eval_every=$4" --set training.eval_batches=100000 \
    "${keys[@]}"
  sed -n -e 's/.*"step":\([0-9]*\),"loss".*"step_millis":\([0-9.]*\).*/s \1 \2/p' -e 's/.*"step":\([0-9]*\),.*"val_loss":\([0-9.]*\).*/v \1 \2/p' \
    "$dir/metrics.jsonl" | awk '$1 == "s" { seconds += $3 / 1000 } $1 == "v" { print $2, seconds, $3 }'
}

# peer_run OPTION...: the same lines
peer_run() {
  (weft_native_environment && exec "$PYTHON" "$BENCH/peers/ddp_text.py" "$WORK_DIR/prepared/corpus" "batch=$BATCH" "precision=$PRECISION" \
    "optimizer=$PEER_OPTIMIZER" "$@") 2>>"$WORK_DIR/peer.log" |
    sed -n 's/.*"step": \([0-9]*\), "seconds": \([0-9.]*\), "val_loss": \([0-9.]*\).*/\1 \2 \3/p'
}

weft prepare --set "run.dir=file://$WORK_DIR/prepared"
echo "processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1); $(grep -oE 'avx2|avx512f|avx512_bf16|amx_bf16' /proc/cpuinfo | sort -u | paste -sd' ' -)"
echo "torch $("$PYTHON" -c 'import torch; print(torch.__version__, "mkl" if torch.backends.mkl.is_available() else "no mkl")'); WEFT_BLAS=${WEFT_BLAS:-}"
if [ -z "${PEER_RATE:-}" ]; then
  for rate in $RATES; do
    for warmup in $WARMUPS; do
      found=$(peer_run "steps=$TUNE_STEPS" "eval_every=$TUNE_STEPS" "rate=$rate" "warmup=$warmup" | tail -n 1)
      echo "DDP $PEER_OPTIMIZER rate $rate warm-up $warmup: step, seconds, loss $found"
      echo "${found##* } $rate $warmup $(awk '{ print $2 / $1 }' <<<"$found")" >>"$WORK_DIR/tuned"
    done
  done
  read -r _ PEER_RATE PEER_WARMUP a_step <<<"$(sort -g "$WORK_DIR/tuned" | head -n 1)"
else
  a_step=$(peer_run steps=20 eval_every=20 "rate=$PEER_RATE" | awk 'END { print $2 / $1 }')
fi
steps=$(awk -v m="$MINUTES" -v s="$a_step" 'BEGIN { printf "%d", m * 60 / s }')
peer_run "steps=$steps" "eval_every=$((steps / 12))" "rate=$PEER_RATE" "warmup=${PEER_WARMUP:-50}" | tee "$WORK_DIR/peer.curve" | sed 's/^/DDP   /'
read -r peer_loss peer_seconds <<<"$(awk '{ print $3, $2 }' "$WORK_DIR/peer.curve" | sort -g | head -n 1)"
echo "DDP $PEER_OPTIMIZER $PRECISION: $steps steps at rate $PEER_RATE, warm-up ${PEER_WARMUP:-50}: best validation loss $peer_loss after $peer_seconds s"
if [ -z "${WEFT_RATE:-}" ]; then
  for rate in $WEFT_RATES; do
    found=$(weft_run try "$TUNE_STEPS" "$rate" "$TUNE_STEPS" | tail -n 1)
    echo "Weft rate $rate: step, seconds, loss $found"
    echo "${found##* } $rate" >>"$WORK_DIR/weft.tuned"
  done
  read -r _ WEFT_RATE <<<"$(sort -g "$WORK_DIR/weft.tuned" | head -n 1)"
fi
steps=${WEFT_STEPS:-$steps}
weft_run run "$steps" "$WEFT_RATE" "$((steps / 24))" | tee "$WORK_DIR/weft.curve" | sed 's/^/Weft  /'
awk -v loss="$peer_loss" -v seconds="$peer_seconds" -v keys="$WEFT_KEYS" -v rate="$WEFT_RATE" '
  !there && $3 <= loss { there = $2 }
  { last = $3; end = $2 }
  END {
    if (there) printf "Weft %s rate %s: at %s after %.0f s, %.2f of DDP; %s after %.0f s\n", keys, rate, loss, there, there / seconds, last, end
    else { printf "Weft %s rate %s: never at %s; %s after %.0f s\n", keys, rate, loss, last, end; exit 1 }
  }' "$WORK_DIR/weft.curve"
