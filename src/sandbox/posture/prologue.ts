import { filterMark } from "../../engine/seccomp/seccomp-profile.ts";
import { fitEnvironment } from "../environment/fit-environment.ts";

/**
 * The sandbox's first program: a POSIX shell script that reports what it sees and waits for the host's word before it
 * becomes the command. Shell builtins only, so that busybox and an image without coreutils do. The command's arguments
 * are the script's own; nothing of the user's is ever part of the script text.
 *
 * It reads its one line byte by byte from a pipe or by line from a terminal (POSIX `read`), so what follows on stdin is
 * the command's alone. `$0` is `vaultbox`: what the shell itself says of a file that
 * can't be run begins with it.
 */
const script = `
n=$1; shift
umask 022
ulimit -c 0 2>/dev/null
p() { printf '%s\\n' "$1"; }
f() { if [ -r "$2" ]; then while IFS= read -r l || [ -n "$l" ]; do p "$1 $l"; done <"$2"; else p "missing $1"; fi; }
p "vbx-$n begin"
f status /proc/self/status
f net /proc/net/dev
f route4 /proc/net/route
[ -e /proc/net/ipv6_route ] && f route6 /proc/net/ipv6_route
f resolv /etc/resolv.conf
f mount /proc/self/mounts
[ -r /proc/self/mountinfo ] && f mountinfo /proc/self/mountinfo
for i in /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max; do [ -r "$i" ] && f pids "$i"; done
for i in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do [ -r "$i" ] && f memory "$i"; done
for i in /dev/* /dev/.[!.]*; do [ -e "$i" ] && p "dev $i"; done
for i in /var/run/docker.sock /run/docker.sock /run/podman/podman.sock /run/containerd/containerd.sock /run/crio/crio.sock; do [ -e "$i" ] && p "socket $i"; done
for i in /vaultbox-probe /etc/vaultbox-probe /usr/vaultbox-probe; do ( : >"$i" ) 2>/dev/null && p "rootwrite $i"; done
[ -w "$HOME" ] && p "home writable"
( : >>/proc/sys/kernel/core_pattern ) 2>/dev/null && p "sysctl writable"
[ -r /proc/sys/kernel/random/boot_id ] && f boot /proc/sys/kernel/random/boot_id
k=$1; shift; i=0
while [ "$i" -lt "$k" ]; do
  { [ -f "$1" ] || [ -d "$1" ]; } && ( while IFS= read -r l; do p "source $i $l"; done </proc/self/fdinfo/9 ) 2>/dev/null 9<"$1"
  shift; i=$((i + 1))
done
k=$1; shift; i=0
while [ "$i" -lt "$k" ]; do
  ( e=/proc/self/fd/9/\${1##*/}; { [ -f "$e" ] || [ -d "$e" ]; } || exit; exec 8<"$e"
    { read -r l; read -r l; read -r l; read -r k; } </proc/self/fdinfo/9
    { read -r g; read -r g; read -r g; } </proc/self/fdinfo/8
    p "covered $i $l $k $g" ) 2>/dev/null 9<"\${1%/*}/"
  shift; i=$((i + 1))
done
kill -0 ${filterMark} 2>/dev/null && p "filter marked"
p "vbx-$n end"
IFS= read -r g || exit 125
[ "$g" = "go-$n" ] || exit 125
unset n g i l k
${fitEnvironment}case $1 in
*/*) ;;
*) command -v "$1" >/dev/null 2>&1 || {
  printf 'vaultbox: error: cannot run "%s": the sandbox has no such command\\n' "$1" >&2
  printf 'vaultbox: hint: the image decides what there is, see --image; or name a file of the workspace, as ./NAME\\n' >&2
  exit 127
} ;;
esac
exec "$@"
`;

/** Absolute paths in the sandbox. */
interface AskedTargets {
  readonly targets: readonly string[];
  readonly covered: readonly string[];
}

/**
 * The container's entrypoint and arguments for a command.
 * @param asked about which it reports: targets of mounts, with what they lead to, and covered places
 */
export function toPrologue(
  nonce: string,
  command: readonly string[],
  { targets, covered }: AskedTargets = { targets: [], covered: [] },
): { readonly entrypoint: readonly string[]; readonly command: readonly string[] } {
  return {
    entrypoint: ["/bin/sh"],
    command: [
      "-c",
      script,
      "vaultbox",
      nonce,
      ...counted(targets),
      ...counted(covered),
      ...command,
    ],
  };
}

function counted(texts: readonly string[]): readonly string[] {
  return [String(texts.length), ...texts];
}

/** The line that lets the command begin. */
export function toGoLine(nonce: string): string {
  return `go-${nonce}\n`;
}
