#!/usr/bin/env bash
# Near duplicates: planted pairs against brute force, peers on the same set, the table of stages, and a large text.
#   bench/dedup.sh TEXT…      TEXT: plain text, or .jsonl with a key text, some megabytes
# Environment: COUNT 20000 documents, SEED 1, LARGE "100 1000" (megabytes, HEAP's worth of heap for two tasks), HEAP 1g,
#              PEERS, a python whose text-dedup and datatrove are measured beside, WORK_DIR as in compare.sh
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -gt 0 ] || {
  sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
bench_build
bench_work_dir
MAIN=org.weft.bench.dedup.DedupBench
bench_java 2g $MAIN plant "${COUNT:-20000}" "${SEED:-1}" "$WORK_DIR/set" "$@"
bench_java "${HEAP:-1g}" $MAIN weft 'local[1]' 8 "$WORK_DIR/set" 2>"$WORK_DIR/weft.log"
names=(weft)
for peer in text-dedup datatrove; do
  if [ -n "${PEERS:-}" ]; then
    OMP_NUM_THREADS=1 "$PEERS" "$BENCH/peers/dedup.py" "$peer" "$WORK_DIR/set" 2>"$WORK_DIR/$peer.log" | tail -n 1
    names+=("$peer")
  fi
done
bench_java 2g $MAIN score "$WORK_DIR/set" "${names[@]}"
plain=$WORK_DIR/words.txt
cat "$@" | tr -d '"{}\\' >"$plain"
for megabytes in ${LARGE-100 1000}; do
  bench_java 512m $MAIN grow "$megabytes" 1 "$WORK_DIR/large.txt" "$plain"
  echo "$megabytes MB, heap ${HEAP:-1g}:"
  bench_java "${HEAP:-1g}" $MAIN large 'local[2]' 8 "$WORK_DIR/large.txt" 2>"$WORK_DIR/large-$megabytes.log"
  rm "$WORK_DIR/large.txt"
done
