#!/usr/bin/env bash
# One line a small run: its name and the SHA-256 of what came out (parameters, token shards, an export, a generated text).
# A change that is not meant to change numbers shows the same lines before and after on the same machine.
#   bench/fingerprints.sh >before; …; bench/fingerprints.sh >after; diff before after
#   bench/fingerprints.sh llama finetune     only the runs whose names begin so
# Environment: WORK_DIR a folder of its own, removed at the end, if not given
set -uo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_work_dir
cd "$WORK_DIR"
only=("$@")
failed=0
log=$WORK_DIR/fingerprints.log

wanted() {
  local each
  [ ${#only[@]} -gt 0 ] || return 0
  for each in "${only[@]}"; do
    case $1 in "$each"*) return 0 ;; esac
  done
  return 1
}

# weft NAME ARGUMENT...: standard output of a command in NAME.out; what it says goes to the log.
weft() {
  local name=$1
  shift
  echo "== $name: $*" >>"$log"
  "$WEFT_ROOT/weft" "$@" >"$name.out" 2>>"$log" || { echo "$name status $?"; failed=1; return 1; }
}

sha_of_files() {
  cat "$@" | sha256sum | cut -d' ' -f1
}

# A configuration: yaml NAME MODEL [CLUSTER]
yaml() {
  cat >"$1.yaml" <<EOF
run: {name: $1, dir: "file://$WORK_DIR/$1", seed: 5}
cluster: {master: "local[8]", workers: 1, servers: 1, device: cpu}
corpus: {input: ["file://$WORK_DIR/text.txt"], val_fraction: 0.05}
tokenizer: {kind: bpe, vocab_size: 512}
model: $2
training: {steps: 8, global_batch: 8, micro_batch: 2, lanes: 4, learning_rate: 1.0e-3, min_learning_rate: 1.0e-4,
  warmup_steps: 2, eval_every: 4, eval_batches: 4}
checkpoint: {every: 4, keep: 9}
EOF
}

# pretrain NAME BASE SETTING...: a run of its own over the corpus of run BASE.
pretrain() {
  local name=$1 base=$2 setting sets=()
  shift 2
  wanted "$name" || return 0
  for setting in "$@"; do
    sets+=(--set "$setting")
  done
  rm -rf "$name"
  mkdir -p "$name"
  cp -r "$base/corpus" "$name/corpus"
  weft "$name" pretrain --config "$base.yaml" --set "run.dir=file://$WORK_DIR/$name" "${sets[@]}" &&
    echo "$name $(tail -n 1 "$name.out" | sed 's/.*"params_sha256":"\([0-9a-f]*\)".*/\1/')"
}

# finetune NAME FROM TASK SETTING...: one epoch on rows of TASK.
finetune() {
  local name=$1 from=$2 task=$3 setting sets=()
  shift 3
  wanted "$name" || return 0
  for setting in "$@"; do
    sets+=(--set "$setting")
  done
  cat >"$name.yaml" <<EOF
run: {name: $name, dir: "file://$WORK_DIR/$name", seed: 5}
cluster: {master: "local[8]", workers: 1, servers: 1, device: cpu}
dataset: {train: ["file://$WORK_DIR/$task.jsonl"], validation_fraction: 0.1, test: ["file://$WORK_DIR/$task.jsonl"], max_length: 32, text_column: text}
finetune: {task: $task, from: "file://$WORK_DIR/$from", epochs: 1}
training: {global_batch: 16, micro_batch: 4, lanes: 2, learning_rate: 1.0e-3, min_learning_rate: 0, warmup_steps: 2, eval_every: 4}
checkpoint: {every: 4, keep: 9}
EOF
  rm -rf "$name"
  weft "$name" finetune --config "$name.yaml" "${sets[@]}" &&
    echo "$name $(tail -n 1 "$name.out" | sed 's/.*"params_sha256":"\([0-9a-f]*\)".*/\1/')"
}

awk -f - >text.txt <<'EOF'
BEGIN {
  n = split("the a ship sailed sea wind never always 12 7 don't it's café and or from under light deep harbour rope mast gull storm quiet captain", word, " ")
  x = 7
  for (d = 0; d < 400; d++) {
    words = 30 + d % 29
    for (w = 0; w < words; w++) { x = (x * 1103515245 + 12345) % 2147483648; printf "%s%s", word[1 + int(x / 65536) % n], w == words - 1 ? ".\n\n" : " " }
  }
}
EOF
awk -f - "$WORK_DIR" <<'EOF'
function pick() { x = (x * 1103515245 + 12345) % 2147483648; return word[1 + int(x / 65536) % n] }
BEGIN {
  dir = ARGV[1]
  n = split("the a ship sailed sea wind and or from under light deep harbour rope mast gull quiet captain", word, " ")
  x = 11
  for (i = 0; i < 240; i++) {
    a = pick(); b = pick(); c = pick(); t = a " " b " " c
    kind = i % 3 == 0 ? "bad" : (i % 3 == 1 ? "good" : "plain")
    mark = i % 3 == 0 ? "storm" : (i % 3 == 1 ? "harbour" : "quay")
    printf "{\"text\": \"%s %s %d\", \"label\": \"%s\"}\n", t, mark, i, kind >(dir "/classification.jsonl")
    printf "{\"text\": \"%s %s %d\", \"label\": [\"%s\"%s]}\n", t, mark, i, kind, i % 4 ? "" : ", \"four\"" >(dir "/multilabel.jsonl")
    printf "{\"text\": \"%s %d\", \"label\": %d.5}\n", t, i, i % 7 >(dir "/regression.jsonl")
    printf "{\"tokens\": [\"%s\", \"%s\", \"%s\", \"Ann%d\"], \"tags\": [\"O\", \"O\", \"O\", \"B-PER\"]}\n", a, b, c, i >(dir "/tokens.jsonl")
    printf "{\"question\": \"who is at the %s?\", \"context\": \"%s Ann%d %s\", \"answers\": [\"Ann%d\"]}\n", c, a, i, b, i >(dir "/qa.jsonl")
    printf "{\"prompt\": \"say %s %d\", \"response\": \"%s\"}\n", a, i, a >(dir "/instruction.jsonl")
    printf "{\"text\": \"%s %d %s\"}\n", t, i, t >(dir "/text.jsonl")
  }
}
EOF

prepare() {
  yaml "$1" "$2"
  rm -rf "$1"
  weft "$1-corpus" prepare --config "$1.yaml" "${@:3}" && echo "$1-corpus $(sha_of_files "$1"/corpus/*.tokens "$1"/corpus/tokenizer.json)"
}
prepare gpt2 "{architecture: gpt2, layers: 2, width: 64, heads: 2, context: 32}"
prepare llama "{architecture: llama, layers: 2, width: 64, heads: 4, kv_heads: 2, context: 32}"
prepare bert "{architecture: bert, layers: 2, width: 64, heads: 2, context: 32}"
for family in gpt2 llama bert; do
  pretrain $family-float32 $family
  pretrain $family-bf16 $family training.precision=bf16
  pretrain $family-recompute $family training.recompute=true
done
pretrain gpt2-dropout gpt2 model.dropout=0.1
pretrain bert-dropout bert model.dropout=0.1
pretrain gpt2-large gpt2 "model.layers=4" "model.width=256" "model.heads=4"
pretrain gpt2-large-4-4 gpt2 "model.layers=4" "model.width=256" "model.heads=4" cluster.workers=4 cluster.servers=4
pretrain gpt2-two-copies gpt2 cluster.workers=2 cluster.servers=2 servers.replicas=2
pretrain gpt2-processes gpt2 "cluster.master=local-cluster[2,2,1024]" cluster.workers=2 cluster.servers=2 cluster.executor_memory=1g
for optimizer in sgd nesterov adam amsgrad muon; do
  pretrain "gpt2-$optimizer" gpt2 "training.optimizer=$optimizer"
done
pretrain bert-pairs bert model.next_sentence=true
if wanted gpt2-resumed; then
  pretrain gpt2-resumed gpt2 >/dev/null
  weft gpt2-resumed pretrain --config gpt2.yaml --set "run.dir=file://$WORK_DIR/gpt2-resumed" --set cluster.workers=3 --resume 4 &&
    echo "gpt2-resumed $(tail -n 1 gpt2-resumed.out | sed 's/.*"params_sha256":"\([0-9a-f]*\)".*/\1/')"
fi
finetune finetune-classification gpt2-float32 classification
finetune finetune-classification-lora gpt2-float32 classification finetune.method=lora finetune.lora_rank=4
finetune finetune-classification-metric bert-float32 classification finetune.metric=f1_macro training.precision=bf16
finetune finetune-multilabel llama-float32 multilabel
finetune finetune-regression bert-float32 regression
finetune finetune-tokens bert-float32 tokens
finetune finetune-qa bert-float32 qa
finetune finetune-instruction llama-float32 instruction
finetune finetune-text gpt2-float32 text
if wanted gpt2-export; then
  rm -rf out
  weft gpt2-export export --checkpoint "file://$WORK_DIR/gpt2-float32" --to "file://$WORK_DIR/out" &&
    echo "gpt2-export $(sha_of_files out/model.safetensors out/config.json out/tokenizer.json)"
  rm -rf back
  weft gpt2-import import "file://$WORK_DIR/out" --to "file://$WORK_DIR/back" &&
    echo "gpt2-import $(sha_of_files back/checkpoints/*/*.safetensors)"
fi
if wanted llama-generate; then
  weft llama-generate generate --checkpoint "file://$WORK_DIR/llama-float32" --prompt "the ship" --max-new-tokens 20 --seed 3 &&
    echo "llama-generate $(sed 's/.*"text"://; s/,"finish_reason".*//' llama-generate.out | sha256sum | cut -d" " -f1)"
fi
if wanted gpt2-evaluate; then
  weft gpt2-evaluate evaluate --checkpoint "file://$WORK_DIR/gpt2-float32" --set "cluster.master=local[2]" --input "file://$WORK_DIR/text.txt" &&
    echo "gpt2-evaluate $(tail -n 1 gpt2-evaluate.out | sed 's/"checkpoint":"[^"]*"//; s/"[a-z_]*seconds":[0-9.]*//g' | sha256sum | cut -d' ' -f1)"
fi
if wanted predict; then
  rm -rf predicted
  weft predict predict --checkpoint "file://$WORK_DIR/finetune-classification" --set "cluster.master=local[2]" --input "file://$WORK_DIR/classification.jsonl" --output "file://$WORK_DIR/predicted" --output-format jsonl &&
    echo "predict $(cat predicted/* | sort | sha256sum | cut -d' ' -f1)"
fi
[ $failed = 0 ] || { echo "fingerprints: a run failed, see $log" >&2; exit 1; }
