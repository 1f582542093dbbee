#!/usr/bin/env bash
# Cleaning and scrubbing on one thread: MB of UTF-8 a second of processor time, by set of rules (CleaningBench), and where PEER
# names a Python with datatrove, spacy and jieba, the fate of each document beside datatrove's.
#   [PEER=python3] [LANGUAGE=eng|zho] [LIMIT=N] bench/cleaning.sh FILE…     JSON lines with text (maybe .gz), or paragraphs
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
[ $# -gt 0 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
bench_build
bench_work_dir
bench_java 2g org.weft.bench.CleaningBench speed "${ROUNDS:-5}" "$@"
if [ -n "${PEER:-}" ]; then
  for file in "$@"; do
    for set in gopher c4 fineweb; do
      bench_java 2g org.weft.bench.CleaningBench decide "$set" "$file" "$WORK_DIR/$set" >"$WORK_DIR/$set.counts"
    done
    echo "== $file"
    "$PEER" "$BENCH/peers/cleaning.py" "${LANGUAGE:-eng}" "$file" gopher="$WORK_DIR/gopher" c4="$WORK_DIR/c4" \
      fineweb="$WORK_DIR/fineweb" --limit "${LIMIT:-1000000000}"
  done
fi
