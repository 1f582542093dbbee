# Sourced by start.sh, datanode.sh and stop.sh.
WEFT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$WEFT_ROOT/deploy/environment.sh"
. "$WEFT_ROOT/deploy/daemons.sh"

WEFT_HDFS_HOST=${WEFT_HDFS_HOST:-127.0.0.1}
WEFT_HDFS_DIR=${WEFT_HDFS_DIR:-${TMPDIR:-/tmp}/weft-hdfs-$(id -u)}
DAEMONS_DIR=$WEFT_HDFS_DIR/run

# Sets HDFS_JAVA: what a Hadoop daemon's command line begins with; its first word may be followed by options.
hdfs_find_java() {
  weft_find_java
  weft_build
  HDFS_JAVA=("$JAVA" "-Dweft.daemons=$DAEMONS_DIR" "-Dlog4j2.configurationFile=$WEFT_ROOT/deploy/standalone/log4j2.properties"
    -cp "$WEFT_HDFS_DIR/conf:$WEFT_DIST/local/*:$WEFT_DIST/spark/jars/*")
}

# start_datanode NUMBER
start_datanode() {
  start_daemon "datanode-$1" "${HDFS_JAVA[0]}" -Xmx192m "${HDFS_JAVA[@]:1}" \
    org.apache.hadoop.hdfs.server.datanode.DataNode "-Ddfs.datanode.data.dir=file://$WEFT_HDFS_DIR/datanode-$1" \
    "-Ddfs.datanode.address=$WEFT_HDFS_HOST:0" "-Ddfs.datanode.http.address=$WEFT_HDFS_HOST:0" \
    "-Ddfs.datanode.ipc.address=$WEFT_HDFS_HOST:0"
}

# await_datanode NUMBER
await_datanode() {
  await_daemon "datanode-$1" 'successfully registered with NN|Successfully sent block report'
}
