# Sourced by start.sh and stop.sh.
WEFT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$WEFT_ROOT/deploy/environment.sh"
. "$WEFT_ROOT/deploy/daemons.sh"

WEFT_HDFS_DIR=${WEFT_HDFS_DIR:-${TMPDIR:-/tmp}/weft-hdfs-$(id -u)}
DAEMONS_DIR=$WEFT_HDFS_DIR/run
