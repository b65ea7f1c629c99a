import { join } from "node:path";
import { startedKind } from "../git-dir/pointed/named-executables.ts";
import { toTold } from "../roots/mounted-root.ts";
import type { Found } from "./found.ts";
import type { HandlingOptions, HandoffEntry } from "./handoff.ts";
import { disablePlace, toDisabledText } from "./disable-git-dir.ts";

/** Whether a host executable is of a program that git starts by itself, and that wasn't there before. */
export function isNewProgram({ baseline }: Found, path: string, kind: string): boolean {
  return kind === startedKind && !baseline.executables.has(path);
}

/**
 * Takes away programs that the user's settings name, and that a sandbox made where there was none: nothing could be
 * mounted over them, and git would start them by itself.
 */
export async function disablePrograms(
  found: Found,
  { protect, budget, onDanger }: HandlingOptions,
): Promise<readonly HandoffEntry[]> {
  const { root, scan } = found;
  const entries: HandoffEntry[] = [];
  for (const [path, { kind }] of scan.executables) {
    if (!isNewProgram(found, path, kind)) continue;
    const isTried = protect !== "none" && (await budget.turn());
    const hold = isTried ? disablePlace(root.folder, path.split("/")) : undefined;
    const told = toTold(root, path);
    const why = "git's settings start it";
    if (hold?.isDisabled !== true) onDanger({ place: join(root.source, path), kind: "started" });
    entries.push(
      hold?.isDisabled === true
        ? { change: "disabled", kind, path: told, detail: `${why}; ${toDisabledText(hold, root)}` }
        : { change: "dangerous", kind, path: told, detail: why },
    );
  }
  return entries;
}
