import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A file system of its own, which a test can fill. */
export interface SmallDisk extends AsyncDisposable {
  /** Where it's mounted; anybody's to write in */
  readonly path: string;
}

/** Makes an ext4 of 8 MiB with blocks of 1 KiB, or as much in memory, where what is full stays so; only root can. */
export async function createSmallDisk(kind: "ext4" | "tmpfs" = "ext4"): Promise<SmallDisk> {
  const base = mkdtempSync(join(tmpdir(), "vbd-"));
  const [image, path] = [join(base, "image"), join(base, "m")];
  const mount =
    kind === "tmpfs"
      ? `mount -t tmpfs -o size=8M none '${path}'`
      : `truncate -s 8M '${image}'; mkfs.ext4 -q -m 0 -b 1024 '${image}'; mount -o loop '${image}' '${path}'`;
  const lines = `mkdir '${path}'; ${mount}; chmod 755 '${base}'; chmod 777 '${path}'`;
  await run("bash", ["-ec", lines], {
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
  });
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await run("umount", [path]);
      rmSync(base, { recursive: true });
    },
  };
}
