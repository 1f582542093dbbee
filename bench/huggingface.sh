#!/usr/bin/env bash
# Hugging Face directories both ways, against a writer and a reader of the public format that share no line with Weft:
# for each family a directory from bench/peers/safetensors_write.py is imported, the checkpoint compared, exported again as
# float32 in one file and as the other types in several, and compared by bench/peers/safetensors_read.py.
# Prints the largest differences; fails where one is beyond the type's rounding.
#   bench/huggingface.sh     WORK_DIR=/tmp/weft-hf    PYTHON=/usr/bin/python3 (with Debian's python3-torch)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_work_dir
python=${PYTHON:-/usr/bin/python3}
weft=$WEFT_ROOT/weft

# compare DUMP PATH
compare() { "$python" "$BENCH/peers/safetensors_read.py" --dump "$1" "$2"; }

for family in gpt2 llama bert; do
  for source in f32:1 f16:1 bf16:3; do
    dtype=${source%:*} files=${source#*:}
    dir=$WORK_DIR/$family-$dtype
    rm -rf "$dir"*
    "$python" "$BENCH/peers/safetensors_write.py" --family "$family" --dtype "$dtype" --files "$files" --out "$dir"
    "$weft" import "file://$dir" --to "file://$dir-run" >"$dir.import" 2>"$dir.log" || { cat "$dir.log" >&2; exit 1; }
    echo "$family from $dtype in $files file(s)"
    printf '  in:  ' && compare "$dir" "$dir-run/checkpoints/step-00000000"
    # What was widened exactly is exact in its own type again, and in float32.
    for out in f32 $([ "$dtype" != f32 ] && echo "$dtype" || echo f16 bf16); do
      "$weft" export --checkpoint "file://$dir-run" --to "file://$dir-$out" --dtype "$out" \
        --max-shard-bytes $([ "$out" = f32 ] && echo 1000000000 || echo 40000) \
        >"$dir.export" 2>"$dir.log" || { cat "$dir.log" >&2; exit 1; }
      printf '  out: ' && compare "$dir" "$dir-$out"
    done
  done
done
