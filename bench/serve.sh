#!/usr/bin/env bash
# Clients that ask a server side by side: batched against one by one, and whether the texts are the same.
#   bench/serve.sh [CLIENTS [SECONDS [TOKENS]]]      32 60 64
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
bench_build
bench_java 512m org.weft.bench.ServeBench "$@"
