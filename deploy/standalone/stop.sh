#!/usr/bin/env bash
# Ends what start.sh started, and waits for its end. WEFT_CLUSTER_DIR as for start.sh; logs and work folders stay.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# shellcheck disable=SC2046 # names have no spaces
stop_daemons $(daemon_names worker-) master
