import { lstat, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of builds and demos: `engine/image/build-lock.ts`, `engine/image/debian-node.ts` and `demo/demo-home.ts`. */
const ownName = /^vaultbox-(?:build-[0-9a-f]{16}\.lock|(?:image|demo)-[A-Za-z0-9]{6})$/;
/** Longer than each of them takes, in `ms`: it was killed */
const longestMs = 3_600_000;

/** What killed processes of this user left in the temporary folder, which everybody can write in. */
export async function findTemporaryFiles(): Promise<readonly string[]> {
  const names = (await readdir(tmpdir()).catch(() => [])).filter((name) => ownName.test(name));
  const paths = names.map((name) => join(tmpdir(), name));
  const found = await Promise.all(paths.map(async (path) => ((await isLeft(path)) ? path : [])));
  return found.flat();
}

async function isLeft(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts === undefined || facts.mtimeMs > Date.now() - longestMs) return false;
  return process.getuid === undefined || facts.uid === process.getuid();
}
