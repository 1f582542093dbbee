#!/usr/bin/env bash
# One recipe on both lines of Spark: local-cluster, standalone, and a checkpoint of each line resumed on the other. Prints a
# table; ends with 1 where a hash differs.
#   bench/lines.sh [DISTRIBUTION3 DISTRIBUTION4]   unpacked ones; built here where they are not named
#   WEFT_LINES_DIR   runs, corpus and logs ($TMPDIR/weft-lines-<uid>), made anew
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$here")
folder=${WEFT_LINES_DIR:-${TMPDIR:-/tmp}/weft-lines-$(id -u)}
unset SPARK_HOME SPARK_CONF_DIR WEFT_SPARK
steps=6 resumed=2

# home LINE: its distribution
home() {
  if [ "$1" = 3 ]; then echo "${homes[0]}"; else echo "${homes[1]}"; fi
}

if [ $# -eq 2 ]; then
  homes=("$1" "$2")
else
  for line in 3 4; do
    WEFT_SPARK=$line "$root/weft" --version >&2
  done
  homes=("$root/trainer/target/dist" "$root/trainer/target/spark4/dist")
fi

rm -rf "$folder" && mkdir -p "$folder"
words=(the a ship sailed sea wind never always 12 don\'t café and or from under light deep harbour)
for ((i = 0; i < 8000; i++)); do
  printf '%s' "${words[(i * i / 3 + 5 * i) % ${#words[@]}]}"
  if ((i % 40 == 39)); then printf '.\n\n'; else printf ' '; fi
done >"$folder/text.txt"
cat >"$folder/run.yaml" <<YAML
run: {name: lines, dir: "file://$folder/prepared", seed: 5}
cluster: {master: "local-cluster[2,2,1024]", workers: 2, servers: 1, device: cpu}
corpus: {input: ["file://$folder/text.txt"], val_fraction: 0.05}
tokenizer: {kind: bpe, vocab_size: 300}
model: {layers: 2, width: 64, heads: 2, context: 32}
training: {steps: $steps, global_batch: 8, micro_batch: 1, lanes: 8, learning_rate: 1.0e-3, warmup_steps: 2}
checkpoint: {every: 2, keep: 5}
YAML

# hash LOG: of the closing object
hash_of() {
  sed -n 's/^{"command":"pretrain".*"params_sha256":"\([0-9a-f]*\)".*/\1/p' "$1"
}

# A run that fails says so here, and leaves no cluster behind.
cluster=
ended() {
  local status=$? log
  [ -z "$cluster" ] || "$cluster/stop.sh" >/dev/null 2>&1 || true
  if [ "$status" != 0 ]; then
    log=$(find "$folder" -maxdepth 1 \( -name '*.err' -o -name '*.start' \) -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
    echo "lines.sh: ended with status $status; the end of ${log:-no log}:" >&2
    [ -z "$log" ] || tail -n 20 "$log" >&2
  fi
}
trap ended EXIT

# row WHAT LOG SECONDS
row() {
  local hash
  hash=$(hash_of "$2")
  printf '| %-42s | %4s | %s |\n' "$1" "$3" "$hash"
  hashes+=("$hash")
}

# local_cluster LINE RUN [options]
local_cluster() {
  local line=$1 run=$2
  shift 2
  [ -d "$folder/$run" ] || cp -R "$folder/prepared" "$folder/$run"
  "$(home "$line")/weft" pretrain --config "$folder/run.yaml" --set "run.dir=file://$folder/$run" "$@" \
    >"$folder/$run.out" 2>"$folder/$run.err" </dev/null
}

# standalone LINE RUN: a cluster of that line's own Spark, from its start to its end
standalone() {
  local scripts
  scripts=$(home "$1")/deploy/standalone
  export WEFT_CLUSTER_DIR=$folder/cluster-$1 WEFT_MASTER_PORT=${WEFT_MASTER_PORT:-17077} \
    WEFT_MASTER_UI_PORT=${WEFT_MASTER_UI_PORT:-18080} WEFT_WORKER_UI_PORT=${WEFT_WORKER_UI_PORT:-18081}
  cp -R "$folder/prepared" "$folder/$2"
  cluster=$scripts
  "$scripts/start.sh" >"$folder/$2.start" 2>&1
  local status=0
  "$scripts/submit.sh" pretrain --config "$folder/run.yaml" --set cluster.master= --set "run.dir=file://$folder/$2" \
    >"$folder/$2.out" 2>"$folder/$2.err" </dev/null || status=$?
  "$scripts/stop.sh" >>"$folder/$2.start" 2>&1
  cluster=
  return "$status"
}

# crossed FROM TO: the run of line FROM as it was at step $resumed, resumed on line TO
crossed() {
  local run=$1-on-$2 step
  cp -R "$folder/local-$1" "$folder/$run"
  for ((step = resumed + 1; step <= steps; step++)); do
    rm -rf "$folder/$run/checkpoints/step-$(printf %08d "$step")"
  done
  local_cluster "$2" "$run" --resume
}

"$(home 3)/weft" prepare --config "$folder/run.yaml" >"$folder/prepare.out" 2>"$folder/prepare.err"
hashes=()
echo "| run of $steps steps                              |    s | params_sha256 |"
echo "|---|---|---|"
for line in 3 4; do
  begin=$SECONDS && local_cluster "$line" "local-$line"
  row "line $line, local-cluster" "$folder/local-$line.out" $((SECONDS - begin))
done
for pair in "3 4" "4 3"; do
  read -r from to <<<"$pair"
  begin=$SECONDS && crossed "$from" "$to"
  row "line $from to step $resumed, resumed on line $to" "$folder/$from-on-$to.out" $((SECONDS - begin))
done
for line in 3 4; do
  begin=$SECONDS && standalone "$line" "standalone-$line"
  row "line $line, standalone" "$folder/standalone-$line.out" $((SECONDS - begin))
done
if [ "$(printf '%s\n' "${hashes[@]}" | sort -u | wc -l)" != 1 ] || [ -z "${hashes[0]}" ]; then
  echo "the hashes differ" >&2
  exit 1
fi
