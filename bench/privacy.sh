#!/usr/bin/env bash
# What privacy costs: accuracy of a small classifier against epsilon, and whether an attack by losses tells its training rows from others.
#   bench/privacy.sh REVIEWS [TEXT...]   a directory with train.jsonl and test.jsonl, columns text and label; public texts (files that
#                                        prepare reads) that the base learns from beside the glosses of WordNet
# The base is pre-trained once, without privacy, on text that need not be protected; then the same steps with and without noise.
# Environment: FROM a public model that the curve is tuned from in place of the base (peers/minilm_directory.py makes one), EPSILONS (8 3 1
#   0.5), DELTA (1e-4), STEPS, BATCH, RATE and TUNE (settings of what learns) of the curve; MEMBERS, ATTACK_STEPS, ATTACK_BATCH and ATTACK_RATE
#   of the attack; BASE_STEPS, BASE_SHAPE (blocks, width, heads); LENGTH (tokens of a row); ONLY=curve or attack; WORK_DIR keeps runs and
#   logs there; WEFT names the launcher
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -ge 1 ] || { sed -n 2,9p "$0" >&2; exit 2; }
rows=$(realpath "$1")
[ -z "${FROM:-}" ] || FROM=$(realpath "$FROM")
shift
texts=()
for text in "$@"; do texts+=("file://$(realpath "$text")"); done
WEFT=${WEFT:-$WEFT_ROOT/weft}
LENGTH=${LENGTH:-48} DELTA=${DELTA:-1e-4}
bench_work_dir
[ "$WEFT" != "$WEFT_ROOT/weft" ] || bench_build

# interval FILE NAME: of a metric in a results.json or a closing JSON, as "low, high"
interval() {
  tr -d ' \n' <"$1" | sed -E 's/.*"intervals":\{//' | grep -oE "\"$2\":[[{][^]}]*" | head -n 1 | sed 's/^[^:]*://' |
    grep -oE '[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?' | head -n 2 | paste -sd ' ' - | awk '{ printf "%.3f, %.3f", $1, $2 }'
}

base() {
  local blocks width heads
  read -r blocks width heads <<<"${BASE_SHAPE:-2 128 4}"
  local shape=(--set model.architecture=llama --set model.context=128 --set "model.layers=$blocks" --set "model.width=$width"
    --set "model.heads=$heads" --set tokenizer.vocab_size=4096)
  local all
  [ -s "$WORK_DIR/glosses.txt" ] || WEFT_MAIN_CLASS=org.weft.trainer.local.SampleCorpus "$WEFT" "$WORK_DIR/glosses.txt" >&2
  all=$(IFS=,; echo "file://$WORK_DIR/glosses.txt${texts[*]:+,${texts[*]}}")
  # One directory holds the corpus and the run over it.
  if [ ! -s "$WORK_DIR/base.out" ]; then
    bench_run corpus prepare "${shape[@]}" --set "corpus.input=[$all]" --set corpus.sample_by=line --set corpus.val_fraction=0.02
    bench_run base pretrain "${shape[@]}" --set "run.corpus=file://$WORK_DIR/corpus/corpus" --set "training.steps=${BASE_STEPS:-1500}" \
      --set training.global_batch=32 --set training.micro_batch=16 --set training.lanes=2 --set training.learning_rate=4e-3 \
      --set training.min_learning_rate=3e-4 --set training.warmup_steps=50 --set training.eval_every=500 --set training.eval_batches=20 \
      --set checkpoint.every=500
  fi
  echo "base: $(bench_of base parameters) parameters, val_loss $(bench_of base val_loss)"
}

# tuned NAME FROM TRAIN STEPS BATCH EPSILON [SETTING...]: the same steps with as much noise as leads to EPSILON, or with none
tuned() {
  local name=$1 from=$2 train=$3 steps=$4 batch=$5 epsilon=$6
  shift 6
  # What DP-SGD does not go with is left out without it, too.
  local settings=("dataset.train=[file://$train]" "dataset.validation=[file://$rows/test.jsonl]" "dataset.test=[file://$rows/test.jsonl]"
    "dataset.max_length=$LENGTH" finetune.task=classification finetune.epochs=0 finetune.class_weights=none finetune.head_dropout=0
    "training.steps=$steps" "training.global_batch=$batch" training.micro_batch=16 training.lanes=2 training.clip_norm=0
    training.warmup_steps=0 training.eval_every=0 checkpoint.every=20 "$@")
  if [ "$epsilon" != none ]; then
    # The same each time the bench runs, and so no secret: of a model that matters it comes from openssl rand -hex 32.
    echo "$name $epsilon" | sha256sum >"$WORK_DIR/$name.seed"
    settings+=("privacy.target_epsilon=$epsilon" "privacy.target_delta=$DELTA" privacy.max_grad_norm=1
      "privacy.seed_file=$WORK_DIR/$name.seed")
  fi
  local options=() setting
  for setting in "${settings[@]}"; do options+=(--set "$setting"); done
  bench_run "$name" finetune --from "file://$from" "${options[@]}"
}

curve() {
  local epsilon
  printf '%-10s %-10s %-9s %s\n' epsilon noise accuracy "95 % interval"
  for epsilon in none ${EPSILONS:-8 3 1 0.5}; do
    # shellcheck disable=SC2086 # settings, parted at blanks
    tuned "epsilon-$epsilon" "${FROM:-$WORK_DIR/base}" "$rows/train.jsonl" "${STEPS:-30}" "${BATCH:-256}" "$epsilon" \
      "training.learning_rate=${RATE:-0.04}" ${TUNE:-finetune.frozen_layers=-1 finetune.pooling=mean}
    printf '%-10s %-10s %-9.3f %s\n' "$epsilon" "$(noise "epsilon-$epsilon")" "$(bench_of "epsilon-$epsilon" accuracy)" \
      "$(interval "$WORK_DIR/epsilon-$epsilon/evaluation/results.json" accuracy)"
  done
}

# noise NAME: the noise_multiplier that a run's checkpoint was made with, or a dash
noise() {
  local found
  found=$(cat "$WORK_DIR/$1"/checkpoints/*/manifest.json | tr -d ' \n' | { grep -oE '"privacy":\{"epsilon"[^}]*' || true; } | bench_field noise_multiplier)
  echo "${found:--}"
}

attack() {
  local epsilon name
  [ -s "$WORK_DIR/members.jsonl" ] || head -n "${MEMBERS:-1000}" "$rows/train.jsonl" >"$WORK_DIR/members.jsonl"
  printf '%-10s %-9s %-16s %-9s %s\n' epsilon auc "95 % interval" "loss of members" "of others"
  for epsilon in none 3; do
    name=attacked-$epsilon
    tuned "$name" "$WORK_DIR/base" "$WORK_DIR/members.jsonl" "${ATTACK_STEPS:-100}" "${ATTACK_BATCH:-128}" "$epsilon" \
      "training.learning_rate=${ATTACK_RATE:-1e-3}"
    bench_run "membership-$epsilon" membership --checkpoint "file://$WORK_DIR/$name" --members "file://$WORK_DIR/members.jsonl" \
      --non-members "file://$rows/test.jsonl"
    printf '%-10s %-9.3f %-16s %-15.3f %.3f\n' "$epsilon" "$(bench_of "membership-$epsilon" auc)" \
      "$(interval "$WORK_DIR/membership-$epsilon.out" auc)" "$(bench_of "membership-$epsilon" member_loss)" \
      "$(bench_of "membership-$epsilon" non_member_loss)"
  done
}

[ -n "${FROM:-}" ] && [ "${ONLY:-}" = curve ] || base
[ "${ONLY:-curve}" != curve ] || curve
[ "${ONLY:-attack}" != attack ] || attack
