import { join } from "node:path";
import type { BindMount } from "../../../docker/engine.ts";
import { VaultboxError } from "../../../errors.ts";
import type { Folder } from "../../../files/beneath.ts";
import { quoted } from "../../../printable.ts";
import { contains } from "../../../files/path-steps.ts";
import { hideSecrets } from "../hide/hide-secrets.ts";
import type { LookBudget } from "../look-budget.ts";
import { isHeldName } from "../handoff/hold-unit.ts";
import { hideSettings } from "../hide/hide-settings.ts";
import { withoutSecrets } from "../hide/settings-text.ts";
import { readUserSettings } from "./user-settings.ts";
import type { SpecialFiles } from "../scan/find-special-files.ts";
import type { Scan } from "../scan/scan.ts";
import type { MountedFolder } from "./mask-special-files.ts";
import {
  createDraft,
  hasRoomForOthers,
  refuseTooMany,
  toOwnBinds,
  type MountDraft,
} from "./mount-draft.ts";
import type { MountPointsBeneath } from "./mount-point.ts";
import { isNameable, refuseUnnameable } from "./nameable.ts";
import { protectUnit, type UnitOptions } from "./protect-unit.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import { toCopies, type CopyMount } from "./shown-copies.ts";

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
  readonly mountPoints: readonly MountPointsBeneath[];
  /** The workspace, and repositories outside of it, with what no program of the sandbox may reach */
  readonly folders: readonly MountedFolder[];
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
  readonly budget: LookBudget;
  /** Whether a repository was there before other sessions that weren't looked at; the others are protected last */
  readonly isOwn?: (names: readonly string[]) => boolean;
}

/**
 * Decides what is mounted over the workspace. Nothing is changed yet.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE, VBX_MOUNT_REFUSED
 */
export async function planProtection(scan: Scan, options: ProtectionOptions): Promise<Protection> {
  if (options.hides || options.protect === "default") checkLookedAt(scan);
  const draft = createDraft(options.workspace, options.root, toSpecialFiles(scan));
  const outside = new Map<string, MountDraft>();
  using opened = new DisposableStack();
  if (options.protect === "default") {
    const unitOptions: UnitOptions = {
      toShown: options.hides ? withoutSecrets : (content) => content,
      isInSandbox: (path) => contains(options.workspace, path),
      checkMount: options.checkMount,
      user: await readUserSettings(options.budget),
      outside,
      opened,
      budget: options.budget,
    };
    await protectUnits(draft, scan.repositories, { ...unitOptions, isOwn: options.isOwn });
  }
  if (options.hides) {
    const { budget } = options;
    const paths = scan.marks.keys();
    await hideSettings(draft, { units: scan.repositories, paths, budget });
    for (const common of outside.values())
      await hideSettings(common, { units: [{ names: [], shape: "bare" }], paths: [], budget });
  }
  hideSecrets(draft, scan.secrets);
  const isAsked = options.hides || options.protect === "default";
  if (isAsked && !options.budget.isWhole()) throw tooLarge(scan);
  const all = [draft, ...outside.values()];
  for (const one of all) refuseTooMany(one);
  const own = all.flatMap((one) => toOwnBinds(one).map((bind) => ({ bind, base: one.path })));
  const copies = all.flatMap(toCopies);
  refuseUnnameable([...own.map(({ bind }) => bind.target), ...copies.map(({ target }) => target)]);
  return {
    own,
    copies,
    mountPoints: all.map(({ path, mountPoints }) => ({ path, points: mountPoints })),
    folders: all.map(({ path, root, special }) => ({
      source: path,
      target: path,
      origin: root.origin(),
      ...special,
    })),
    notes: [...scan.notes, ...all.flatMap(({ notes }) => notes)],
  };
}

/**
 * The user's first: a sandbox chooses how many it leaves. What is made of one that isn't protected is seen at the end,
 * where it counts as new.
 */
async function protectUnits(
  draft: MountDraft,
  units: readonly RepositoryUnit[],
  options: UnitOptions & { readonly isOwn: ProtectionOptions["isOwn"] },
): Promise<void> {
  const isOwn = ({ names }: RepositoryUnit): boolean => options.isOwn?.(names) !== false;
  let left = 0;
  for (const unit of [...units.filter(isOwn), ...units.filter((one) => !isOwn(one))]) {
    await options.budget.turn();
    if (isOutOfUse(draft, unit)) continue;
    if (isOwn(unit) || hasRoomForOthers(draft)) await protectUnit(draft, unit, options);
    else left++;
  }
  if (left === 0) return;
  draft.notes.push(
    `${left} repositories that another session left are not protected: don't run git in them before the run has ended`,
  );
}

/** A folder that can't be looked into is masked: the sandbox, which may own it, could open it. */
function toSpecialFiles({ special, unlisted, closed, deep, complete }: Scan): SpecialFiles {
  return { special, unlisted: [...unlisted, ...closed, ...deep], complete };
}

/** Held by an earlier run at a place that no mount can be at; whatever is made of it is new when the run ends. */
function isOutOfUse(draft: MountDraft, { names }: RepositoryUnit): boolean {
  const path = join(draft.path, ...names);
  if (!isHeldName(names.at(-1) ?? "") || isNameable(path)) return false;
  draft.notes.push(
    `${quoted(names.join("/"))} is held, and isn't protected: no mount can be there`,
  );
  return true;
}

/** What wasn't looked at is neither hidden nor protected. */
function checkLookedAt(scan: Scan): void {
  if (!scan.complete) throw tooLarge(scan);
  const units = new Set(scan.repositories.map(({ names }) => names.join("/")));
  const closed = scan.closed.find((names) => units.has(names.join("/")));
  if (closed !== undefined) throw notLookedInto(closed);
}

/** A mask over a repository would take it from the sandbox. */
function notLookedInto(names: readonly string[]): VaultboxError {
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot look into all folders of the repository ${quoted(names.join("/"))}: a mode forbids it`,
    { hints: ["look at what is in it, then: chmod -R u+rwX"] },
  );
}

function tooLarge({ tookMs }: Scan): VaultboxError {
  const looked = `${(tookMs / 1000).toFixed(1)} s`;
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot look through the workspace for secrets and repositories: it is too large (${looked})`,
    {
      hints: [
        "run in a smaller folder: --workspace DIR",
        "or do without, in vaultbox.yaml: workspace: {hide: [], protect: none}",
      ],
    },
  );
}
