import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BindMount } from "../../../docker/engine.ts";
import { VaultboxError } from "../../../errors.ts";
import type { Folder } from "../../../files/beneath.ts";
import { quoted } from "../../../printable.ts";
import { contains } from "../../mounts.ts";
import { maxConfigurationBytes, readUserConfiguration } from "../repository/git-configuration.ts";
import type { GitSetting } from "../repository/git-setting.ts";
import { locateGit } from "../repository/git-location.ts";
import { openOrNothing, toNames } from "../host-path.ts";
import type { HeldPlace } from "./mount-point.ts";
import { createDraft, holdReadOnly, kindOf, toOwnBinds, type MountDraft } from "./mount-draft.ts";
import { toPointedPaths } from "./pointed-paths.ts";
import { protectGitFolder } from "./protect-git-folder.ts";
import { readOwnSettings, withIncluded } from "./included-settings.ts";
import { protectPointedPaths } from "./protect-pointed-paths.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import { withoutSecrets } from "../hide/secret-files.ts";
import type { Scan } from "../scan/scan.ts";

/** A bind over something in the sandbox, with the content it shows. */
interface CopyMount {
  readonly target: string;
  readonly content: Uint8Array | "folder";
}

/** A mount that shows an entry of a folder, at its own path, again. */
export interface OwnMount {
  readonly bind: BindMount;
  /** The folder, which is a mount itself */
  readonly base: string;
}

/** What is mounted over the workspace, and what must be there for it. */
export interface Protection {
  readonly own: readonly OwnMount[];
  readonly copies: readonly CopyMount[];
  /** Placeholders, by the folder they are beneath */
  readonly held: readonly { readonly path: string; readonly places: readonly HeldPlace[] }[];
  readonly notes: readonly string[];
}

export interface ProtectionOptions {
  /** Absolute real path */
  readonly workspace: string;
  readonly root: Folder;
  readonly protect: "default" | "none";
  /** Whether anything is hidden: then also the passwords in git's configuration */
  readonly hides: boolean;
  /** Rejects when a folder outside the workspace may not be mounted */
  readonly checkMount: (path: string) => Promise<unknown>;
}

/** More hidden files than this aren't files with secrets any more. */
const maxHidden = 200;

/**
 * Decides what is mounted over the workspace. Nothing is changed yet.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE, VBX_MOUNT_REFUSED
 */
export async function planProtection(scan: Scan, options: ProtectionOptions): Promise<Protection> {
  if (!scan.complete && (options.hides || options.protect === "default")) throw tooLarge(scan);
  const [closed] = scan.closed;
  if (closed !== undefined && (options.hides || options.protect === "default")) {
    throw notLookedInto(closed);
  }
  const draft = createDraft(options.workspace, options.root);
  const outside = new Map<string, MountDraft>();
  using opened = new DisposableStack();
  if (options.protect === "default") {
    const user = await readUserConfiguration();
    for (const unit of scan.repositories) {
      await protectUnit(draft, unit, { options, user, outside, opened });
    }
  } else if (options.hides) hidePasswords(draft, scan);
  hideSecrets(draft, scan.secrets);
  const all = [draft, ...outside.values()];
  return {
    own: all.flatMap((one) => toOwnBinds(one).map((bind) => ({ bind, base: one.path }))),
    copies: all.flatMap(toCopies),
    held: all.map(({ path, held }) => ({ path, places: held })),
    notes: [...scan.notes, ...all.flatMap(({ notes }) => notes)],
  };
}

/** The sandbox, which is its owner, could open it. */
function notLookedInto(names: readonly string[]): VaultboxError {
  const path = quoted(names.join("/"));
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot look into the folder ${path} for secrets and repositories: its mode forbids it`,
    { hints: ["look at what is in it, then: chmod u+rwx"] },
  );
}

/** What wasn't looked at is neither hidden nor protected. */
function tooLarge({ entries, tookMs }: Scan): VaultboxError {
  const looked = `${entries} entries in ${(tookMs / 1000).toFixed(1)} s`;
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot look through the workspace for secrets and repositories: it is too large or too deep (${looked})`,
    {
      hints: [
        "run in a smaller folder: --workspace DIR",
        "or do without, in vaultbox.yaml: workspace: {hide: [], protect: none}",
      ],
    },
  );
}

interface Around {
  readonly options: ProtectionOptions;
  readonly user: Awaited<ReturnType<typeof readUserConfiguration>>;
  readonly outside: Map<string, MountDraft>;
  readonly opened: DisposableStack;
}

interface AroundOutside extends Around {
  readonly folderOptions: Parameters<typeof protectGitFolder>[2];
  /** Of the workspace */
  readonly inside: MountDraft;
}

async function protectUnit(draft: MountDraft, unit: RepositoryUnit, around: Around): Promise<void> {
  const { names, shape } = unit;
  // They are protected with the repository they belong to
  if (shape === "module" || shape === "worktree") return;
  const { options, user } = around;
  const isInSandbox = (path: string): boolean => contains(options.workspace, path);
  const toShown = (content: Buffer): Buffer => (options.hides ? withoutSecrets(content) : content);
  const folderOptions = { toShown, isInSandbox };
  const workTree = join(draft.path, ...(shape === "bare" ? names : names.slice(0, -1)));
  if (shape === "folder" || shape === "bare") {
    const settings = await protectGitFolder(draft, names, folderOptions);
    const configFolder = join(draft.path, ...names);
    await protectPointed(draft, settings, { user, workTree, configFolder });
    return;
  }
  holdReadOnly(draft, names, "file");
  using folder = draft.root.openPath(names.slice(0, -1));
  const found = folder === undefined ? undefined : await locateGit(folder, workTree);
  if (found === undefined || found.kind !== "file") {
    const why = found?.kind === "unusable" ? found.why : "it can't be read";
    draft.notes.push(`${quoted(names.join("/"))} leads to no repository of this work tree: ${why}`);
    return;
  }
  const { commonDirectory } = found;
  // A submodule or linked work tree of a repository in the workspace is protected with that one
  if (isInSandbox(commonDirectory)) {
    const own = toNames(draft.path, commonDirectory) ?? [];
    if (!draft.copies.has([...own, "config"].join("/"))) {
      await protectGitFolder(draft, own, folderOptions);
    }
    // Relative paths in its settings mean this work tree as much as any other of it
    using common = draft.root.openPath(own);
    const settings = common && (await readOwnSettings(common));
    await protectPointed(draft, settings ?? [], { user, workTree, configFolder: commonDirectory });
    return;
  }
  await protectOutside(commonDirectory, workTree, { ...around, folderOptions, inside: draft });
}

/** What a repository's settings name in a work tree, also the settings in files that they include. */
async function protectPointed(
  draft: MountDraft,
  settings: readonly GitSetting[],
  place: {
    readonly user: readonly GitSetting[];
    readonly workTree: string;
    readonly configFolder: string;
  },
): Promise<void> {
  const { user, workTree, configFolder } = place;
  protectPointedPaths(draft, toPointedPaths(user, { workTree, configFolder }));
  for (const one of await withIncluded(settings, configFolder)) {
    protectPointedPaths(
      draft,
      toPointedPaths(one.settings, { workTree, configFolder: one.configFolder }),
    );
  }
}

/** The common folder of a work tree whose repository is elsewhere: mounted, so that git works, and as protected. */
async function protectOutside(
  path: string,
  workTree: string,
  around: AroundOutside,
): Promise<void> {
  const { options, user, outside, opened, folderOptions } = around;
  const place = { user, workTree, configFolder: path };
  const known = outside.get(path);
  if (known !== undefined) {
    await protectPointed(around.inside, await readOwnSettings(known.root), place);
    return;
  }
  await options.checkMount(path);
  const root = openOrNothing(path);
  if (root === undefined) return;
  const draft = createDraft(path, opened.use(root));
  draft.own.set("", { readOnly: false });
  outside.set(path, draft);
  const settings = await protectGitFolder(draft, [], folderOptions);
  await protectPointed(around.inside, settings, place);
}

/** Without protection git's configuration is still a file that may hold a password. */
function hidePasswords(draft: MountDraft, scan: Scan): void {
  for (const { names, shape } of scan.repositories) {
    if (shape !== "folder" && shape !== "bare" && shape !== "module") continue;
    using folder = draft.root.openPath(names);
    const content = folder?.read("config", maxConfigurationBytes);
    if (content === undefined) continue;
    const shown = withoutSecrets(content);
    if (shown !== content) draft.copies.set([...names, "config"].join("/"), shown);
  }
}

function hideSecrets(draft: MountDraft, secrets: readonly (readonly string[])[]): void {
  if (secrets.length > maxHidden) {
    const some = secrets.slice(0, 3).map((names) => quoted(names.join("/")));
    throw new VaultboxError(
      "VBX_WORKSPACE_UNSAFE",
      `cannot hide ${secrets.length} files of the workspace (${some.join(", ")}, …): more than ${maxHidden}`,
      {
        hints: [
          "hide a folder instead of its files, or say what to hide in vaultbox.yaml: workspace: {hide: [default, private/]}",
          "run in a smaller folder: --workspace DIR",
        ],
      },
    );
  }
  for (const names of secrets) {
    const kind = kindOf(draft, names);
    if (kind === "file") {
      draft.own.delete(names.join("/"));
      draft.copies.set(names.join("/"), Buffer.alloc(0));
    }
    if (kind === "folder") draft.emptied.push(names);
  }
}

function toCopies(draft: MountDraft): readonly CopyMount[] {
  const files = [...draft.copies].map(([key, content]) => ({
    target: join(draft.path, key),
    content,
  }));
  const folders = draft.emptied.map((names) => ({
    target: join(draft.path, ...names),
    content: "folder" as const,
  }));
  return [...files, ...folders];
}

/** Writes what is shown instead to a folder of the session, readable by whoever the sandbox runs as. */
export async function writeCopies(
  copies: readonly CopyMount[],
  directory: string,
): Promise<readonly BindMount[]> {
  const folder = join(directory, "shown");
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const binds: BindMount[] = [];
  for (const [index, { target, content }] of copies.entries()) {
    const source = join(folder, String(index));
    if (content === "folder") await mkdir(source);
    else await writeFile(source, content);
    await chmod(source, content === "folder" ? 0o755 : 0o644);
    binds.push({ source, target, readOnly: true });
  }
  return binds;
}
