# Sourced by weft and by the scripts beside it, with WEFT_ROOT set to the folder that holds weft: a clone, which builds a
# distribution for each line of Spark, or an unpacked weft-<version>-<line>.tar.gz, which is the distribution itself.
# Defines functions and WEFT_LINE, WEFT_DIST, WEFT_IS_CLONE, WEFT_JDK_OPTIONS; changes nothing else. bash 4 or newer.
#   WEFT_SPARK   3 (Spark 3.5, Scala 2.12) or 4 (Spark 4, Scala 2.13). Where it is not set: the line of the Spark in
#                SPARK_HOME, else 3 in a clone, and in a distribution the one that it was built for.

# weft_fail STATUS MESSAGE HINT
weft_fail() {
  echo "weft: $2" >&2
  echo "hint: $3" >&2
  exit "$1"
}

# Prints "SCALA SPARK", as in "2.13 4.2.0", as the name of a spark-core jar says it, which stands somewhere in the words
# given; nothing without one.
weft_spark_of() {
  if [[ " $*" =~ [/:\ ]spark-core_([0-9.]+)-([0-9][^/:\ ]*)\.jar ]]; then
    echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
  fi
}

# Prints the Scala line alone.
weft_scala_line() {
  local found
  found=$(weft_spark_of "$@")
  echo "${found%% *}"
}

# Prints the line of the Spark in FOLDER: 3, 4, "other" for one that Weft is not built for, nothing where none is found.
weft_line_of() {
  case $(weft_spark_of "$1"/jars/spark-core_*.jar) in
    '') ;;
    '2.12 3.'*) echo 3 ;;
    '2.13 4.'*) echo 4 ;;
    *) echo other ;;
  esac
}

# weft_line_name LINE
weft_line_name() {
  case $1 in
    3) echo "Spark 3.5 (Scala 2.12)" ;;
    *) echo "Spark 4 (Scala 2.13)" ;;
  esac
}

# Sets WEFT_LINE, WEFT_DIST and WEFT_IS_CLONE.
weft_choose_line() {
  local home=
  if [ -n "${SPARK_HOME:-}" ]; then
    home=$(weft_line_of "$SPARK_HOME")
  fi
  case ${WEFT_SPARK:-} in
    '' | 3 | 4) ;;
    *) weft_fail 1 "WEFT_SPARK=$WEFT_SPARK is no line of Spark" "set it to 3 (Spark 3.5) or 4, or unset it" ;;
  esac
  if [ -d "$WEFT_ROOT/lib" ] && [ -d "$WEFT_ROOT/spark/jars" ]; then
    WEFT_IS_CLONE=false
    WEFT_DIST=$WEFT_ROOT
    # As the build wrote it: spark/ may be a link to a Spark that is not Weft's, which says nothing of Weft.
    [ -r "$WEFT_DIST/LINE" ] || weft_fail 1 "$WEFT_DIST has no file LINE" "unpack the distribution again"
    read -r WEFT_LINE <"$WEFT_DIST/LINE"
    if [ -n "${WEFT_SPARK:-}" ] && [ "$WEFT_SPARK" != "$WEFT_LINE" ]; then
      weft_fail 1 "WEFT_SPARK=$WEFT_SPARK, but $WEFT_DIST is Weft for $(weft_line_name "$WEFT_LINE")" \
        "unset WEFT_SPARK, or unpack the distribution of that line"
    fi
    return
  fi
  WEFT_IS_CLONE=true
  case ${WEFT_SPARK:-$home} in
    4) WEFT_LINE=4 WEFT_DIST=$WEFT_ROOT/trainer/target/spark4/dist ;;
    *) WEFT_LINE=3 WEFT_DIST=$WEFT_ROOT/trainer/target/dist ;;
  esac
}
weft_choose_line

# What Spark needs of JDK 17 (org.apache.spark.launcher.JavaModuleOptions); pom.xml has the same list for the tests.
WEFT_JDK_OPTIONS=(-XX:+IgnoreUnrecognizedVMOptions)
for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
  java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
  WEFT_JDK_OPTIONS+=("--add-opens=java.base/$package=ALL-UNNAMED")
done
unset package
WEFT_JDK_OPTIONS+=(--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED
  -Djdk.reflect.useDirectMethodHandle=false -Dfile.encoding=UTF-8)

# Sets JAVA to a JDK 17's java: JAVA_HOME's where it is set, else the one on PATH.
weft_find_java() {
  local install="install one (Debian: apt-get install openjdk-17-jdk-headless) and set JAVA_HOME to it"
  if [ -n "${JAVA_HOME:-}" ]; then
    JAVA=$JAVA_HOME/bin/java
    [ -x "$JAVA" ] || weft_fail 1 "JAVA_HOME=$JAVA_HOME has no bin/java" "$install"
  else
    JAVA=$(command -v java) || weft_fail 1 "no Java found: JAVA_HOME is not set, java is not on PATH" "$install"
  fi
  local version
  version=$("$JAVA" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
  [ "$version" = 17 ] || weft_fail 1 "Weft runs on JDK 17, $JAVA is version ${version:-unknown}" "$install"
}

# weft_check_spark: refuses a SPARK_HOME of another line than Weft's own, before anything of it is started or Weft is built.
# One whose jars folder has no spark-core is taken as it is: its spark-submit may be a wrapper.
weft_check_spark() {
  local home
  home=$(weft_spark_of "$SPARK_HOME"/jars/spark-core_*.jar)
  if [ -n "$home" ] && [ "$(weft_line_of "$SPARK_HOME")" != "$WEFT_LINE" ]; then
    weft_fail 1 "SPARK_HOME=$SPARK_HOME is Spark ${home#* } (Scala ${home%% *}), $WEFT_ROOT is Weft for $(weft_line_name "$WEFT_LINE")" \
      "set SPARK_HOME to a Spark of that line, or take Weft's distribution for the other: Spark 3.5 with Scala 2.12 (WEFT_SPARK=3 in a clone), Spark 4 with Scala 2.13 (WEFT_SPARK=4)"
  fi
}

# weft_find_spark PROGRAM: your SPARK_HOME where you have one, whose bin/ must have PROGRAM, else the distribution's own Spark.
# Builds Weft where that is needed; sets and exports SPARK_HOME, sets WEFT_OWN_SPARK.
weft_find_spark() {
  weft_find_java
  if [ -n "${SPARK_HOME:-}" ]; then
    [ -x "$SPARK_HOME/bin/$1" ] ||
      weft_fail 1 "SPARK_HOME=$SPARK_HOME has no bin/$1" "unset SPARK_HOME to use the Spark that Weft brings"
    weft_check_spark
    WEFT_OWN_SPARK=false
  fi
  weft_build
  if [ -z "${SPARK_HOME:-}" ]; then
    export SPARK_HOME=$WEFT_DIST/spark
    export SPARK_CONF_DIR=${SPARK_CONF_DIR:-$SPARK_HOME/conf}
    # No bin/ here for Spark to find its Scala version by.
    SPARK_SCALA_VERSION=$(weft_scala_line "$SPARK_HOME"/jars/spark-core_*.jar) && export SPARK_SCALA_VERSION
    # Read by the scripts beside this one.
    # shellcheck disable=SC2034
    WEFT_OWN_SPARK=true
  fi
}

# Builds what is missing or older than its sources. The stamp is older than every file that the build has not seen.
weft_build() {
  $WEFT_IS_CLONE || return 0
  local target stamp
  target=$(dirname "$WEFT_DIST")
  stamp=$target/weft-built
  local rooms=(core engine engine-torch parameter-server worker coordinator corpus driver monitoring hub jinja tuning serve trainer)
  local sources=() room
  for room in "${rooms[@]}"; do
    sources+=("$WEFT_ROOT/$room/pom.xml" "$WEFT_ROOT/$room/src/main")
    if [ -d "$WEFT_ROOT/$room/src/spark$WEFT_LINE" ]; then
      sources+=("$WEFT_ROOT/$room/src/spark$WEFT_LINE")
    fi
  done
  local others=("$WEFT_ROOT"/{pom.xml,conf,deploy,examples,weft})
  if [ -f "$stamp" ] && [ -z "$(find "${sources[@]}" "${others[@]}" -newer "$stamp" -print -quit)" ]; then
    return 0
  fi
  mkdir -p "$target"
  exec 9>"$target/weft-building"
  if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
    echo "weft: waiting for another build" >&2
    flock 9
    exec 9>&-
    weft_build
    return
  fi
  # Jars of versions that a changed pom.xml no longer names must not stay on the class path.
  if [ -f "$stamp" ] && [ -n "$(find "$WEFT_ROOT"/pom.xml "$WEFT_ROOT"/*/pom.xml -newer "$stamp" -print -quit)" ]; then
    rm -rf "$WEFT_DIST"
  fi
  touch "$stamp.new"
  weft_run_maven "$target/weft-build.log"
  mv "$stamp.new" "$stamp"
  exec 9>&-
}

# Runs the build with its output in LOG, saying which room it is at and what it has fetched. The checks of how the code is
# written are ./mvnw verify's: they take half of the time and nobody who builds to run reads them.
weft_run_maven() {
  local log=$1 begin=$SECONDS said='0 ' maven
  if [ -f "$(dirname "$WEFT_DIST")/weft-built" ]; then
    echo "weft: building what changed" >&2
  else
    echo "weft: building, which takes a minute or two; the first time fetches about 500 MB of libraries (log: $log)" >&2
  fi
  (cd "$WEFT_ROOT" && exec ./mvnw -B -pl trainer -am package "-Dspark.line=$WEFT_LINE" -Dmaven.test.skip=true -Derrorprone.skip \
    -Dspotless.check.skip=true -Dcheckstyle.skip=true -Djacoco.skip=true) >"$log" 2>&1 9>&- </dev/null &
  maven=$!
  trap 'kill "$maven" 2>/dev/null; exit 130' INT
  trap 'kill "$maven" 2>/dev/null; exit 143' TERM
  while kill -0 "$maven" 2>/dev/null; do
    sleep 0.5
    said=$(weft_build_progress "$log" $((SECONDS - begin)) "$said")
  done
  trap - INT TERM
  if ! wait "$maven"; then
    grep -E '^(\[ERROR\] (/|Failed|Could|Non-|The )|mvnw:|hint:)' "$log" | sort -u | head -n 20 >&2
    weft_fail 1 "the build failed" "the whole output is in $log"
  fi
  echo "weft: built in $((SECONDS - begin)) s" >&2
}

# Says on stderr what the build in LOG does after SECONDS, where it is at another room than BEFORE's, or 15 s went by
# without a word. Prints what the next call is to be given as BEFORE: seconds and room.
weft_build_progress() {
  local log=$1 seconds=$2 before=$3 room fetched
  room=$(sed -n 's/^\[INFO\] Building Weft \(.*[^ ]\)  *[0-9].*\(\[[0-9]*\/[0-9]*\]\)$/\1 \2/p' "$log" | tail -n 1)
  if [ "$room" = "${before#* }" ] && [ $((seconds - ${before%% *})) -lt 15 ]; then
    echo "$before"
    return
  fi
  fetched=$(grep -c '^\(\[INFO\] \)\?Downloaded from .*\.jar' "$log") || true
  echo "weft: building ${room:-weft}, $seconds s$([ "$fetched" = 0 ] || echo ", $fetched libraries fetched")" >&2
  echo "$seconds $room"
}

# What the tensor library wants of its environment: one thread a process, and BLAS free to find the processor by itself
# (some machines export OPENBLAS_CORETYPE=Haswell, which halves its speed), or to take it for the one that
# WEFT_OPENBLAS_CORETYPE names: executors follow the driver, so that a run has the same bits on processors of all kinds.
# An argument says that this process only submits: the driver's libraries are on another machine.
weft_native_environment() {
  export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
  unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_THREAD_TIMEOUT
  if [ -n "${WEFT_OPENBLAS_CORETYPE:-}" ]; then
    export OPENBLAS_CORETYPE=$WEFT_OPENBLAS_CORETYPE
  fi
  # An allocator that keeps its pages: a step frees and asks for the same gigabyte again and again.
  local jemalloc=${WEFT_JEMALLOC-$(weft_find_jemalloc)}
  if [ -n "$jemalloc" ]; then
    [ -r "$jemalloc" ] || weft_fail 1 "WEFT_JEMALLOC=$jemalloc is not readable" "unset it, or set it empty for glibc's malloc"
    export LD_PRELOAD=$jemalloc${LD_PRELOAD:+:$LD_PRELOAD}
    export MALLOC_CONF=${MALLOC_CONF:-dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always}
  else
    export MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-1073741824}
    export MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-4294967296}
    export MALLOC_TOP_PAD_=${MALLOC_TOP_PAD_:-67108864}
  fi
  weft_other_blas "$@"
  # Without a UTF-8 locale Java would read the words of a command line, such as a prompt, as question marks.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
    *) export LC_ALL=C.UTF-8 ;;
  esac
}

# Another library for matrix products than OpenBLAS, Intel's MKL say: WEFT_BLAS is its file, on this machine and on those of
# executors. libtorch finds its functions before OpenBLAS's own. docs/cluster.md says what is gained. With an argument the driver
# is on another machine, and so is the file.
weft_other_blas() {
  unset MKL_NUM_THREADS MKL_DOMAIN_NUM_THREADS MKL_ENABLE_INSTRUCTIONS
  [ -n "${WEFT_BLAS:-}" ] || return 0
  case $WEFT_BLAS in
    *[[:space:]:]*) weft_fail 1 "WEFT_BLAS=$WEFT_BLAS has a blank or a colon, which the linker takes for its end" "give it another path" ;;
    /*) ;;
    *) WEFT_BLAS=$PWD/$WEFT_BLAS ;;
  esac
  # Of MKL: libtorch's threads, as many as are asked for, integers of 32 bits, and the same bits in each run on one kind of processor.
  export WEFT_BLAS MKL_THREADING_LAYER=GNU MKL_DYNAMIC=FALSE MKL_INTERFACE_LAYER=LP64 MKL_CBWR=${MKL_CBWR:-AUTO}
  [ $# -eq 0 ] || return 0
  [ -r "$WEFT_BLAS" ] || weft_fail 1 "WEFT_BLAS=$WEFT_BLAS is not readable" "give the whole path of libmkl_rt.so.3, or unset it for OpenBLAS"
  grep -aq sgemm_ "$WEFT_BLAS" || weft_fail 1 "WEFT_BLAS=$WEFT_BLAS has no function sgemm_" "give a BLAS with Fortran's names, such as libmkl_rt.so.3"
  export LD_PRELOAD=$WEFT_BLAS${LD_PRELOAD:+:$LD_PRELOAD}
}

# The settings of a driver in a container, as NAME=VALUE lines: which kernels matrix products take.
weft_kernel_settings() {
  local name
  for name in OPENBLAS_CORETYPE WEFT_BLAS MKL_THREADING_LAYER MKL_DYNAMIC MKL_INTERFACE_LAYER MKL_CBWR; do
    if [ -n "${!name:-}" ] && { [ "$name" = OPENBLAS_CORETYPE ] || [ -n "${WEFT_BLAS:-}" ]; }; then
      echo "$name=${!name}"
    fi
  done
  [ -z "${WEFT_BLAS:-}" ] || echo "LD_PRELOAD=$WEFT_BLAS"
}

weft_find_jemalloc() {
  local candidate
  for candidate in /usr/lib/"$(uname -m)"-linux-gnu/libjemalloc.so.2 /usr/lib64/libjemalloc.so.2 \
    /usr/lib/libjemalloc.so.2 /usr/local/lib/libjemalloc.so.2; do
    if [ -r "$candidate" ]; then
      echo "$candidate"
      return
    fi
  done
}
