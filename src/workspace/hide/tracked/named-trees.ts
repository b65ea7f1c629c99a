import { resolve } from "node:path";
import type { Buffer } from "node:buffer";
import { orNothing } from "../../../base/fs/beneath.ts";
import { openOrNothing, toRealPath } from "../../host-path.ts";
import { maxConfigurationBytes, readConfiguration } from "../../git-dir/git-configuration.ts";
import { toGitPlace, type GitPlace } from "../../git-dir/git-place.ts";
import { lastValue } from "../../git-dir/git-setting.ts";
import type { ScannedRoot } from "../../roots/scan-root.ts";

/** `config.worktree` counts where the other one says so (git-worktree(1)), and for nothing here when it doesn't */
const configurations = ["config", "config.worktree"] as const;
const setting = /worktree/i;

/**
 * Work trees that a repository's own settings name (`core.worktree`), with no `.git` in them: those of a repository for
 * files of the home, or one that was made with `--separate-git-dir`. Git doesn't go by included files for it.
 */
export async function findNamedTrees({
  root,
  scan,
}: Pick<ScannedRoot, "root" | "scan">): Promise<readonly GitPlace[]> {
  const found: GitPlace[] = [];
  for (const gitDir of scan.repositories) {
    if (gitDir.shape !== "folder" && gitDir.shape !== "bare") continue;
    const place = orNothing(() => toGitPlace(root.source, gitDir));
    const named = place && (await readNamed(place.commonDirectory));
    const workTree = named === undefined ? undefined : toRealPath(named);
    if (place === undefined || workTree === undefined) continue;
    found.push({ ...place, gitDirectory: place.commonDirectory, workTree });
  }
  return found;
}

/** Absolute, and not yet seen whether it's there. */
async function readNamed(gitDirectory: string): Promise<string | undefined> {
  let named: string | undefined;
  for (const content of readTexts(gitDirectory)) {
    const settings = (await readConfiguration(content)) ?? [];
    named = lastValue(settings, "core.worktree") ?? named;
  }
  return named === undefined ? undefined : resolve(gitDirectory, named);
}

/** Of those in which it may be set. */
function readTexts(gitDirectory: string): readonly Buffer[] {
  using folder = openOrNothing(gitDirectory);
  return configurations.flatMap((name) => {
    const content = orNothing(() => folder?.read(name, maxConfigurationBytes));
    return content !== undefined && setting.test(content.toString("latin1")) ? [content] : [];
  });
}
