import type { EntryKind } from "../policy/entry-kind.ts";

/** A kind of policy entry, as much of it as a command's help needs. */
interface EntryKindLine {
  readonly key: string;
  /** Of `--KEY VALUE`, repeatable; missing where entries are only written in files */
  readonly flag?: { readonly value: string; readonly help: string };
  readonly load: () => Promise<EntryKind>;
}

/** What entries a policy may have beside hosts and presets. A new kind is a folder and a line here. */
export const entryKinds: readonly EntryKindLine[] = [
  {
    key: "git",
    flag: {
      value: "url[:key=value]",
      help: "a repository that may be read, and pushed with :push=agent/*",
    },
    load: async () => (await import("../git/entry/git-entries.ts")).gitEntries,
  },
];

/** All kinds, in the order of the table. */
export function loadEntryKinds(): Promise<readonly EntryKind[]> {
  return Promise.all(entryKinds.map(({ load }) => load()));
}
