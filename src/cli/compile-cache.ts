import { existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname } from "node:path";
import { resolvePaths } from "../base/paths.ts";
import { debug } from "../base/debug.ts";
import { readWritableFolders } from "../base/folder-list.ts";
import { inState } from "../base/state-folder.ts";

const groupOrOthersWrite = 0o022;
const sticky = 0o1000;

/**
 * Lets Node keep what it compiled, which saves about a tenth of a second of work for each command. Who can write such a
 * cache runs code as this user: it lies in our state folder, and it's used only where no sandbox and nobody else can write
 * to it or replace a folder above it.
 */
export function enableOwnCompileCache(env: NodeJS.ProcessEnv): void {
  const uid = process.getuid?.();
  if (uid === undefined) return;
  try {
    const { state } = resolvePaths(env);
    // The first session makes it; a command line with a fault in it shouldn't
    if (!existsSync(state) || !isPrivate(state, uid)) return;
    // Whoever mounts the home folder for a sandbox to write in lets it write here as well
    if (readWritableFolders(env).holderOf(state) !== undefined) return;
    const folder = inState(state, "compile-cache");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isPrivate(folder, uid)) enableCompileCache(folder);
  } catch (error) {
    // A read-only home, a full disk: commands are a little slower, and no less right
    debug("compile-cache", error instanceof Error ? error.message : String(error));
  }
}

/** Whether only this user can write to the folder, and nobody but root can put another one in its place. */
export function isPrivate(folder: string, uid: number): boolean {
  const real = realpathSync(folder);
  const own = lstatSync(real);
  if (!own.isDirectory() || own.uid !== uid || (own.mode & groupOrOthersWrite) !== 0) return false;
  for (let above = dirname(real); ; above = dirname(above)) {
    const facts = lstatSync(above);
    const isTrusted = facts.uid === uid || facts.uid === 0;
    const isOpen = (facts.mode & groupOrOthersWrite) !== 0 && (facts.mode & sticky) === 0;
    if (!isTrusted || isOpen) return false;
    if (above === dirname(above)) return true;
  }
}
