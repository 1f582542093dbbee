#!/usr/bin/env bash
# Starts a real HDFS on this machine for trying things out: a NameNode and some DataNodes, a process each, on the
# loopback interface. stop.sh ends them; the data stays. Not for data you care about: no permissions, one disk.
#   WEFT_HDFS_DATANODES=2      DataNodes; each block is kept on up to two of them
#   WEFT_HDFS_HOST=127.0.0.1   the address to listen on
#   WEFT_HDFS_PORT=8020        hdfs://127.0.0.1:8020
#   WEFT_HDFS_UI_PORT=9870     the NameNode's pages
#   WEFT_HDFS_DIR              data, configuration, pid files and logs ($TMPDIR/weft-hdfs-<uid>)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

datanodes=${WEFT_HDFS_DATANODES:-2}
port=${WEFT_HDFS_PORT:-8020}
conf=$WEFT_HDFS_DIR/conf
name_dir=$WEFT_HDFS_DIR/namenode

hdfs_find_java
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
  property fs.defaultFS "hdfs://$WEFT_HDFS_HOST:$port"
  echo '</configuration>'
} >"$conf/core-site.xml"
{
  echo '<configuration>'
  property dfs.replication $((datanodes < 2 ? datanodes : 2))
  property dfs.namenode.name.dir "file://$name_dir"
  property dfs.namenode.http-address "$WEFT_HDFS_HOST:${WEFT_HDFS_UI_PORT:-9870}"
  property dfs.namenode.datanode.registration.ip-hostname-check false
  property dfs.namenode.safemode.extension 0
  property dfs.permissions.enabled false
  property dfs.client.block.write.replace-datanode-on-failure.policy NEVER
  # A killed DataNode counts as dead after 2 x 2 s + 10 x 1 s.
  property dfs.heartbeat.interval 1
  property dfs.namenode.heartbeat.recheck-interval 2000
  echo '</configuration>'
} >"$conf/hdfs-site.xml"

if [ ! -f "$name_dir/current/VERSION" ]; then
  "${HDFS_JAVA[@]}" org.apache.hadoop.hdfs.server.namenode.NameNode -format -nonInteractive \
    >"$DAEMONS_DIR/format.log" 2>&1 || weft_fail 1 "cannot format $name_dir" "the log is $DAEMONS_DIR/format.log"
fi
start_daemon namenode "${HDFS_JAVA[0]}" -Xmx256m "${HDFS_JAVA[@]:1}" org.apache.hadoop.hdfs.server.namenode.NameNode
await_daemon namenode 'NameNode RPC up at'
for number in $(seq 1 "$datanodes"); do
  start_datanode "$number"
done
for number in $(seq 1 "$datanodes"); do
  await_datanode "$number"
done
echo "hdfs://$WEFT_HDFS_HOST:$port is up: $datanodes DataNodes"
echo "export HADOOP_CONF_DIR=$conf"
