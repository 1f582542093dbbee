#!/usr/bin/env bash
# Prepares one text in many ways and compares the token shards: they must be the same bytes each time.
#   bench/corpus.sh             1, 3 and 16 tasks at once; three executors, one of them killed with -9 on the way; the same
#                               text in other files of other names; a second prepare of what did not change
#   bench/corpus.sh growth      time of the wall and of all processors, peak resident memory of a process and the stages' fewest
#                               tasks, of cleaning, near duplicates and encoding for growing sizes
# Environment: SIZE 32 (MB of text), SIZES "100 2000" (of growth), HEAP 1024 (MB of an executor), VOCAB 2048,
#              RULES "--set corpus.clean.rules=[unicode,repeated,c4] --set corpus.deduplicate.near=minhash" (more of the command line),
#              INPUT (files instead of made text), WEFT ./weft, WORK_DIR as in compare.sh
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
SIZE=${SIZE:-32} SIZES=${SIZES:-"100 2000"} HEAP=${HEAP:-1024} VOCAB=${VOCAB:-2048}
WEFT=${WEFT:-$WEFT_ROOT/weft}
RULES=${RULES:-"--set corpus.clean.rules=[unicode,repeated,c4] --set corpus.deduplicate.near=minhash"}
bench_work_dir

# text MEGABYTES DIRECTORY: files of up to 8 MB, of whose documents a sixth are another's with a word more.
text() {
  mkdir -p "$2"
  local made
  for ((made = 0; made < $1; made += 8)); do
    awk -v megabytes=$(($1 - made < 8 ? $1 - made : 8)) -v seed="$made" -v copies=0.2 -f "$BENCH/text.awk" >"$2/$made.txt"
  done
}

# prepare NAME MASTER INPUT: into WORK_DIR/NAME; its log is beside it.
prepare() {
  : >"$WORK_DIR/$1.log"
  # shellcheck disable=SC2086 # RULES is several words
  "$WEFT" prepare --config "$WEFT_ROOT/conf/compare.yaml" --set "run.dir=file://$WORK_DIR/$1" \
    --set "cluster.master=$2" --set "cluster.executor_memory=${HEAP}m" --set "tokenizer.vocab_size=$VOCAB" \
    --set "corpus.input=[file://$3]" --set corpus.shard_bytes=4194304 $RULES >>"$WORK_DIR/$1.log" 2>&1
}

# shards NAME: one SHA-256 of all token shards and the tokenizer, with their names.
shards() {
  (cd "$WORK_DIR/$1/corpus" && sha256sum ./*.tokens tokenizer.json manifest.json) | sha256sum | cut -c 1-64
}

# killed NAME INPUT: three executors, of which one is killed as soon as the first part is read.
killed() {
  prepare "$1" "local-cluster[3,1,$HEAP]" "$2" &
  local driver=$! victim=
  bench_stop_on_exit "$driver"
  until compgen -G "$WORK_DIR/$1/corpus.documents/*.docs" >/dev/null || ! kill -0 "$driver" 2>/dev/null; do
    sleep 0.1
  done
  for pid in $(descendants "$driver"); do
    if grep -qa CoarseGrainedExecutorBackend "/proc/$pid/cmdline" 2>/dev/null; then
      victim=$pid
      break
    fi
  done
  if [ -n "$victim" ] && kill -9 "$victim" 2>/dev/null; then
    echo "killed executor, process $victim" >>"$WORK_DIR/$1.log"
  fi
  wait "$driver"
}

# descendants PID: processes below it.
descendants() {
  local child
  for child in $(pgrep -P "$1" || true); do
    echo "$child"
    descendants "$child"
  done
}

# count_busy: into busy, the processor seconds of all processes that have ended below this one; a subshell has none.
count_busy() {
  times >"$WORK_DIR/times"
  busy=$(awk -F '[ms ]' 'NR == 2 { printf "%.0f\n", $1 * 60 + $2 + $4 * 60 + $5 }' "$WORK_DIR/times")
}

# growth: a row for each size.
growth() {
  local megabytes begin before busy driver peak size pid
  for megabytes in $SIZES; do
    text "$megabytes" "$WORK_DIR/text-$megabytes"
    count_busy
    begin=$SECONDS before=$busy peak=0
    prepare "run-$megabytes" "local-cluster[1,2,$HEAP]" "$WORK_DIR/text-$megabytes" &
    driver=$!
    bench_stop_on_exit "$driver"
    while kill -0 "$driver" 2>/dev/null; do
      for pid in $(descendants "$driver"); do
        size=$(bench_status "$pid" VmHWM)
        [ "${size:-0}" -le "$peak" ] || peak=$size
      done
      sleep 1
    done
    wait "$driver" || {
      tail -n 20 "$WORK_DIR/run-$megabytes.log" >&2
      exit 1
    }
    count_busy
    busy=$((busy - before))
    echo "$megabytes MB: $((SECONDS - begin)) s, $busy s of processors: $(awk -v mb="$megabytes" -v s="$busy" 'BEGIN { printf "%.2f", mb / s }') MB/s a core; peak resident of a process $peak MB"
    rm -rf "$WORK_DIR/run-$megabytes" "$WORK_DIR/text-$megabytes"
  done
}

if [ "${1:-}" = growth ]; then
  growth
  exit
fi

input=${INPUT:-$WORK_DIR/text}
[ -n "${INPUT:-}" ] || text "$SIZE" "$input"
for file in "$input"/*.txt; do
  cat "$file"
  echo
done >"$WORK_DIR/one.txt"
mkdir -p "$WORK_DIR/other"
# The same bytes, cut at blank lines into files of other names and in another order.
awk -v into="$WORK_DIR/other" 'BEGIN { RS = ""; ORS = "\n\n" } { print > (into "/part-" (NR * 7 % 5) ".txt") }' "$WORK_DIR/one.txt"
failed=0
expected=
for way in "one local[1] $input" "three local[3] $input" "sixteen local[16] $input" "files local[2] $WORK_DIR/other" \
  "again local[2] $input" "killed - $input"; do
  read -r name master from <<<"$way"
  [ "$name" != again ] || name=three
  case $name in
    killed) killed killed "$from" ;;
    *) prepare "$name" "$master" "$from" ;;
  esac || {
    tail -n 20 "$WORK_DIR/$name.log" >&2
    exit 1
  }
  found=$(shards "$name")
  expected=${expected:-$found}
  [ "$found" = "$expected" ] || failed=1
  echo "$found  ${way%% *}  $master  $(grep -o '[0-9]* of [0-9]* parts of the input are unchanged\|killed executor' "$WORK_DIR/$name.log" | head -n 1 || true)"
done
[ "$failed" = 0 ] || weft_fail 1 "the shards differ" "run with WORK_DIR set and compare the files there"
