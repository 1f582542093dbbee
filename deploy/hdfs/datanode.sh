#!/usr/bin/env bash
# Starts one DataNode again that has ended, with the data it had: datanode.sh NUMBER. The variables are start.sh's.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
number=${1:?datanode.sh NUMBER}
[ -d "$WEFT_HDFS_DIR/datanode-$number" ] ||
  weft_fail 2 "$WEFT_HDFS_DIR has no datanode-$number" "start.sh makes them: WEFT_HDFS_DATANODES"
hdfs_find_java
start_datanode "$number"
await_datanode "$number"
echo "datanode-$number is up"
