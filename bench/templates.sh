#!/usr/bin/env bash
# Chat templates of a folder, each with forty conversations (tools, empty system messages, parts, trailing answers, prompts,
# answers to go on with): what transformers' apply_chat_template writes, or refuses, and what Weft does. Fails where they differ.
#   bench/templates.sh FOLDER      of *.jinja
#   WORK_DIR=…    PYTHON=python3 (with transformers and jinja2, of PyPI)
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
templates=${1:?usage: bench/templates.sh FOLDER}
bench_build
bench_work_dir
"${PYTHON:-python3}" "$BENCH/peers/chat_templates.py" "$templates" "$WORK_DIR/judged"
bench_java 1g org.weft.bench.ChatTemplates "$templates" "$WORK_DIR/judged"
