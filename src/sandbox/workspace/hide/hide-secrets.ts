import { VaultboxError } from "../../../errors.ts";
import { quoted } from "../../../printable.ts";
import { kindOf, type MountDraft } from "../protect/mount-draft.ts";

/** More hidden files than this aren't files with secrets any more. */
const maxHidden = 200;

/**
 * Mounts something empty over files and folders.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when there are too many
 */
export function hideSecrets(draft: MountDraft, secrets: readonly (readonly string[])[]): void {
  // In what is mounted beside the workspace only the number of mounts is a limit
  if (secrets.length > maxHidden && draft.root.kind === "workspace") throw tooMany(secrets);
  for (const names of secrets) {
    const kind = kindOf(draft, names);
    if (kind === "file") {
      draft.own.delete(names.join("/"));
      draft.copies.set(names.join("/"), Buffer.alloc(0));
    }
    if (kind === "folder") draft.emptied.push(names);
  }
}

function tooMany(secrets: readonly (readonly string[])[]): VaultboxError {
  const some = secrets.slice(0, 3).map((names) => quoted(names.join("/")));
  return new VaultboxError(
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
