import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { orNothing } from "../base/fs/beneath.ts";
import { toNameBytes, toNameText } from "../base/fs/name-text.ts";
import { contains } from "../base/fs/path-steps.ts";
import { readRealPath } from "../base/fs/real-path.ts";

/** A socket that a program waits at, as the kernel lists it (proc(5), /proc/net/unix). */
interface ListeningSocket {
  /** Of the socket itself, not of the file: a server that starts anew has another one */
  readonly inode: string;
  /** As the program named it, perhaps from its current folder */
  readonly name: string;
}

/** Accepts connections (linux/net.h, `__SO_ACCEPTCON`) */
const acceptsFlag = 0x10000;
const datagramType = "0002";

/**
 * The sockets that programs of this machine listen at. What a sandbox listens at isn't among them: the list is that of a
 * network namespace. Neither are pipes, nor sockets of programs in other namespaces.
 */
export class HostSockets {
  #known: ReadonlySet<string>;

  /** Knows those that are there now. */
  constructor() {
    this.#known = new Set(readListening().map(({ inode }) => inode));
  }

  /** Paths of those in one of the folders (absolute real paths) that weren't there at the last call. */
  takeNew(folders: readonly string[]): readonly string[] {
    const sockets = readListening();
    const added = sockets.filter(({ inode }) => !this.#known.has(inode));
    this.#known = new Set(sockets.map(({ inode }) => inode));
    const isInside = (path: string): boolean => folders.some((folder) => contains(folder, path));
    return added.flatMap(
      ({ name }) =>
        (isAbsolute(name) ? [name, ...toRealPaths(name)] : toPathsFrom(name, isInside)).find(
          isInside,
        ) ?? [],
    );
  }
}

function readListening(): readonly ListeningSocket[] {
  const table = orNothing(() => toNameText(readFileSync("/proc/net/unix"))) ?? "";
  return table.split("\n").flatMap((line) => {
    // Num RefCount Protocol Flags Type St Inode Path
    const [, flags = "", type, inode, name] =
      /^\S+ \S+ \S+ (\S+) (\S+) \S+ +(\d+) (.+)$/.exec(line) ?? [];
    if (inode === undefined || name === undefined) return [];
    const waits = (Number.parseInt(flags, 16) & acceptsFlag) !== 0 || type === datagramType;
    return waits ? [{ inode, name }] : [];
  });
}

function toRealPaths(path: string): readonly string[] {
  const folder = orNothing(() => readRealPath(dirname(path)));
  return folder === undefined ? [] : [join(folder, basename(path))];
}

/** Where a program could have meant a name from, that is in one of the folders. */
function toPathsFrom(name: string, isInside: (folder: string) => boolean): readonly string[] {
  const ids = orNothing(() => readdirSync("/proc"))?.filter((id) => /^\d+$/.test(id)) ?? [];
  const cwds = ids.flatMap((id) => orNothing(() => readlinkSync(`/proc/${id}/cwd`)) ?? []);
  return [...new Set(cwds)]
    .map((folder) => join(folder, name))
    .filter((path) => isInside(path) && isSocket(path));
}

function isSocket(path: string): boolean {
  return orNothing(() => lstatSync(toNameBytes(path)).isSocket()) === true;
}

/** How long a socket of the host is unknown, `ms`. */
const watchMs = 1000;

/** What of the host a sandbox can reach; real paths. */
export interface ReachedPlaces {
  readonly folders: readonly string[];
  /** Hidden folders, and special files that are masked */
  readonly covered: readonly string[];
}

/** Calls back for each new one, until it's disposed. Nothing can be mounted in a sandbox that runs, so it's only told. */
export function watchHostSockets(
  sockets: HostSockets,
  { folders, covered }: ReachedPlaces,
  onSocket: (path: string) => void,
): Disposable {
  let isFirst = true;
  const look = (): void => {
    for (const path of sockets.takeNew(folders)) {
      const cover = covered.find((one) => contains(one, path));
      // A later one of a masked name isn't under the mask any more
      if (cover === undefined || (cover === path && !isFirst)) onSocket(path);
    }
    isFirst = false;
  };
  const timer = setInterval(look, watchMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
