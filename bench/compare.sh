#!/usr/bin/env bash
# Weft with two workers and two servers against PyTorch DDP over gloo with two ranks, one thread each, 16 x 256 tokens a
# step, 13.9M parameters, alternating; medians of ROUNDS.
#   bench/compare.sh [TEXT]                TEXT: a file or folder of text; made up if not given
# Environment: ROUNDS 5, STEPS 40 of a round on Weft's side, WARM_UP 10 of them not counted, PEER_STEPS 22,
#              WORK_DIR a folder of its own, removed at the end, if not given
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
ROUNDS=${ROUNDS:-5} STEPS=${STEPS:-40} WARM_UP=${WARM_UP:-10} PEER_STEPS=${PEER_STEPS:-22}
bench_work_dir
text=${1:-$WORK_DIR/text.txt}
[ $# -gt 0 ] || awk -v megabytes=8 -v seed=1 -f "$BENCH/text.awk" >"$text"

run_weft() {
  local command=$1 dir=$2
  shift 2
  "$WEFT_ROOT/weft" "$command" --config "$WEFT_ROOT/conf/compare.yaml" --set "run.dir=file://$dir" \
    --set "corpus.input=[file://$(realpath "$text")]" --set "training.steps=$STEPS" "$@" >>"$WORK_DIR/weft.log" 2>&1 ||
    weft_fail 1 "./weft $command failed" "its output is in $WORK_DIR/weft.log, kept if WORK_DIR is given"
}

# Tokens a second from the median step after the warm-up.
weft_round() {
  local dir=$WORK_DIR/run
  rm -rf "$dir" && mkdir -p "$dir"
  cp -r "$WORK_DIR/prepared/corpus" "$dir/corpus"
  run_weft pretrain "$dir"
  sed -n 's/.*"step":\([0-9]*\),"loss".*"step_millis":\([0-9.]*\).*/\1 \2/p' "$dir/metrics.jsonl" |
    awk -v warm="$WARM_UP" '$1 > warm { print $2 }' | bench_median | awk '{ printf "%.0f\n", 16 * 256 * 1000 / $1 }'
}

# The kernels that the peer's OpenBLAS is fastest with here: an old one that does not know the processor falls back to
# some that take five times as long, which would flatter Weft.
peer_coretype() {
  local type
  for type in "" HASWELL SKYLAKEX COOPERLAKE SAPPHIRERAPIDS ZEN; do
    OPENBLAS_CORETYPE=$type OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 /usr/bin/python3 - "$type" 2>/dev/null <<'PY' || true
import sys, time, torch
torch.set_num_threads(1)
a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
best = 1e9
for _ in range(8):
    start = time.time()
    a @ b
    best = min(best, time.time() - start)
print(f"{2 * 1024**3 / best / 1e9:.0f} {sys.argv[1]}")
PY
  done | sort -rn | head -n 1
}

# The peer gets the same environment: one thread, the same allocator; and the kernels that suit it best.
peer_round() {
  (weft_native_environment && export OPENBLAS_CORETYPE=$coretype && exec /usr/bin/python3 "$BENCH/peers/ddp_gpt.py" 384 6 256 8 8192 "$PEER_STEPS" 2 1) \
    2>>"$WORK_DIR/peer.log" | sed -n 's/.*tokens_per_s=\([0-9]*\).*/\1/p'
}

run_weft prepare "$WORK_DIR/prepared"
best=$(peer_coretype)
coretype=${best#* }
echo "peer: OPENBLAS_CORETYPE=$coretype, ${best%% *} GFLOP/s in a product of 1024 x 1024 matrices on one thread"
echo "round   weft tok/s   DDP tok/s   ratio   load"
for ((round = 1; round <= ROUNDS; round++)); do
  peer=$(peer_round)
  weft=$(weft_round)
  [ -n "$peer" ] && [ -n "$weft" ] || weft_fail 1 "round $round gave no figure" "see the logs in $WORK_DIR"
  echo "$weft" >>"$WORK_DIR/weft.rates"
  echo "$peer" >>"$WORK_DIR/peer.rates"
  ratio=$(awk -v a="$weft" -v b="$peer" 'BEGIN { printf "%.3f", a / b }')
  echo "$ratio" >>"$WORK_DIR/ratios"
  printf '%5d %12d %11d %7.3f   %s\n' "$round" "$weft" "$peer" "$ratio" "$(cut -d' ' -f1 /proc/loadavg)"
done
printf 'median %11d %11d %7.3f\n' "$(bench_median <"$WORK_DIR/weft.rates")" "$(bench_median <"$WORK_DIR/peer.rates")" \
  "$(bench_median <"$WORK_DIR/ratios")"
