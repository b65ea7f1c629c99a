import { infoDirectory } from "../sandbox-places.ts";

/** A folder for each package manager, with what stands before its programs on the search path. */
export const adviceFolder = `${infoDirectory}/advice`;

/** Programs by the one that says whether an image has them. */
const programs = { "apt-get": ["apt-get", "apt"], apk: ["apk"], npm: ["npm"] } as const;

export const adviceManagers = Object.keys(programs);

/** `apt-get/apt` …, below the advice folder. */
export const advicePaths: readonly string[] = Object.entries(programs).flatMap(([manager, names]) =>
  names.map((name) => `${manager}/${name}`),
);

/**
 * Stands before a package manager's program. It hands over to it but where that would try to change the image, which
 * is read-only in a sandbox: then it says how a tool is added. Without it the program speaks of a lock, or of the
 * network, where no rule could help.
 */
export const adviceScript = `#!/bin/sh
name=\${0##*/}
real=
set -f
IFS=:
for folder in $PATH; do
  case $folder in ${adviceFolder}/*) continue ;; esac
  [ -f "$folder/$name" ] && [ -x "$folder/$name" ] && real=$folder/$name && break
done
unset IFS
set +f
if [ -z "$real" ]; then
  echo "$name: not found" >&2
  exit 127
fi

verb= names= global=\${npm_config_global:-} elsewhere= skip=
for word; do
  if [ -n "$skip" ]; then skip=; continue; fi
  case $name:$word in
    npm:-g | npm:--global | npm:--location=global) global=true ;;
    npm:--location) skip=1 global=true ;;
    npm:--prefix* | npm:-C | npm:--dry-run | npm:--help | npm:-h) elsewhere=1 ;;
    apk:--root* | apk:-p | apk:--simulate | apk:-s | apk:--help | apk:-h) elsewhere=1 ;;
    apk:-X | apk:-t | apk:--repository | apk:--virtual) skip=1 ;;
    apt*:-s | apt*:--simulate | apt*:--dry-run | apt*:--just-print | apt*:--print-uris | apt*:-h | apt*:--help) elsewhere=1 ;;
    apt*:-o | apt*:-c | apt*:-o?* | apt*:--option* | apt*:--config-file*) [ "$verb" ] || elsewhere=1 skip=1 ;;
    apt*:-t | apt*:--target-release) skip=1 ;;
    *:-*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else names="$names $word"; fi ;;
  esac
done

is_writable() {
  folder=$1
  while [ -n "$folder" ] && [ ! -e "$folder" ]; do folder=\${folder%/*}; done
  [ -w "\${folder:-/}" ]
}

case $name:$verb in
  apt*:install | apt*:reinstall | apt*:update | apt*:upgrade | apt*:full-upgrade | apt*:dist-upgrade | apt*:build-dep)
    flag=--package key=packages status=100
    ! is_writable /var/lib/dpkg || elsewhere=1 ;;
  apk:add | apk:update | apk:upgrade | apk:fix)
    flag=--package key=packages status=1
    ! is_writable /lib/apk/db || elsewhere=1 ;;
  npm:install | npm:i | npm:in | npm:ins | npm:inst | npm:insta | npm:instal | npm:isnt | npm:isntall | npm:add | npm:update | npm:up | npm:upgrade | npm:link | npm:ln)
    flag=--npm-package key=npm status=1
    if [ "$global" != true ]; then elsewhere=1
    elif [ -z "$elsewhere" ] && is_writable "$("$real" prefix --global 2>/dev/null)/lib/node_modules"; then elsewhere=1; fi ;;
  *) elsewhere=1 ;;
esac
[ -z "$elsewhere" ] || exec "$real" "$@"

flags= list=
for word in $names; do
  case $word in .* | */*.deb | *[!A-Za-z0-9@/.+~^:=_-]*) continue ;; esac
  flags="$flags $flag $word"
  case $word in @* | *:*) word="'$word'" ;; esac
  list="$list, $word"
done
[ -n "$flags" ] || flags=" $flag NAME" list=", NAME"
cat >&2 <<TEXT
vaultbox: $name $verb can't change this sandbox's image, which is read-only; no network rule helps
vaultbox: the user adds a tool on the host, and starts again:
vaultbox:   vaultbox run$flags -- COMMAND
vaultbox:   or in vaultbox.yaml: image: {$key: [\${list#, }]}   and then: vaultbox trust
TEXT
case $name in
  npm) echo "vaultbox: for this project alone: npm install --save-dev NAME, if the policy lets npm's registry be read" >&2 ;;
esac
exit $status
`;
