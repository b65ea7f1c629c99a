import type { Folder } from "../../../files/beneath.ts";
import { startLimits, walk } from "./walk.ts";

/** Sockets, pipes and devices of a folder that is in the sandbox, and what couldn't be looked into for them. */
export interface SpecialFiles {
  /** Names from the folder */
  readonly special: readonly (readonly string[])[];
  readonly unlisted: readonly (readonly string[])[];
  /** False when a limit ended the search */
  readonly complete: boolean;
}

/** Looks for special files in a folder that nothing else is asked about: a mount, or a repository outside the workspace. */
export async function findSpecialFiles(root: Folder): Promise<SpecialFiles> {
  const special: (readonly string[])[] = [];
  const unlisted: (readonly string[])[] = [];
  const { complete } = await walk(root, {
    visit: ({ names, entries }) => {
      for (const { name, kind } of entries) {
        if (kind === "other") special.push([...names, name]);
      }
    },
    onClosed: ({ names }, name) => void unlisted.push([...names, name]),
    enters: () => true,
    ...startLimits,
  });
  return { special, unlisted, complete };
}
