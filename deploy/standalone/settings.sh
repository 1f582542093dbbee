# Sourced by start.sh, stop.sh and submit.sh: their common settings, and where Spark is.
WEFT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$WEFT_ROOT/deploy/environment.sh"
. "$WEFT_ROOT/deploy/daemons.sh"

WEFT_CLUSTER_HOST=${WEFT_CLUSTER_HOST:-127.0.0.1}
WEFT_CLUSTER_DIR=${WEFT_CLUSTER_DIR:-${TMPDIR:-/tmp}/weft-standalone-$(id -u)}
WEFT_MASTER_PORT=${WEFT_MASTER_PORT:-7077}
WEFT_MASTER=${WEFT_MASTER:-spark://$WEFT_CLUSTER_HOST:$WEFT_MASTER_PORT}
DAEMONS_DIR=$WEFT_CLUSTER_DIR

# Spark, and the address that it listens on.
weft_find_standalone() {
  weft_find_spark spark-class
  case $WEFT_CLUSTER_HOST in
    127.* | localhost)
      export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
      export SPARK_LOCAL_HOSTNAME=${SPARK_LOCAL_HOSTNAME:-$SPARK_LOCAL_IP} ;;
  esac
}
