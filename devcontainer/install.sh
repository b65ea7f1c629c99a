#!/bin/sh
# Adds tools to an image of Debian's or Alpine's kind, while it is built, from lists in a folder:
#   install.sh packages FOLDER        packages.txt: packages of the distribution, those that are missing
#                                     programs.txt: programs, by packages of the same name where there is none
#   install.sh npm FOLDER TARGET      npm.txt: npm packages, below TARGET
# unless.txt names a program that makes all of it needless. The folder may have host-ca.pem and host-apt.conf too: what
# the build machine needs to reach its mirrors.
set -eu
step=$1
context=$2

# Shows a command before it runs: of a build that fails, the last one shown is the one that failed
run() {
  echo "\$ $*"
  "$@"
}

# Finds a program, but not where a sandbox has something else mounted
has() {
  case $(command -v "$1" 2>/dev/null) in
    /home/* | /tmp/* | /var/tmp/* | /run/*) return 1 ;;
    /*) return 0 ;;
    *) return 1 ;;
  esac
}

has_node() {
  has node && has npm && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'
}

is_installed() {
  if has dpkg-query; then
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
  elif has apk; then
    apk info --installed "$1" >/dev/null 2>&1
  else
    return 1
  fi
}

find_missing() {
  missing=
  if [ -s "$context/packages.txt" ]; then
    while read -r package; do
      # A version that was asked for is compared by the package manager
      case $package in *=*) ;; *) ! is_installed "$package" || continue ;; esac
      missing="$missing $package"
    done <"$context/packages.txt"
  fi
  if [ -s "$context/programs.txt" ] && { has apt-get || has apk; }; then
    while read -r program; do has "$program" || missing="$missing $program"; done <"$context/programs.txt"
  fi
  # Node's own program is linked to another C library than Alpine's
  if [ -s "$context/npm.txt" ] && has apk && ! has_node; then missing="$missing nodejs npm"; fi
}

with_apt() {
  if [ -s "$context/host-apt.conf" ]; then export APT_CONFIG="$context/host-apt.conf"; fi
  export DEBIAN_FRONTEND=noninteractive
  # As finish-base.sh does, for images of somebody else's making
  mkdir -p /usr/share/man/man1 /usr/share/man/man7 /usr/share/man/man8
  run apt-get update
  # apt-get would read an unknown name as an expression
  for package in "$@"; do
    if [ -z "$(apt-cache show --no-all-versions "${package%%=*}" 2>/dev/null)" ]; then
      echo "\$ apt-get install $package"
      echo "the image's package sources have no package of that name"
      exit 1
    fi
  done
  run apt-get install --yes --no-install-recommends "$@"
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
}

with_apk() {
  if [ -s "$context/host-ca.pem" ]; then
    export SSL_CERT_FILE="$context/host-ca.pem" SSL_CA_CERT_FILE="$context/host-ca.pem"
  fi
  run apk add --no-cache "$@"
}

install_packages() {
  find_missing
  # shellcheck disable=SC2086 # a list of words
  set -- $missing
  [ $# -gt 0 ] || return 0
  if has apt-get; then
    with_apt "$@"
  elif has apk; then
    with_apk "$@"
  else
    echo "this image has neither apt-get nor apk to install packages with: $*"
    exit 1
  fi
  # The sandbox sets no-new-privileges, so these could only surprise
  find / -xdev -type f -perm /6000 -exec chmod a-s {} +
}

install_npm() {
  target=$1
  brought=$target/node
  if [ -s "$context/host-ca.pem" ]; then
    export NODE_EXTRA_CA_CERTS="$context/host-ca.pem" SSL_CERT_FILE="$context/host-ca.pem" \
      npm_config_cafile="$context/host-ca.pem"
  fi
  if [ -n "${NPM_REGISTRY:-}" ]; then export npm_config_registry="$NPM_REGISTRY"; fi
  if has_node; then
    rm -rf "$brought"
    npm=npm
  elif [ -d "$brought" ] && why=$("$brought/bin/node" --version 2>&1); then
    export PATH="$brought/bin:$PATH"
    npm="node $brought/lib/node_modules/npm/bin/npm-cli.js"
  else
    echo "Node.js 18 or newer is needed, the image has none, and ours does not run in it: ${why:-}"
    exit 1
  fi
  # shellcheck disable=SC2086,SC2046 # lists of words
  run $npm install --global --prefix "$target" --no-audit --no-fund --no-update-notifier ${NPM_OPTIONS:-} \
    $(cat "$context/npm.txt")
}

is_needless() {
  [ -s "$context/unless.txt" ] || return 1
  program=$(cat "$context/unless.txt")
  has "$program" || return 1
  echo "the image has $program already"
}

case $step in
  packages) is_needless || install_packages ;;
  npm)
    if is_needless; then rm -rf "$3/node"; else install_npm "$3"; fi
    cp "$context/link-programs.sh" "$3/"
    ;;
esac
