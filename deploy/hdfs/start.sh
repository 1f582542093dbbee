#!/usr/bin/env bash
# Starts a real HDFS on this machine for trying things out: a NameNode and some DataNodes, a process each, on the
# loopback interface. stop.sh ends them; the data stays. Not for data you care about: no permissions, one disk.
#   WEFT_HDFS_DATANODES=2      DataNodes; each block is kept on up to two of them
#   WEFT_HDFS_PORT=8020        hdfs://127.0.0.1:8020
#   WEFT_HDFS_UI_PORT=9870     the NameNode's pages
#   WEFT_HDFS_DIR              data, configuration, pid files and logs ($TMPDIR/weft-hdfs-<uid>)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

datanodes=${WEFT_HDFS_DATANODES:-2}
port=${WEFT_HDFS_PORT:-8020}
conf=$WEFT_HDFS_DIR/conf
name_dir=$WEFT_HDFS_DIR/namenode

weft_find_java
weft_build
mkdir -p "$conf" "$DAEMONS_DIR"
for name in namenode $(daemon_names datanode-); do
  if is_daemon "$name"; then
    weft_fail 1 "an HDFS runs already: $name in $WEFT_HDFS_DIR" "deploy/hdfs/stop.sh ends it"
  fi
done
trap '[ $? -eq 0 ] || { stop_daemons $(daemon_names datanode-) namenode >&2; }' EXIT

property() {
  echo "  <property><name>$1</name><value>$2</value></property>"
}
{
  echo '<configuration>'
  property fs.defaultFS "hdfs://127.0.0.1:$port"
  echo '</configuration>'
} >"$conf/core-site.xml"
{
  echo '<configuration>'
  property dfs.replication $((datanodes < 2 ? datanodes : 2))
  property dfs.namenode.name.dir "file://$name_dir"
  property dfs.namenode.http-address "127.0.0.1:${WEFT_HDFS_UI_PORT:-9870}"
  property dfs.namenode.datanode.registration.ip-hostname-check false
  property dfs.namenode.safemode.extension 0
  property dfs.permissions.enabled false
  property dfs.client.block.write.replace-datanode-on-failure.policy NEVER
  # A killed DataNode counts as dead after 2 x 2 s + 10 x 1 s.
  property dfs.heartbeat.interval 1
  property dfs.namenode.heartbeat.recheck-interval 2000
  echo '</configuration>'
} >"$conf/hdfs-site.xml"

classpath="$conf:$WEFT_DIST/local/*:$WEFT_DIST/spark/jars/*"
java=("$JAVA" "-Dweft.daemons=$DAEMONS_DIR" "-Dlog4j2.configurationFile=$WEFT_ROOT/deploy/standalone/log4j2.properties"
  -cp "$classpath")
if [ ! -f "$name_dir/current/VERSION" ]; then
  "${java[@]}" org.apache.hadoop.hdfs.server.namenode.NameNode -format -nonInteractive \
    >"$DAEMONS_DIR/format.log" 2>&1 || weft_fail 1 "cannot format $name_dir" "the log is $DAEMONS_DIR/format.log"
fi
start_daemon namenode "${java[0]}" -Xmx256m "${java[@]:1}" org.apache.hadoop.hdfs.server.namenode.NameNode
await_daemon namenode 'NameNode RPC up at'
for number in $(seq 1 "$datanodes"); do
  start_daemon "datanode-$number" "${java[0]}" -Xmx192m "${java[@]:1}" \
    org.apache.hadoop.hdfs.server.datanode.DataNode "-Ddfs.datanode.data.dir=file://$WEFT_HDFS_DIR/datanode-$number" \
    -Ddfs.datanode.address=127.0.0.1:0 -Ddfs.datanode.http.address=127.0.0.1:0 -Ddfs.datanode.ipc.address=127.0.0.1:0
done
for number in $(seq 1 "$datanodes"); do
  await_daemon "datanode-$number" 'successfully registered with NN|Successfully sent block report'
done
echo "hdfs://127.0.0.1:$port is up: $datanodes DataNodes"
echo "export HADOOP_CONF_DIR=$conf"
