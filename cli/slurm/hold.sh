#!/bin/sh
# What a job of salloc runs on node 0: nothing, as long as somebody uses it. Its steps lie in a folder each: in, out, err, pid, and code at their end.
steps=${TMPDIR:-/tmp}/zoe-steps
mkdir -p "$steps" && export -p >"$steps/environment.new" && pwd >"$steps/folder" && : >"$steps/used" || exit 1
mv "$steps/environment.new" "$steps/environment"
idle=$1
while sleep 1; do
  for step in "$steps"/*/; do
    [ ! -d "$step" ] || [ -f "$step/code" ] || : >"$steps/used"
  done
  [ "$idle" -eq 0 ] || [ $(($(date +%s) - $(stat -c %Y "$steps/used"))) -lt "$idle" ] || exit 0
done
