import { join } from "node:path";
import { orNothing, type Names } from "../../base/fs/beneath.ts";
import type { FileOrigin } from "../../base/fs/file-origin.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe } from "../unsafe-workspace.ts";
import type { CoveredPlace } from "../covered-places.ts";
import type { OtherRoot } from "../handoff/unscanned-sessions.ts";
import { toNames } from "../host-path.ts";
import { toTold, type OpenRoot } from "../roots/mounted-root.ts";
import type { ScannedRoot } from "../roots/scan-root.ts";
import { isHidden, matches, type HideRules } from "./hide-rules.ts";

/** What is hidden in a root: the path from it, and the folder around it. */
export type HiddenPlace = readonly [path: string, around: FileOrigin];

/** The hidden ones of a root among covered places. @param root where it is in the sandbox */
export function toHiddenPlaces(
  root: string,
  covered: readonly CoveredPlace[],
  hidden: readonly string[],
): readonly HiddenPlace[] {
  const paths = new Map(hidden.map((path) => [join(root, path), path]));
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
export function refuseMovedSecrets(
  others: readonly OtherRoot[],
  looked: readonly ScannedRoot[],
  covered: readonly CoveredPlace[],
): void {
  const known = new Set(
    covered.flatMap(({ target, around }) => (around === undefined ? [] : [toKey(around, target)])),
  );
  for (const { root, rules, tracked } of looked) {
    const readable = new Set(tracked?.readable.map((names) => names.join("/")));
    for (const { id, source, isRunning, record } of others) {
      if (!isRunning || rules === undefined) continue;
      for (const [path, around] of record?.hiddenIn ?? []) {
        const names = toNames(root.source, join(source, path));
        if (names === undefined || known.has(toKey(around, path))) continue;
        // Git has the same by now
        if (readable.has(names.join("/"))) continue;
        if (!isMoved(root, rules, { names, around })) continue;
        const what = `cannot hide ${quoted(toTold(root, names.join("/")))}`;
        throw unsafe(
          `${what}: the folder around it was moved while another session runs`,
          `end that session, and read what it says: vaultbox stop ${id}`,
          "or move the folder back to where it was",
        );
      }
    }
  }
}

function toKey({ device, inode }: FileOrigin, path: string): string {
  return `${device} ${inode} ${path.slice(path.lastIndexOf("/") + 1)}`;
}

/** Whether what was hidden there would be hidden here as well, and may be somewhere else now. */
function isMoved(
  { folder: root }: OpenRoot,
  rules: HideRules,
  { names, around }: { readonly names: Names; readonly around: FileOrigin },
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
