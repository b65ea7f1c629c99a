import { join } from "node:path";
import { VaultboxError } from "../../../errors.ts";
import { orNothing, type Folder } from "../../../files/beneath.ts";
import type { FileOrigin } from "../../../files/file-origin.ts";
import { quoted } from "../../../printable.ts";
import type { CoveredPlace } from "../../posture/expected-mounts.ts";
import type { OtherSession } from "../handoff/unlooked-sessions.ts";
import { toNames } from "../host-path.ts";
import { isHidden } from "./hidden-entry.ts";
import { matches, type HideRules } from "./hide-rules.ts";

/** What is hidden in a session: the path from its workspace, and the folder around it. */
export type HiddenPlace = readonly [path: string, around: FileOrigin];

interface HiddenHere {
  /** Absolute real path of `root` */
  readonly workspace: string;
  readonly root: Folder;
  readonly rules: HideRules;
  readonly covered: readonly CoveredPlace[];
}

/** The hidden ones among covered places. */
export function toHiddenPlaces(
  workspace: string,
  covered: readonly CoveredPlace[],
  hidden: readonly string[],
): readonly HiddenPlace[] {
  const paths = new Map(hidden.map((path) => [join(workspace, path), path]));
  return covered.flatMap(({ target, around }) => {
    const path = paths.get(target);
    return path === undefined || around === undefined ? [] : [[path, around] as const];
  });
}

/**
 * What a sandbox that runs doesn't see, it can't rename, but it can move a folder around it to where a look doesn't find
 * it: among packages, or behind the look. Each such folder must be covered here too, wherever it is now.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when one isn't
 */
export function refuseMovedSecrets(others: readonly OtherSession[], here: HiddenHere): void {
  const known = new Set(
    here.covered.flatMap(({ target, around }) =>
      around === undefined ? [] : [toKey(around, target)],
    ),
  );
  for (const { id, workspace, isRunning, record } of others) {
    if (!isRunning) continue;
    for (const [path, around] of record?.hiddenIn ?? []) {
      const names = toNames(here.workspace, join(workspace, path));
      if (names === undefined || known.has(toKey(around, path))) continue;
      if (isMoved(here, names, around)) throw moved(names, id);
    }
  }
}

function toKey({ device, inode }: FileOrigin, path: string): string {
  return `${device} ${inode} ${path.slice(path.lastIndexOf("/") + 1)}`;
}

/** Whether what was hidden there would be hidden here as well, and may be somewhere else now. */
function isMoved(
  { root, rules }: HiddenHere,
  names: readonly string[],
  around: FileOrigin,
): boolean {
  using folder = orNothing(() => root.openPath(names.slice(0, -1)));
  const name = names.at(-1) ?? "";
  const path = names.join("/");
  const now = folder?.origin();
  if (folder !== undefined && now?.device === around.device && now.inode === around.inode) {
    const kind = orNothing(() => folder.facts(name))?.kind;
    // The user removed it, or what was secret in it
    return kind !== undefined && isHidden(rules, { folder, entry: { name, kind }, names });
  }
  return !matches(rules.shown, path) && (rules.defaults || matches(rules.hidden, path));
}

function moved(names: readonly string[], session: string): VaultboxError {
  return new VaultboxError(
    "VBX_WORKSPACE_UNSAFE",
    `cannot hide ${quoted(names.join("/"))}: the folder around it was moved while another session runs`,
    {
      hints: [
        `end that session, and read what it says: vaultbox stop ${session}`,
        "or move the folder back to where it was",
      ],
    },
  );
}
