# A step of a job of salloc, on its node 0: begin STEP INPUT WORDS..., look STEP OUT ERR, say STEP TEXT, close STEP, end STEP.
# Its input is a pipe that a sleeper keeps open, so that one line can come after another; when that goes the input is at its end.
steps=${TMPDIR:-/tmp}/zoe-steps verb=$1 step=${TMPDIR:-/tmp}/zoe-steps/$2
[ -f "$steps/environment" ] || exit 75
size() { stat -c %s "$1"; }
close_input() { [ ! -f "$step/sleeper" ] || kill "$(cat "$step/sleeper")" 2>/dev/null || true; }
case $verb in
  begin)
    input=$3
    shift 3
    mkdir "$step" 2>/dev/null || exit 0
    if [ "$input" = pipe ]; then
      mkfifo "$step/in"
      sleep 2147483647 </dev/null 2>/dev/null >"$step/in" &
      echo $! >"$step/sleeper"
    else ln -s /dev/null "$step/in"; fi
    echo $$ >"$step/pid"
    . "$steps/environment"
    cd "$(cat "$steps/folder")" || exit 1
    { "$@" <"$step/in"; echo $? >"$step/code.new"; close_input; mv "$step/code.new" "$step/code"; } >"$step/out" 2>"$step/err" & ;;
  look)
    : >"$steps/used"
    n=0
    while [ $n -lt 100 ] && [ ! -f "$step/code" ] && [ "$(size "$step/out")" -le "$3" ] && [ "$(size "$step/err")" -le "$4" ]; do
      sleep 0.1
      n=$((n + 1))
    done
    code=-
    [ ! -f "$step/code" ] || code=$(cat "$step/code")
    out=$(size "$step/out") err=$(size "$step/err")
    [ $((out - $3)) -le 100000 ] || out=$(($3 + 100000)) code=-
    [ $((err - $4)) -le 100000 ] || err=$(($4 + 100000)) code=-
    echo "$code $out $err"
    tail -c +$(($3 + 1)) "$step/out" | head -c $((out - $3))
    tail -c +$(($4 + 1)) "$step/err" | head -c $((err - $4)) >&2 ;;
  say) printf '%s\n' "$3" >"$step/in" ;;
  close) close_input ;;
  end) kill -TERM -- "-$(cat "$step/pid")" 2>/dev/null || true ;;
esac
