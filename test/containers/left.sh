#!/usr/bin/env bash
# Says what of Zoe's is left in the runtimes that answer at their usual sockets: containers, networks, volumes. Exits 1 when there is anything.
#   test/containers/left.sh
set -euo pipefail
left=0 asked=0

tell() { [ -z "$2" ] || { printf 'left: %s\n' "$1 $2"; left=1; }; }

for socket in /run/podman/podman.sock /var/run/docker.sock; do
  [ -S "$socket" ] || continue
  asked=$((asked + 1))
  ask() { curl -sS -m 20 -G --unix-socket "$socket" "http://localhost/v1.40/$1" --data-urlencode "filters={\"label\":[\"$2\"]}" --data-urlencode all=true; }
  for label in zoe.state zoe.bench; do
    tell container "$(ask containers/json $label | grep -oE '"Names":\[[^]]*\]' || true)"
    tell network "$(ask networks $label | grep -oE '"Name":"[^"]*"' || true)"
    tell volume "$(ask volumes $label | grep -oE '"Name":"[^"]*"' || true)"
  done
done
[ "$asked" -gt 0 ] || { echo "No runtime answers."; exit 1; }
exit "$left"
