#!/usr/bin/env bash
# Starts Podman's service and a Docker daemon for the tests of the container engine, at their usual sockets, and ends what it started.
#   test/containers/runtimes.sh start | stop        as root; Debian: podman runc netavark aardvark-dns iptables uidmap docker.io
set -euo pipefail
kept=${TMPDIR:-/tmp}/zoe-runtimes
podman_socket=/run/podman/podman.sock
docker_socket=/var/run/docker.sock

# runc, since crun refuses machines with both versions of control groups; limits that a container in a container may set.
configure() {
  mkdir -p /etc/containers "$(dirname $podman_socket)" "$kept"
  [ -f /etc/containers/containers.conf ] || cat >/etc/containers/containers.conf <<'CONF'
[containers]
default_ulimits = ["nofile=8192:8192", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
}

answers() { curl -s -m 2 --unix-socket "$1" http://localhost/_ping >/dev/null 2>&1; }

await() {
  for _ in $(seq 100); do answers "$1" && return 0; sleep 0.2; done
  echo "Nothing answers at $1:" >&2; tail -n 20 "$2" >&2; return 1
}

# In a folder of its own: it leaves files where it stands.
start_podman() {
  answers $podman_socket && return 0
  (cd "$kept" && exec setsid podman system service --time=0 unix://$podman_socket) >"$kept/podman.log" 2>&1 &
  echo $! >"$kept/podman.pid"
  await $podman_socket "$kept/podman.log"
}

# In a network of its own, so that its rules and Podman's don't meet.
start_docker() {
  answers $docker_socket && return 0
  (cd "$kept" && exec setsid unshare --net sh -c "ip link set lo up && exec dockerd --data-root '$kept/docker' --exec-root '$kept/docker-run' -p '$kept/dockerd.pid' -H unix://$docker_socket --storage-driver overlay2") >"$kept/docker.log" 2>&1 &
  echo $! >"$kept/docker.pid"
  await $docker_socket "$kept/docker.log"
}

end() {
  local pid
  [ -f "$1" ] || return 0
  pid=$(cat "$1")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done
  rm -f "$1"
}

# Docker mounts its folder onto itself.
unmount() {
  local at
  awk -v kept="$kept/" 'index($2, kept) == 1 {print $2}' /proc/mounts | sort -r | while read -r at; do umount "$at"; done
}

case "${1:-}" in
  start) configure; start_podman; start_docker ;;
  stop) end "$kept/podman.pid"; end "$kept/docker.pid"; unmount; rm -rf "$kept" ;;
  *) echo "Wanted start or stop." >&2; exit 2 ;;
esac
