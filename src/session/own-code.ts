import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { VaultboxError } from "../base/errors.ts";
import { toFolderListFile } from "../base/folder-list.ts";
import { packageFolder } from "../base/package-folder.ts";
import { quoted } from "../base/printable.ts";
import type { WritableFolders } from "../base/writable-folders.ts";

/** The code that this process was started from, and loads more of while it runs. */
export interface OwnCode {
  /** Folder of the package */
  readonly root: string;
  /** Paths of Node: where it is, and where it was found */
  readonly node: readonly string[];
  /** Paths of vaultbox: its package, those it depends on, and the name it was started by */
  readonly modules: readonly string[];
}

/** Finds them out for this process. */
export function readOwnCode({ argv0, argv, env, execPath }: NodeJS.Process): OwnCode {
  const root = packageFolder;
  const script = argv[1];
  const text = readFileSync(join(root, "package.json"), "utf8");
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  const packages = Object.keys(dependencies).flatMap((name) => findPackage(root, name));
  return {
    root,
    node: [execPath, ...findOnPath(argv0, env["PATH"] ?? "")],
    modules: [root, ...packages, ...(script === undefined ? [] : [resolve(script)])],
  };
}

/**
 * Nothing starts where the sandbox could change vaultbox itself or Node: the next command, or a module that is loaded
 * once the sandbox has run, would be the sandbox's.
 * @param writable real paths of what the sandbox will write, beside what earlier ones could
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export function refuseOwnCode(
  code: OwnCode,
  {
    writable,
    earlier,
    stateFolder,
  }: {
    readonly writable: readonly string[];
    readonly earlier: WritableFolders;
    readonly stateFolder: string;
  },
): void {
  const list = toFolderListFile(stateFolder);
  const folders = earlier.with(writable);
  for (const [what, paths, remedy] of [
    ["vaultbox itself", code.modules, "install it elsewhere: npm install -g vaultbox"],
    ["Node.js, which runs vaultbox,", code.node, "start vaultbox with a Node.js from elsewhere"],
  ] as const) {
    for (const path of paths) {
      const holder = folders.holderOf(path);
      if (holder === undefined) continue;
      const why = `${what} is in ${quoted(holder)}, where a sandbox can write: ${quoted(path)}`;
      const other =
        earlier.holderOf(path) === undefined
          ? "or mount another folder: --workspace DIR"
          : `or, once you have made sure that it is still yours, take that folder out of ${quoted(list)}`;
      throw new VaultboxError("VBX_MOUNT_REFUSED", `cannot run: ${why}`, {
        hints: [remedy, other],
      });
    }
  }
}

/** The folder that Node's resolution finds a package in. */
function findPackage(root: string, name: string): readonly string[] {
  for (let folder = root; ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name);
    if (existsSync(path)) return [path];
    if (folder === dirname(folder)) return [];
  }
}

/** Where a name that was typed was found; the next command goes the same way. */
function findOnPath(name: string, path: string): readonly string[] {
  if (name.includes("/")) return [resolve(name)];
  const found = path.split(delimiter).map((entry) => resolve(entry, name));
  return found.filter(isExecutable).slice(0, 1);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not in this folder: the next one is looked into
    return false;
  }
}
