import type { Names } from "../../base/fs/beneath.ts";
import { quoted } from "../../base/printable.ts";
import { unsafe, smallerFolder } from "../unsafe-workspace.ts";
import { kindOf, showInstead, type MountDraft } from "../protect/mount-draft.ts";
import type { TrackedSecrets } from "./tracked/leave-tracked.ts";

/** More hidden files than this aren't files with secrets any more. */
const maxHidden = 200;

const nothing = Buffer.alloc(0);

/**
 * Mounts something empty over files and folders, or what git has of them.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when there are too many
 */
export function hideSecrets(
  draft: MountDraft,
  secrets: readonly Names[],
  git: TrackedSecrets | undefined,
): void {
  for (const names of git?.readable ?? []) draft.readable.push(names);
  // In what is mounted beside the workspace only the number of mounts is a limit
  if (secrets.length > maxHidden && draft.root.kind === "workspace") {
    const some = secrets.slice(0, 3).map((names) => quoted(names.join("/")));
    throw unsafe(
      `cannot hide ${secrets.length} files of the workspace (${some.join(", ")}, …): more than ${maxHidden}`,
      "hide a folder instead of its files, or say what to hide in vaultbox.yaml: workspace: {hide: [default, private/]}",
      smallerFolder,
    );
  }
  for (const names of secrets) {
    const kind = kindOf(draft, names);
    const key = names.join("/");
    draft.frozen.push(names);
    if (kind === "file")
      showInstead(draft, names, { content: nothing, tracked: git?.files.get(key) });
    if (kind === "folder") draft.folders.set(key, git?.folders.get(key) ?? "folder");
  }
}
