#!/bin/sh
# A discovery script as Spark wants it: prints {"name":"gpu","addresses":["0","1"]}.
#   WEFT_FAKE_GPUS   a list such as 0,1,2,3 instead of the machine's own GPUs, for trying it out
#   WEFT_GPU_FIRST, WEFT_GPU_COUNT   the part of the list that belongs to one Worker: all of it, unless both are set
set -eu
if [ -n "${WEFT_FAKE_GPUS:-}" ]; then
  found=$(echo "$WEFT_FAKE_GPUS" | tr ',' '\n')
elif command -v nvidia-smi >/dev/null 2>&1; then
  found=$(nvidia-smi --query-gpu=index --format=csv,noheader)
else
  echo "gpus.sh: no nvidia-smi on PATH, and WEFT_FAKE_GPUS is not set" >&2
  exit 1
fi
echo "$found" | awk -v first="${WEFT_GPU_FIRST:-0}" -v count="${WEFT_GPU_COUNT:--1}" '
  NF { gsub(/[ \t]/, ""); if (n >= first && (count < 0 || n < first + count)) list = list (taken++ ? "," : "") "\"" $0 "\""; n++ }
  END {
    if (count >= 0 && taken < count) {
      print "gpus.sh: " n + 0 " GPUs found, wanted " count " from number " first > "/dev/stderr"
      exit 1
    }
    print "{\"name\":\"gpu\",\"addresses\":[" list "]}"
  }'
