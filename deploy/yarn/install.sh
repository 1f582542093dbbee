#!/usr/bin/env bash
# Puts Weft's jars and Spark's on HDFS, where every node may read them: deploy/yarn/install.sh hdfs:///weft
# Each build has a folder of its own, by version and content: a second call for the same build finds it there. submit.sh does
# the same by itself where WEFT_YARN_JARS names the folder. Prints the folder of this build.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
[ $# = 1 ] || weft_fail 2 "install.sh takes one folder, got $# words" "deploy/yarn/install.sh hdfs:///weft"
weft_find_yarn
weft_install_jars "$1"
