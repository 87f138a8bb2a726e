#!/usr/bin/env bash
# Makes the images that the tests of the container engine run, without an image registry: a Debian by debootstrap, a Node from node_modules, then the
# catalogue from its own Dockerfiles, unchanged, and programs of others that the tests run. With Podman; what Docker is to have is handed on to it. For tests only: never push what this makes.
#   test/containers/images.sh            into Podman
#   test/containers/images.sh --docker   and into the Docker that DOCKER_HOST names, or the usual one
set -euo pipefail
cd "$(dirname "$0")/../.."
base=docker.io/library/debian:bookworm-slim
node=docker.io/library/node:24-slim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The Node that the packages bring goes into the image.
node install.mjs

has() { podman image exists "$1"; }

make_base() {
  local mirror
  mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources)
  debootstrap --variant=minbase bookworm "$work/root" "$mirror" >"$work/debootstrap.log" || { cat "$work/debootstrap.log"; return 1; }
  tar -C "$work/root" --numeric-owner -c . | podman import -q -c 'CMD ["bash"]' - "$base" >/dev/null
}

make_node() {
  mkdir "$work/node"
  cp "$(readlink -f node_modules/.bin/node)" "$work/node/node"
  cp -r "$(npm root -g)/npm" "$work/node/npm"
  cat >"$work/node/Dockerfile" <<DOCKERFILE
FROM $base
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN for tool in npm npx; do ln -s ../lib/node_modules/npm/bin/\$tool-cli.js /usr/local/bin/\$tool; done \
 && groupadd -g 1000 node && useradd -u 1000 -g node -m -s /bin/bash node
CMD ["node"]
DOCKERFILE
  podman build -q --network host -t "$node" "$work/node" >/dev/null
}

# As the user's own npm is told: which registry, with what, and whom it trusts.
npm_settings() {
  local own cafile=${NODE_EXTRA_CA_CERTS:-}
  own=$(npm config get userconfig 2>/dev/null)
  [ -n "$cafile" ] || cafile=$(npm config get cafile 2>/dev/null)
  { printf 'registry=%s\n' "$(npm config get registry 2>/dev/null)"; [ ! -f "$own" ] || grep -Ev '^(registry|cafile)=' "$own" || true; } >"$work/npmrc"
  volumes=(-v "$work/npmrc:/root/.npmrc:ro")
  [ ! -f "$cafile" ] || { printf 'cafile=/npm-trusts.crt\n' >>"$work/npmrc"; volumes+=(-v "$cafile:/npm-trusts.crt:ro"); }
}

has "$base" || make_base
has "$node" || make_node
npm_settings
images=("$base" "$node")
for dockerfile in zapps/frameworks/*/Dockerfile zapps/*/Dockerfile test/containers/*/Dockerfile sidecar/Dockerfile; do
  name=docker.io/zoe/$(basename "$(dirname "$dockerfile")")
  seen=zapps
  [ "$dockerfile" != sidecar/Dockerfile ] || seen=.
  podman build -q --network host "${volumes[@]}" -f "$dockerfile" -t "$name" "$seen" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
  images+=("$name:latest")
done
printf '%s\n' "${images[@]}"

if [ "${1:-}" = --docker ]; then
  podman save -q -m "${images[@]}" | docker load -q
fi
