import { adviceFolder, adviceManagers } from "./tool-advice.ts";

/** Where ncurses looks for a terminal's description, beside `TERMINFO` and the home. */
const terminfoFolders = [
  "/etc/terminfo",
  "/lib/terminfo",
  "/usr/share/terminfo",
  "/usr/lib/terminfo",
  "/usr/local/share/terminfo",
].join(" ");

/** Terminals that programs know without a description. */
const plainTerminals = "dumb|ansi|linux|vt*|xterm|xterm-color|xterm-256color";

/**
 * The part of the prologue that fits variables to what the image has, with a shell's own means:
 *
 * - A terminal that it doesn't know becomes `xterm-256color`: what calls itself otherwise today is like it.
 * - A locale that it lacks becomes a UTF-8 one that it has. musl takes any name. The names in glibc's archive only
 *   `locale` knows, which is asked where there is such a file. bash warns about its own locale when it has asked.
 * - Package managers that it has get an adviser before them on the search path (see tool-advice.ts).
 */
export const fitEnvironment = `
vbx_terminal() {
  case $TERM in */*) return 1 ;; esac
  for d in "\${TERMINFO:-}" "$HOME/.terminfo" ${terminfoFolders}; do
    [ -n "$d" ] && [ -e "$d/\${TERM%"\${TERM#?}"}/$TERM" ] && return 0
  done
  return 1
}
[ -z "\${TERM:-}" ] || vbx_terminal || case $TERM in ${plainTerminals}) ;; *) export TERM=xterm-256color ;; esac
vbx_listed() {
  [ -e /usr/lib/locale/locale-archive ] && command -v locale >/dev/null 2>&1 || return 1
  [ -n "$a" ] || a=$(exec 2>/dev/null; LC_ALL=C locale -a)
  case "
$a
" in *"
$1
"*) return 0 ;; esac
  return 1
}
vbx_locale() {
  case $1 in */*) return 1 ;; esac
  for d in /lib/ld-musl-*.so.1; do [ -e "$d" ] && return 0; done
  c=\${1#"\${1%%.*}"} m=
  case $c in *@*) m=@\${c#*@} c=\${c%%@*} ;; esac
  case $c in .UTF-8 | .utf-8 | .UTF8) c=.utf8 ;; esac
  c=\${1%%[.@]*}$c$m
  [ -e "/usr/lib/locale/$1" ] || [ -e "/usr/lib/locale/$c" ] || vbx_listed "$1" || vbx_listed "$c"
}
a=
for v in LC_ALL LC_CTYPE LANG; do
  eval "x=\\\${$v:-}"
  case $x in '' | C | POSIX | C.UTF-8 | C.utf8) continue ;; esac
  vbx_locale "$x" && continue
  x=C.UTF-8
  vbx_locale "$x" || ! vbx_locale en_US.UTF-8 || x=en_US.UTF-8
  export "$v=$x"
done
a=
for m in ${adviceManagers.join(" ")}; do
  command -v "$m" >/dev/null 2>&1 && a=${adviceFolder}/$m:$a
done
a=\${a%:}
[ -z "$a" ] || export VAULTBOX_ADVICE="$a" PATH="$a:$PATH"
unset -f vbx_terminal vbx_listed vbx_locale
unset a c d m v x
`;
