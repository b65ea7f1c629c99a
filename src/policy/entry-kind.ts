// A kind of policy entry beside host rules, such as `git:`. Whatever reads, shows, hashes, explains or decides entries asks
// their kind: only the table in session/entry-kinds.ts names one. A host rule's prohibition beats every entry.
import type { OpenHandlers } from "../http/handler.ts";
import type { Field } from "./file/fields.ts";
import type { RuleSource } from "./policy.ts";

export interface EntryKind<Item extends PolicyItem = PolicyItem> {
  /** The key that makes an entry of a file one of this kind: `git`; also the name of its flag, and of its list in `--json` */
  readonly key: string;
  /** All keys of an entry, its own first */
  readonly keys: readonly string[];
  /** Above its entries in texts: `Repositories` */
  readonly heading: string;
  /** What the agent must know of all of its entries */
  readonly agentNote: string;
  /** Reads an entry of a file; undefined when it can't be read. Problems are reported. */
  parse(field: Field, source: RuleSource): Item | undefined;
  /** Reads a value of its flag. @throws VaultboxError VBX_POLICY_INVALID with what to write */
  parseFlag?(text: string, source: RuleSource, place: LaunchPlace): Item;
  /** What the place of a session allows, beside what the user wrote */
  toImplied?(place: LaunchPlace, written: readonly Item[]): readonly Item[];
  /** Where an item opens tunnels. Each request in one is decided by itself. */
  toOrigins(item: Item): readonly EntryOrigin[];
  /** Stands for the item in the policy's hash: equal for items that allow the same */
  toCanonical(item: Item): object;
  describe(item: Item): EntryDescription;
  /** Whether an item has to do with what a handler called `repository` in its record */
  isAbout(item: Item, resource: string): boolean;
  /** The handlers that decide by these items. They are loaded here: most sessions have no entry of most kinds. */
  openHandlers(items: readonly Item[], host: EntryHost): Promise<OpenHandlers>;
}

/** What every entry has. */
export interface PolicyItem {
  readonly source: RuleSource;
}

export interface EntryDescription {
  /** In one line: `https://github.com/acme/widgets` */
  readonly title: string;
  /** What it allows, in plain words; one clause a line */
  readonly lines: readonly string[];
  /** As `--json` shows it; a stable interface */
  readonly json: object;
}

export interface EntryOrigin {
  readonly scheme: "https" | "http";
  readonly host: string;
  readonly port: number;
}

/** What is known of the place where a session starts, read on the host before it. */
export interface LaunchPlace {
  /** The remote of the work tree that is mounted */
  readonly remoteUrl?: string;
  /** An address with the host that an alias of the user's SSH configuration stands for; default: as it is */
  readonly withoutSshAlias?: (address: string) => string;
}

/** What handlers have of this machine. */
export interface EntryHost {
  /** Where vaultbox keeps what it remembers (base/state-folder.ts) */
  readonly stateFolder: string;
}

/** One entry with its kind. */
export interface PolicyEntry {
  readonly kind: EntryKind;
  readonly item: PolicyItem;
}

/** All entries of one kind, in the order in which they were written. */
export interface EntryGroup {
  readonly kind: EntryKind;
  readonly items: readonly PolicyItem[];
}

/** The entries by kind, in the order in which kinds come first. */
export function groupEntries(entries: readonly PolicyEntry[]): readonly EntryGroup[] {
  const groups = Map.groupBy(entries, ({ kind }) => kind);
  return [...groups].map(([kind, members]) => ({ kind, items: members.map(({ item }) => item) }));
}

/** The entries of one kind. */
export function itemsOf<Item extends PolicyItem>(
  groups: readonly EntryGroup[] | undefined,
  kind: EntryKind<Item>,
): readonly Item[] {
  const group = groups?.find((one) => one.kind.key === kind.key);
  // A group's items were made by its kind
  return (group?.items ?? []) as readonly Item[];
}
