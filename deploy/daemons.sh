# Sourced by the scripts that start and stop daemons: one folder, DAEMONS_DIR, holds the pid file and the log of each.
# A daemon carries -Dweft.daemons=$DAEMONS_DIR on its command line: a pid file whose process does not is stale, and
# stop_daemons never ends a process that start_daemon did not start.

# is_daemon NAME: whether the daemon runs
is_daemon() {
  local pid
  pid=$(cat "$DAEMONS_DIR/$1.pid" 2>/dev/null) || return 1
  if [ -r "/proc/$pid/cmdline" ]; then
    tr '\0' ' ' <"/proc/$pid/cmdline"
  else
    ps -o args= -p "$pid" 2>/dev/null
  fi | grep -qF -- "-Dweft.daemons=$DAEMONS_DIR "
}

# start_daemon NAME COMMAND...
start_daemon() {
  local name=$1 detach=nohup
  shift
  mkdir -p "$DAEMONS_DIR"
  if is_daemon "$name"; then
    weft_fail 1 "$name runs already: pid $(cat "$DAEMONS_DIR/$name.pid")" "stop.sh ends it"
  fi
  if command -v setsid >/dev/null 2>&1; then
    detach=setsid
  fi
  $detach "$@" >"$DAEMONS_DIR/$name.log" 2>&1 </dev/null &
  echo $! >"$DAEMONS_DIR/$name.pid"
}

# await_daemon NAME TEXT: until the log has TEXT, at most DAEMONS_TIMEOUT seconds (60)
await_daemon() {
  local end=$((SECONDS + ${DAEMONS_TIMEOUT:-60})) log=$DAEMONS_DIR/$1.log pid
  pid=$(cat "$DAEMONS_DIR/$1.pid")
  until grep -qE -- "$2" "$log"; do
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 15 "$log" >&2
      weft_fail 1 "$1 ended before it was up" "its log is $log"
    fi
    [ "$SECONDS" -lt "$end" ] ||
      weft_fail 1 "$1 is not up after ${DAEMONS_TIMEOUT:-60} s" "its log is $log; DAEMONS_TIMEOUT allows more"
    sleep 0.1
  done
}

# stop_daemons NAME...: in this order, each waited for; after 20 s it is killed
stop_daemons() {
  local name pid end
  for name in "$@"; do
    if is_daemon "$name"; then
      pid=$(cat "$DAEMONS_DIR/$name.pid")
      kill "$pid" 2>/dev/null || true
      end=$((SECONDS + 20))
      while is_daemon "$name"; do
        if [ "$SECONDS" -ge "$end" ]; then
          kill -9 "$pid" 2>/dev/null || true
        fi
        sleep 0.1
      done
      echo "$name stopped"
    fi
    rm -f "$DAEMONS_DIR/$name.pid"
  done
}

# daemon_names PREFIX: names of the pid files that begin so
daemon_names() {
  local file
  for file in "$DAEMONS_DIR/$1"*.pid; do
    if [ -e "$file" ]; then
      basename "$file" .pid
    fi
  done
}
