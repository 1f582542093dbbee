#!/usr/bin/env bash
# Weft's metrics against scikit-learn's and SciPy's on random cases of every kind of task and on edge cases: MetricsBench.
# PYTHONPATH may lead to a copy of seqeval, which then judges entities.
# TEXTS_PYTHON may name a Python that has sacrebleu and rouge-score, which then judge generated texts.
# FAIRNESS_PYTHON may name a Python that has fairlearn, which then judges gaps between groups.
#   bench/metrics.sh [CASES [SEED]]      (1000 of each kind, 1)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_work_dir
/usr/bin/python3 "$BENCH/peers/metrics.py" "${1:-1000}" "${2:-1}" >"$WORK_DIR/cases.jsonl"
if [ -n "${TEXTS_PYTHON:-}" ]; then
  "$TEXTS_PYTHON" "$BENCH/peers/generated_texts.py" "${1:-1000}" "${2:-1}" >"$WORK_DIR/texts.jsonl"
  bench_java 1g org.weft.bench.MetricsBench "$WORK_DIR/texts.jsonl"
fi
if [ -n "${FAIRNESS_PYTHON:-}" ]; then
  "$FAIRNESS_PYTHON" "$BENCH/peers/fairness.py" "${1:-1000}" "${2:-1}" >"$WORK_DIR/groups.jsonl"
  bench_java 1g org.weft.bench.MetricsBench "$WORK_DIR/groups.jsonl"
fi
bench_java 1g org.weft.bench.MetricsBench "$WORK_DIR/cases.jsonl"
