#!/usr/bin/env bash
# Runs notebook.py with the real PySpark of each line, in virtual environments made for it:
#   deploy/python/test.sh [3] [4]      where none is named: both in a clone, its own in an unpacked distribution
#   WEFT_PYTHON=python3                makes the environments
#   WEFT_PYTHON_DIR                    where they and the runs are kept ($TMPDIR/weft-python-<uid>)
#   WEFT_ROWS=                         JSON lines of text and label instead of generated rows
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
folder=${WEFT_PYTHON_DIR:-${TMPDIR:-/tmp}/weft-python-$(id -u)}
unset SPARK_HOME PYTHONPATH
export SPARK_LOCAL_IP=127.0.0.1
rows=
if [ -n "${WEFT_ROWS:-}" ]; then
  rows=file://$(realpath -e "$WEFT_ROWS")
fi

# environment LINE PYSPARK: prints the Python of a virtual environment that has PySpark and this package
environment() {
  local venv=$folder/venv-$1
  if [ ! -x "$venv/bin/python" ]; then
    "${WEFT_PYTHON:-python3}" -m venv "$venv"
  fi
  "$venv/bin/pip" install --quiet "pyspark==$2" numpy >&2
  rm -rf "$folder/package" && cp -R "$here" "$folder/package" # pip leaves its build beside the sources
  "$venv/bin/pip" install --quiet --force-reinstall --no-deps "$folder/package" >&2
  echo "$venv/bin/python"
}

# pretrain LINE RUN: a small model, to be fine-tuned
pretrain() {
  local text=$folder/text.txt word words=(the a ship good bad fine great awful broken cold sea wind kind rude lovely of) i
  for ((i = 0; i < 4000; i++)); do
    word=${words[(i * i + 7 * i) % ${#words[@]}]}
    if ((i % 40 == 39)); then printf '%s.\n\n' "$word"; else printf '%s ' "$word"; fi
  done >"$text"
  cat >"$folder/run.yaml" <<YAML
run: {name: base, dir: "file://$2", seed: 5}
cluster: {master: "local[2]", workers: 1, servers: 1, device: cpu}
corpus: {input: ["file://$text"], val_fraction: 0.05}
tokenizer: {kind: bpe, vocab_size: 300}
model: {layers: 1, width: 32, heads: 2, context: 32}
training: {steps: 4, global_batch: 8, micro_batch: 1, warmup_steps: 2}
YAML
  for command in prepare pretrain; do
    WEFT_SPARK=$1 "$root/weft" "$command" --config "$folder/run.yaml"
  done
}

# distribution LINE
distribution() {
  WEFT_ROOT=$root WEFT_SPARK=$1 bash -c '. "$WEFT_ROOT/deploy/environment.sh" && echo "$WEFT_DIST"'
}

mkdir -p "$folder"
if [ $# -eq 0 ]; then
  if [ -r "$root/LINE" ]; then set -- "$(cat "$root/LINE")"; else set -- 3 4; fi
fi
for line in "$@"; do
  case $line in
    3) pyspark=3.5.5 ;;
    4) pyspark=4.2.0 ;;
    *) echo "test.sh: no line $line" >&2 && exit 2 ;;
  esac
  home=$(distribution "$line")
  rm -rf "$folder/run-$line" "$folder/work-$line"
  pretrain "$line" "$folder/run-$line"
  python=$(environment "$line" "$pyspark")
  (cd "$folder" && "$python" "$here/notebook.py" --home "$home" --pretrained "file://$folder/run-$line" \
    --work "file://$folder/work-$line" ${rows:+--rows "$rows"})
done
