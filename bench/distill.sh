#!/usr/bin/env bash
# Small models beside a teacher and the same alone, over some seeds: a classifier of reviews, and a language model on the same tokens.
#   bench/distill.sh TRAIN TEST FROM TEXT     JSONL with columns text and label, twice; a BERT's Hugging Face directory; JSONL with text
# Environment: SEEDS (1 2 3), EPOCHS (3) of the students, WORK_DIR keeps runs and logs there, ONLY=reviews or tokens, WEFT names the launcher,
#   TEACHER_STEPS and STEPS of the language models (600, 300), LARGE and SMALL their blocks, width and heads ("6 256 8", "2 128 4"),
#   MORE their other settings, as in "model.context=64 tokenizer.vocab_size=1024"; FROM of peers/minilm_directory.py
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -ge 4 ] || { sed -n 2,6p "$0" >&2; exit 2; }
train=$(realpath "$1") test=$(realpath "$2") from=$(realpath "$3") text=$(realpath "$4")
WEFT=${WEFT:-$WEFT_ROOT/weft}
SEEDS=${SEEDS:-1 2 3}
bench_work_dir
[ "$WEFT" != "$WEFT_ROOT/weft" ] || bench_build

# interval NAME: of numbers, one a line, mean and 95 % interval by Student's t
interval() {
  awk -v name="$1" 'BEGIN { split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306", t, " ") }
    { x[NR] = $1; sum += $1 }
    END { mean = sum / NR; for (i = 1; i <= NR; i++) squares += (x[i] - mean) ^ 2
          half = NR > 1 ? t[NR - 1] * sqrt(squares / (NR - 1) / NR) : 0
          printf "%-28s %.4f [%.4f, %.4f] of %d\n", name, mean, mean - half, mean + half, NR }'
}

reviews() {
  local rows=(--set "dataset.train=[file://$train]" --set "dataset.test=[file://$test]" --set dataset.max_length=64
    --set finetune.task=classification --set training.eval_every=0 --set checkpoint.every=1000)
  local epochs=${EPOCHS:-3}
  local longer=(--set "finetune.epochs=$epochs")
  [ -d "$WORK_DIR/student" ] || python3 "$BENCH/peers/student_directory.py" "$from" "$WORK_DIR/student" 0 5
  bench_run teacher finetune --from "file://$from" "${rows[@]}" --set finetune.epochs=3
  echo "reviews: accuracy of the teacher $(bench_of teacher accuracy), macro F1 $(bench_of teacher f1_macro)"
  for seed in $SEEDS; do
    bench_run "alone-$epochs-$seed" finetune --from "file://$WORK_DIR/student" "${rows[@]}" "${longer[@]}" --set "run.seed=$seed"
    bench_run "taught-$epochs-$seed" finetune --from "file://$WORK_DIR/student" --teacher "file://$WORK_DIR/teacher" "${rows[@]}" "${longer[@]}" \
      --set "run.seed=$seed" --set distillation.weight=0.9 --set distillation.hidden=blocks --set distillation.hidden_loss=mse
  done
  for measure in accuracy f1_macro; do
    for kind in alone taught; do
      for seed in $SEEDS; do bench_of "$kind-$epochs-$seed" "$measure"; done | interval "  $measure, $kind"
    done
  done
}

language() {
  local shape=(--set model.architecture=llama --set model.context=128 --set training.global_batch=16 --set training.micro_batch=8
    --set training.lanes=2 --set training.learning_rate=1e-3 --set training.warmup_steps=20 --set training.eval_batches=1000000
    --set checkpoint.every=100000 --set "run.corpus=file://$WORK_DIR/corpus/corpus")
  for setting in ${MORE:-}; do shape+=(--set "$setting"); done
  read -r blocks width heads <<<"${LARGE:-6 256 8}"
  bench_run corpus prepare --set "corpus.input=[file://$text]" --set corpus.val_fraction=0.05 \
    --set tokenizer.vocab_size=4096 "${shape[@]}"
  bench_run large pretrain "${shape[@]}" --set "model.layers=$blocks" --set "model.width=$width" --set "model.heads=$heads" \
    --set "training.steps=${TEACHER_STEPS:-600}" --set "training.eval_every=${TEACHER_STEPS:-600}"
  read -r blocks width heads <<<"${SMALL:-2 128 4}"
  echo "tokens: the teacher's val_loss $(bench_of large val_loss)"
  for seed in $SEEDS; do
    local small=(--set "model.layers=$blocks" --set "model.width=$width" --set "model.heads=$heads"
      --set "run.seed=$seed" --set "training.steps=${STEPS:-300}" --set "training.eval_every=${STEPS:-300}")
    bench_run "small-$seed" pretrain "${shape[@]}" "${small[@]}"
    bench_run "learnt-$seed" pretrain "${shape[@]}" "${small[@]}" --teacher "file://$WORK_DIR/large" \
      --set distillation.temperature=1 --set distillation.weight=0.5
  done
  for kind in small learnt; do
    for seed in $SEEDS; do bench_of "$kind-$seed" val_loss; done | interval "  val_loss, $kind"
  done
}

[ "${ONLY:-reviews}" != reviews ] || reviews
[ "${ONLY:-tokens}" != tokens ] || language
