#!/usr/bin/env bash
# Starts one more Worker of the cluster that start.sh started, or one that was killed; a run with cluster.max_workers grows
# onto it. stop.sh ends it with the others.
#   deploy/standalone/worker.sh NUMBER
# Environment: as start.sh
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$WEFT_ROOT/deploy/standalone/workers.sh"

number=${1:-}
[[ $number =~ ^[1-9][0-9]*$ ]] || weft_fail 2 "which Worker? '$number' is no number" "deploy/standalone/worker.sh 3"
weft_find_standalone
is_daemon master || weft_fail 1 "no cluster runs in $WEFT_CLUSTER_DIR" "deploy/standalone/start.sh starts one"
start_worker "$number"
await_daemon "worker-$number" 'Successfully registered with master'
