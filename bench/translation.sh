#!/usr/bin/env bash
# A generated translation (another lexicon, adjectives behind their nouns, the verb at the end), learnt by an encoder with a
# decoder that was pre-trained on a few spans: BLEU of test rows that no training row is. Fails below 95.
#   bench/translation.sh
#   WORK_DIR=…    MODEL='…', keys of the model section
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_work_dir
home=$WORK_DIR/translation
model=${MODEL:-architecture: t5, layers: 2, width: 64, heads: 4, mlp_width: 128, context: 32, gated_perceptron: true,
  relative_buckets: 16, relative_distance: 24}
rm -rf "$home"
mkdir -p "$home"

# rows SEED COUNT FORM: a row each, as JSON or as text
rows() {
  awk -v seed="$1" -v count="$2" -v form="$3" '
    function pick(list, words) { return words[1 + int(rand() * split(list, words, " "))] }
    function phrase(own, n, a, k) {
      n = pick("one:uno two:duo three:tri four:kvar five:kvin", own); a = pick("red:rosu old:vetu small:pico green:verd cold:frig", own)
      k = pick("ship:nef sea:mer house:dom bird:ave river:rek stone:sten tree:arb king:rex", own)
      split(n, N, ":"); split(a, A, ":"); split(k, K, ":")
      source = N[1] " " A[1] " " K[1]; target = N[2] " " K[2] " " A[2]
    }
    BEGIN {
      srand(seed)
      for (i = 0; i < count; i++) {
        phrase(w); s = source; t = target; phrase(w)
        split(pick("sees:vida takes:capi finds:trova leaves:lasi", w), V, ":")
        s = s " " V[1] " " source; t = t " " target " " V[2]
        if (form == "json") printf "{\"prompt\": \"%s\", \"response\": \"%s\"}\n", s, t; else print s " . " t
      }
    }'
}
rows 1 4000 json >"$home/train.jsonl"
rows 2 64 json >"$home/val.jsonl"
rows 3 400 json | grep -vxFf "$home/train.jsonl" | head -n 200 >"$home/test.jsonl"
rows 4 1500 text >"$home/text.txt"

cat >"$home/base.yaml" <<EOF
run: {name: base, dir: "file://$home/base", seed: 5}
cluster: {master: "local[4]", workers: 1, servers: 1, device: cpu}
corpus: {input: ["file://$home/text.txt"], val_fraction: 0.05}
tokenizer: {kind: bpe, vocab_size: 440}
model: {$model}
training: {steps: 20, global_batch: 16, micro_batch: 4, lanes: 4, learning_rate: 3.0e-3, min_learning_rate: 1.0e-4,
  warmup_steps: 4, eval_every: 0}
EOF
cat >"$home/tuned.yaml" <<EOF
run: {name: tuned, dir: "file://$home/tuned", seed: 5}
cluster: {master: "local[4]", workers: 1, servers: 1, device: cpu}
dataset: {train: ["file://$home/train.jsonl"], validation: ["file://$home/val.jsonl"], test: ["file://$home/test.jsonl"]}
finetune: {task: instruction, from: "file://$home/base", metric: bleu, epochs: 8}
training: {global_batch: 32, micro_batch: 8, lanes: 4, learning_rate: 4.0e-3, min_learning_rate: 1.0e-4, warmup_steps: 20,
  eval_every: 250, eval_batches: 4}
checkpoint: {every: 250}
EOF
"$WEFT_ROOT/weft" prepare --config "$home/base.yaml" >"$home/log" 2>&1
"$WEFT_ROOT/weft" pretrain --config "$home/base.yaml" >>"$home/log" 2>&1
"$WEFT_ROOT/weft" finetune --config "$home/tuned.yaml" >"$home/out" 2>>"$home/log"
bleu=$(tail -n 1 "$home/out" | sed -n 's/.*"bleu":\([0-9.]*\).*/\1/p')
echo "BLEU of $(wc -l <"$home/test.jsonl") test rows: $bleu"
awk -v bleu="${bleu:-0}" 'BEGIN { exit !(bleu >= 95) }'
