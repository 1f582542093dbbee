# Sourced by start.sh, stop.sh and submit.sh: their common settings, and where Spark is.
WEFT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$WEFT_ROOT/deploy/environment.sh"
. "$WEFT_ROOT/deploy/daemons.sh"

WEFT_CLUSTER_HOST=${WEFT_CLUSTER_HOST:-127.0.0.1}
WEFT_CLUSTER_DIR=${WEFT_CLUSTER_DIR:-${TMPDIR:-/tmp}/weft-standalone-$(id -u)}
WEFT_MASTER_PORT=${WEFT_MASTER_PORT:-7077}
WEFT_MASTER=${WEFT_MASTER:-spark://$WEFT_CLUSTER_HOST:$WEFT_MASTER_PORT}
DAEMONS_DIR=$WEFT_CLUSTER_DIR

# Your SPARK_HOME where you have one, else the distribution's own Spark.
weft_find_spark() {
  weft_find_java
  weft_build
  if [ -n "${SPARK_HOME:-}" ]; then
    [ -x "$SPARK_HOME/bin/spark-class" ] ||
      weft_fail 1 "SPARK_HOME=$SPARK_HOME has no bin/spark-class" "unset SPARK_HOME to use the Spark that Weft brings"
    weft_check_spark
    WEFT_OWN_SPARK=false
  else
    export SPARK_HOME=$WEFT_DIST/spark
    export SPARK_CONF_DIR=${SPARK_CONF_DIR:-$SPARK_HOME/conf}
    # No bin/ here for Spark to find its Scala version by.
    SPARK_SCALA_VERSION=$(weft_scala_line "$SPARK_HOME"/jars/spark-core_*.jar) && export SPARK_SCALA_VERSION
    WEFT_OWN_SPARK=true
  fi
  case $WEFT_CLUSTER_HOST in
    127.* | localhost)
      export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
      export SPARK_LOCAL_HOSTNAME=${SPARK_LOCAL_HOSTNAME:-$SPARK_LOCAL_IP} ;;
  esac
}
