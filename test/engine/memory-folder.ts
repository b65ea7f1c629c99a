import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInherited } from "./run-inherited.ts";
import { say } from "./test-machine.ts";

const gigabyte = 1024 ** 3;
/** Six times what integration tests were seen to have at one time. */
const roomBytes = 4 * gigabyte;
/** Beside it, for the tests themselves. */
const otherBytes = 2 * gigabyte;

/** Where tests put temporary files; disposing removes it. */
export interface MemoryFolder extends AsyncDisposable {
  /** What says so to them */
  readonly env: { readonly TMPDIR?: string };
}

/**
 * A file system in memory for temporary files, where root can mount one and there is room: on a disk, a test that makes
 * a thousand files works ten times as much for each, and waits for it. Elsewhere they are where they always are.
 */
export async function openMemoryFolder(): Promise<MemoryFolder> {
  const { env } = process;
  const none = { env: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
  if (process.platform !== "linux" || process.getuid?.() !== 0) return none;
  if (process.availableMemory() < roomBytes + otherBytes) return none;
  const folder = await mkdtemp(join(tmpdir(), "vbm-"));
  const options = `size=${roomBytes},mode=1777`;
  const mount = { file: "mount", args: ["-t", "tmpfs", "-o", options, "tmpfs", folder], env };
  if ((await runInherited(mount)) !== 0) {
    say("temporary files of tests are on the disk: no file system can be mounted here");
    await rmdir(folder);
    return none;
  }
  return {
    env: { TMPDIR: folder },
    [Symbol.asyncDispose]: async () => {
      // What a test may have left running keeps it until that ends
      await runInherited({ file: "umount", args: ["--lazy", folder], env });
      await rmdir(folder);
    },
  };
}
