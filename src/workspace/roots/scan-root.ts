import { basename, dirname, join } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { toWays } from "../host-path.ts";
import { type HideRules, matches, withShown } from "../hide/hide-rules.ts";
import { createScanBudget, startLimits } from "../scan-budget.ts";
import { findSpecialBelow } from "../scan/find-special-files.ts";
import { addRepositoryFolder } from "../scan/add-findings.ts";
import type { ScanOptions } from "../scan/scan-draft.ts";
import { createScan, scanWorkspace, type Scan } from "../scan/scan.ts";
import { isOfPackages, type OpenRoot, type MountedRoot } from "./mounted-root.ts";
import type { TrackedSecrets } from "../hide/tracked/leave-tracked.ts";
import { isSecretFolder } from "../hide/secret-files.ts";

/** A root as the start found it. */
export interface ScannedRoot {
  readonly root: OpenRoot;
  readonly scan: Scan;
  /** What is hidden in it; undefined: nothing */
  readonly rules: HideRules | undefined;
  /** Of what would be hidden; undefined before it was asked for */
  readonly tracked?: TrackedSecrets;
}

/**
 * Looks through a root before the sandbox is made.
 * @throws VaultboxError VBX_MOUNT_REFUSED when a mount can't be looked through; Error of the system
 */
export async function inspectRoot(
  root: OpenRoot,
  hide: HideRules | undefined,
): Promise<ScannedRoot> {
  const rules = isOfPackages(root) ? undefined : toRootRules(hide, root);
  const budget = createScanBudget(startLimits);
  const { folder, plain } = root;
  const isWalked = !isOfPackages(root) && (root.writable || rules !== undefined);
  const scan = isWalked
    ? await scanRoot(root, { hide: rules, deep: false, plain, isReadOnly: !root.writable, budget })
    : await createScan(
        { workspace: root.source, root: folder },
        { hide: rules, deep: false, budget },
        ({ aside: found }) => findSpecialBelow(folder, { folders: [[]], plain, budget, found }),
      );
  if (root.kind === "mount" && !scan.complete) {
    const what = `cannot look through ${quoted(root.source)} for secrets and sockets`;
    const hints = ["mount one of the folders in it"];
    throw new VaultboxError("VBX_MOUNT_REFUSED", `${what}: it is too large`, { hints });
  }
  return { root, scan, rules };
}

/** Scans once through a root. */
export async function scanRoot(root: OpenRoot, options: ScanOptions): Promise<Scan> {
  const { kind, folder, source, apart } = root;
  if (kind !== "repository") {
    const own = { ...options, apart, isPackages: isOfPackages(root) };
    return await scanWorkspace(folder, source, own);
  }
  const own = { ...options, apart };
  const scan = await createScan({ workspace: source, root: folder }, own, async (draft) => {
    await addRepositoryFolder(draft, folder, []);
    await findSpecialBelow(folder, { folders: [[]], budget: draft.budget, found: draft.aside });
  });
  const isOwn = (names: Names): boolean => !toWays(names).some((way) => apart.has(way));
  return { ...scan, special: scan.special.filter(isOwn), unlisted: scan.unlisted.filter(isOwn) };
}

/**
 * What is hidden in a root; undefined for nothing. A mount of the very folder that a rule names is meant to be seen. The
 * folder's own name counts in a mount: `credentials` in a mounted `.cargo` is what the rule names.
 */
export function toRootRules(
  rules: HideRules | undefined,
  { kind, source }: MountedRoot,
): HideRules | undefined {
  if (rules === undefined) return undefined;
  const own = withShown(rules, source);
  if (kind !== "mount") return own;
  const name = basename(source);
  const isNamed = matches(rules.hidden, name) || (rules.defaults && isSecretFolder(source));
  return isNamed ? undefined : { ...own, around: join(basename(dirname(source)), name) };
}
