# Sourced by submit.sh and install.sh: Weft, its Spark or yours, and where both lie on HDFS.
WEFT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$WEFT_ROOT/deploy/environment.sh"

# Spark, which has YARN's client, and the cluster's configuration.
weft_find_yarn() {
  [ -d "${HADOOP_CONF_DIR:-}" ] ||
    weft_fail 1 "HADOOP_CONF_DIR=${HADOOP_CONF_DIR:-} is no folder" "set it to the folder of yarn-site.xml and core-site.xml"
  export HADOOP_CONF_DIR
  weft_find_spark spark-submit
}

# Runs a Java main of the distribution with the cluster's configuration.
weft_hadoop() {
  # shellcheck disable=SC2086 # WEFT_JAVA_OPTS is split on purpose
  "$JAVA" "${WEFT_JDK_OPTIONS[@]}" ${WEFT_JAVA_OPTS:-} -Xmx256m -XX:TieredStopAtLevel=1 \
    -cp "$WEFT_DIST/spark/conf:$HADOOP_CONF_DIR:$WEFT_DIST/spark/jars/*" "$@"
}

# hdfs dfs, for whoever has no Hadoop installed.
weft_fs() {
  weft_hadoop org.apache.hadoop.fs.FsShell "$@"
}

# Names this build: its version and a fingerprint of Weft's own jars and of the names of all others.
weft_build_key() {
  local version
  version=$(basename "$WEFT_DIST"/lib/weft-trainer-*.jar .jar)
  echo "${version#weft-trainer-}-$({
    cat "$WEFT_DIST"/lib/weft-*.jar | sha256sum
    ls "$WEFT_DIST/lib" "$WEFT_DIST/spark/jars"
  } | sha256sum | cut -c1-12)"
}

# Puts Weft's jars, and the Spark that Weft brings, under FOLDER once; prints the folder of this build. What is there stays
# as it is; what is being put there has another name until it is whole.
weft_install_jars() {
  local folder=${1%/}
  local target part archive
  target=$folder/$(weft_build_key)
  if ! weft_fs -test -e "$target" 2>/dev/null; then
    part=$folder/.installing-$(hostname)-$$
    archive=$(mktemp -d)
    echo "weft: putting jars into $target, once" >&2
    # Java's own archiver, and not compressed: each node unpacks it.
    "$(dirname "$JAVA")/jar" cM0f "$archive/spark.zip" -C "$WEFT_DIST/spark/jars" . ||
      weft_fail 1 "$archive/spark.zip could not be written" "set TMPDIR to a folder with 500 MB free"
    weft_fs -mkdir -p "$part/lib" &&
      weft_fs -put "$WEFT_DIST"/lib/*.jar "$part/lib" &&
      weft_fs -put "$archive/spark.zip" "$part" &&
      weft_fs -chmod -R a+rX "$part" || {
      rm -rf "$archive"
      weft_fs -rm -r -f -skipTrash "$part" >/dev/null 2>&1 || true
      weft_fail 1 "jars could not be put into $folder" "give a folder on HDFS that you may write to"
    }
    rm -rf "$archive"
    # Somebody else may have been faster: then mv fails, or has moved into that folder.
    if ! weft_fs -mv "$part" "$target" 2>/dev/null; then
      weft_fs -rm -r -skipTrash "$part" >/dev/null || true
      weft_fs -test -e "$target" || weft_fail 1 "$target could not be made" "give a folder on HDFS that you may write to"
    fi
    weft_fs -rm -r -f -skipTrash "$target/${part##*/}" >/dev/null || true
  fi
  echo "$target"
}
