#!/bin/sh
# Puts the programs of a folder on the image's search path.
set -eu
folder=$1
[ -d "$folder/bin" ] || exit 0

find_place() {
  place=
  IFS=:
  for entry in $PATH; do
    case $entry in
      /usr/local/bin)
        place=$entry
        break
        ;;
      # Something else is mounted there when a sandbox runs
      /home | /home/* | /tmp | /tmp/* | /var/tmp | /var/tmp/* | /run | /run/*) ;;
      /*) if [ -z "$place" ]; then place=$entry; fi ;;
    esac
  done
  unset IFS
  [ -n "$place" ] || place=/usr/local/bin
  mkdir -p "$place"
}

# A program for Node.js runs with the one that was brought for it, whatever `node` the image has
link() {
  rm -f "$place/$1"
  IFS= read -r first <"$2" 2>/dev/null || first=
  case $first in
    '#!'*node*)
      if [ -d "$folder/node" ]; then
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$folder/node/bin/node" "$2" >"$place/$1"
        chmod 755 "$place/$1"
        return 0
      fi
      ;;
  esac
  ln -s "$2" "$place/$1"
}

find_place
for program in "$folder"/bin/*; do link "${program##*/}" "$program"; done
[ -d "$folder/node" ] || exit 0
modules=$folder/node/lib/node_modules/npm/bin
command -v node >/dev/null || ln -s "$folder/node/bin/node" "$place/node"
command -v npm >/dev/null || link npm "$modules/npm-cli.js"
command -v npx >/dev/null || link npx "$modules/npx-cli.js"
