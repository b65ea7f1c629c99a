import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Kinds of places in a box; the dump has one file for each. */
export const boxPlaces = ["env", "environ", "cmdline", "maps", "mem", "files"] as const;
export type BoxPlace = (typeof boxPlaces)[number];

const dumpFolder = "box-dump";

export function dumpPath(workspace: string, place: BoxPlace): string {
  return join(workspace, dumpFolder, place);
}

/** Writes the dump's program to the workspace and returns the command that runs it in the box. */
export async function writeDumpProgram(workspace: string): Promise<string> {
  const path = join(workspace, "dump.py");
  await writeFile(path, program);
  await chmod(path, 0o644);
  return `python3 ${path} ${join(workspace, dumpFolder)} ${Math.floor(Date.now() / 1000)}`;
}

/**
 * Takes all that can be read in a box to files of the workspace. The search is the host's: one inside would need the
 * secret inside. Of the image's programs only what changed since the run began is taken; the image itself was made before
 * the secret was, and its history and settings are searched on the host.
 */
const program = `
import os, stat, sys

folder, since = sys.argv[1], int(sys.argv[2]) - 5
os.makedirs(folder, exist_ok=True)
IMAGE = ("/usr/", "/bin/", "/sbin/", "/lib", "/opt/")
CHUNK = 1 << 20

def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        return str(error).encode()

def processes():
    return [name for name in os.listdir("/proc") if name.isdigit()]

def memory(pid, out):
    try:
        maps = read(f"/proc/{pid}/maps").decode().splitlines()
        mem = open(f"/proc/{pid}/mem", "rb", 0)
    except OSError:
        return
    for line in maps:
        parts = line.split()
        if "r" not in parts[1] or parts[-1].startswith("[v"):
            continue
        # What comes from the image's own files is in them
        if len(parts) > 5 and parts[5].startswith(IMAGE) and "w" not in parts[1]:
            continue
        start, end = (int(part, 16) for part in parts[0].split("-"))
        try:
            mem.seek(start)
            while start < end:
                chunk = mem.read(min(CHUNK, end - start))
                if not chunk:
                    break
                out.write(chunk)
                start += len(chunk)
        except (OSError, ValueError, OverflowError):
            continue

def files(out):
    for base, names, found in os.walk("/"):
        if base == "/":
            names[:] = [name for name in names if name not in ("proc", "sys")]
        if base == folder:
            found = []
        for name in found + names:
            path = os.path.join(base, name)
            out.write(path.encode(errors="surrogateescape") + b"\\n")
            try:
                facts = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISLNK(facts.st_mode):
                out.write(os.readlink(path).encode(errors="surrogateescape") + b"\\n")
            elif stat.S_ISREG(facts.st_mode) and not (path.startswith(IMAGE) and facts.st_ctime < since):
                out.write(read(path) + b"\\n")

def dump(name, write):
    with open(os.path.join(folder, name), "wb") as out:
        write(out)

own = str(os.getpid())
dump("env", lambda out: out.write(read("/proc/self/environ") + b"\\n" + repr(sys.argv).encode()))
for name in ("environ", "cmdline", "maps"):
    dump(name, lambda out: [out.write(read(f"/proc/{pid}/{name}") + b"\\n") for pid in processes()])
dump("mem", lambda out: [memory(pid, out) for pid in processes() if pid != own])
dump("files", files)
`;
