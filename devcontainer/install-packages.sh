#!/bin/sh
# Installs the packages of packages.txt that are missing: none, when the base was made from them.
set -eu
context=$1

missing=
while read -r package; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done < "$context/packages.txt"

if [ -n "$missing" ]; then
  set --
  if [ -s "$context/host-ca.pem" ]; then set -- "$@" -o "Acquire::https::CAInfo=$context/host-ca.pem"; fi
  if [ -s "$context/host-apt.conf" ]; then export APT_CONFIG="$context/host-apt.conf"; fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get "$@" update
  # shellcheck disable=SC2086 # a list of words
  apt-get "$@" install --yes --no-install-recommends $missing
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
fi

# The sandbox sets no-new-privileges, so these could only surprise
find / -xdev -type f -perm /6000 -exec chmod a-s {} +
