#!/bin/sh
# Tells, when packages couldn't be added, the names of the distribution's packages that are nearly those that it doesn't
# know: with the same first half, and of about the same length.
context=$1
[ -s "$context/packages.txt" ] || exit 0
command -v apt-cache >/dev/null || exit 0
names=
while read -r package; do
  name=${package%%=*}
  [ -z "$(apt-cache show --no-all-versions "$name" 2>/dev/null)" ] || continue
  half=$((${#name} / 2))
  [ "$half" -ge 2 ] || half=2
  for found in $(apt-cache pkgnames "$(printf '%.*s' "$half" "$name")"); do
    more=$((${#found} - ${#name}))
    if [ "$more" -ge -2 ] && [ "$more" -le 2 ]; then names="$names $found"; fi
  done
done <"$context/packages.txt"
[ -z "$names" ] || echo "similar names:$names"
