import type { MountDraft } from "../protect/mount-draft.ts";
import { maxConfigurationBytes } from "../repository/git-configuration.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";

/** Without protection git's configuration is still a file that may hold a password. */
export function hidePasswords(draft: MountDraft, units: readonly RepositoryUnit[]): void {
  for (const { names, shape } of units) {
    if (shape !== "folder" && shape !== "bare" && shape !== "module") continue;
    using folder = draft.root.openPath(names);
    const content = folder?.read("config", maxConfigurationBytes);
    if (content === undefined) continue;
    const shown = withoutSecrets(content);
    if (shown !== content) draft.copies.set([...names, "config"].join("/"), shown);
  }
}

/** A git configuration without passwords in URLs and without headers that carry them; the rest is byte for byte the same. */
export function withoutSecrets(content: Buffer): Buffer {
  const text = content.toString("latin1");
  const clean = text
    .replaceAll(
      /(?<![a-z0-9+.-])([a-z0-9+.-]+:\/\/)([^\s/?#@"\\]*)@/gi,
      (_, scheme: string, user: string) =>
        // The user of SSH is part of how the host is reached, and no secret
        /^(?:git\+)?ssh/i.test(scheme) ? `${scheme}${user.replace(/:.*/, "")}@` : scheme,
    )
    .replaceAll(/(^[ \t]*|\][ \t]*)extraheader[ \t]*=.*$/gim, "$1# a header was here");
  return clean === text ? content : Buffer.from(clean, "latin1");
}
