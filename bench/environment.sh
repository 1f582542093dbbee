# Sourced by the scripts beside it, with BENCH set to this folder. Defines functions and WEFT_ROOT; nothing else.

WEFT_ROOT=$(dirname "$BENCH")
# shellcheck source=deploy/environment.sh
. "$WEFT_ROOT/deploy/environment.sh"

# Builds the distribution, and this module's classes where they are missing or older than their sources.
bench_build() {
  weft_find_java
  weft_build
  local classes=$BENCH/target/classes/org/weft/bench
  if [ ! -d "$classes" ] || [ -n "$(find "$BENCH/pom.xml" "$BENCH/src/main" "$WEFT_DIST/lib" -newer "$classes" -print -quit)" ]; then
    (cd "$WEFT_ROOT" && ./mvnw -B -q -pl bench -am package -Dmaven.test.skip=true -Dspotless.check.skip=true \
      -Dcheckstyle.skip=true -Djacoco.skip=true) >&2
    touch "$classes"
  fi
}

# bench_java HEAP CLASS [ARGUMENT...]: a main class of this module, in a process made as executors are.
bench_java() {
  local heap=$1
  shift
  (
    weft_native_environment
    exec "$JAVA" "${WEFT_JDK_OPTIONS[@]}" "-Xmx$heap" \
      -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 \
      -cp "$BENCH/target/classes:$WEFT_DIST/conf:$WEFT_DIST/lib/*:$WEFT_DIST/spark/jars/*" "$@"
  )
}

# The median of the numbers on standard input, one a line.
bench_median() {
  sort -g | awk '{ value[NR] = $1 } END { if (NR) print value[int((NR + 1) / 2)] }'
}

# bench_field KEY: the first value of that key in JSON on standard input, without quotes; nothing where there is none.
bench_field() {
  { grep -oE "\"$1\" ?: ?(\"[^\"]*\"|[-+0-9.eE]+)" || true; } | head -n 1 | sed -E 's/^[^:]*: ?"?//; s/"$//'
}

# A folder for the bench: WORK_DIR where it is set, else a fresh one that goes at the end.
bench_work_dir() {
  if [ -z "${WORK_DIR:-}" ]; then
    WORK_DIR=$(mktemp -d "${TMPDIR:-/tmp}/weft-bench.XXXXXX")
    trap 'rm -rf "$WORK_DIR"' EXIT
  fi
  mkdir -p "$WORK_DIR"
  WORK_DIR=$(cd "$WORK_DIR" && pwd -P)
  rm -rf "$WORK_DIR"/{run,weft.rates,peer.rates,ratios}
}

# Ends a process that still runs when the script does, however that happens.
bench_stop_on_exit() {
  # shellcheck disable=SC2064 # the process of now
  trap "kill $1 2>/dev/null || true; wait $1 2>/dev/null || true; $(trap -p EXIT | sed "s/^trap -- '\(.*\)' EXIT$/\1/")" EXIT
}

# Process ids of the executors that a driver has started.
bench_executors() {
  pgrep -P "$1" -f 'CoarseGrainedExecutorBackend' || true
}

# bench_status PID FIELD: a memory figure of /proc/PID/status in MB, or nothing where the process is gone.
bench_status() {
  awk -v field="$2:" '$1 == field { printf "%d\n", $2 / 1024 }' "/proc/$1/status" 2>/dev/null || true
}

# bench_serve LOG [OPTION...]: a server of the clone's own on a free port; sets BENCH_URL and BENCH_SERVER, its process, which
# ends when the script does. WEFT_DRIVER_MEMORY is its heap.
bench_serve() {
  local log=$1
  shift
  "$WEFT_ROOT/weft" serve --port 0 "$@" >/dev/null 2>"$log" &
  BENCH_SERVER=$!
  bench_stop_on_exit "$BENCH_SERVER"
  until BENCH_URL=$(sed -n 's/.*serving .* at \(https\{0,1\}:[^ ]*[0-9]\)\/.*/\1/p' "$log") && [ -n "$BENCH_URL" ]; do
    kill -0 "$BENCH_SERVER" 2>/dev/null || { cat "$log" >&2; return 1; }
    sleep 0.2
  done
}

# bench_run NAME COMMAND [ARGUMENT...]: $WEFT's command on one worker and one server of this machine, with $WORK_DIR/NAME for its run; its
# closing JSON goes to $WORK_DIR/NAME.out. What is there is not made again.
bench_run() {
  local name=$1
  shift
  [ ! -s "$WORK_DIR/$name.out" ] || return 0
  rm -rf "${WORK_DIR:?}/$name"
  "$WEFT" "$@" --set "run.dir=file://$WORK_DIR/$name" --set "cluster.master=local[4]" --set cluster.workers=1 --set cluster.servers=1 \
    --set cluster.device=cpu >"$WORK_DIR/$name.part" 2>"$WORK_DIR/$name.log" || { tail -n 20 "$WORK_DIR/$name.log" >&2; exit 1; }
  tail -n 1 "$WORK_DIR/$name.part" >"$WORK_DIR/$name.out"
}

# bench_of NAME KEY: a number of such a run's closing JSON
bench_of() { bench_field "$2" <"$WORK_DIR/$1.out"; }
