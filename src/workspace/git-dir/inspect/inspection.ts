import { createHash } from "node:crypto";
import { given } from "../../../base/given.ts";
import { isSystemError, type Folder } from "../../../base/fs/beneath.ts";
import { toNameBytes } from "../../../base/fs/name-text.ts";
import type { ScanBudget, ScanEnd } from "../../scan-budget.ts";

/** One reason why git must not use a repository. */
export interface Danger {
  /** As in `sets core.fsmonitor` */
  readonly text: string;
  /** The same for the same text and content: what was there before the run is no finding */
  readonly id: string;
  /** What in the repository is enough to take away */
  readonly place?: string;
  /** Why something couldn't be looked at, by the system's code */
  readonly unseen?: string;
}

/** What a repository could make git do. */
export interface GitDirFindings {
  /** Of everything that was looked at: the same means nothing changed */
  readonly fingerprint: string;
  /** Why git must not use it; empty when nothing in it makes git run anything */
  readonly dangers: readonly Danger[];
  /** Ids that {@link Look.leads} gives: a danger only where it leads out of the root */
  readonly leads: readonly string[];
  /** Of the remotes it names, and which of them branches follow */
  readonly remotes: string;
  /** When the newest of what was looked at changed, `ns` */
  readonly newest: bigint;
  /** Why not all of it was looked at: the look as a whole was over */
  readonly unseen?: ScanEnd;
  /** Whether there is something in it that could not be looked at, which is among the dangers */
  readonly isPart?: boolean;
}

/** What one takes in memory, `bytes` */
const dangerBytes = 1000;
/** More reasons are told, and compared, as one. */
const maxDangers = 5000;
/** Characters of a reason: a sandbox chooses the names in it */
const maxTextLength = 200;
/** Of a file that is compared. */
const maxInspectedBytes = 1024 * 1024;

/** Collects what is found in a git dir. */
export interface Look {
  readonly budget: ScanBudget;
  /** Takes an entry into the fingerprint; its content when it's a plain file */
  readonly note: (folder: Folder | undefined, name: string) => Buffer | undefined;
  /** Reads a plain file that is no finding but by what is dangerous in it */
  readonly read: (folder: Folder, name: string) => Buffer | undefined;
  /** Takes a setting that says where git fetches from */
  readonly remote: (key: string, value: string) => void;
  /** Takes when the folder itself changed into account, and nothing else of it */
  readonly touch: (folder: Folder) => void;
  readonly danger: (text: string, content?: string | Buffer, place?: string) => void;
  /** What leads to another folder: a danger when that is outside of the root */
  readonly leads: (lead: {
    readonly text: string;
    readonly content: string;
    readonly place?: string;
    readonly isInside: boolean;
  }) => void;
  /** A danger, because nobody knows what is there */
  readonly unseen: (text: string, why: { readonly code: string; readonly place?: string }) => void;
  readonly result: () => GitDirFindings;
}

export function createLook(budget: ScanBudget): Look {
  const hash = createHash("sha256");
  const leads = new Set<string>();
  const dangers = new Map<string, Danger>();
  const remotes = createHash("sha256");
  const more = createHash("sha256");
  /** Of the first of those that are told as one */
  let unseenMore: string | undefined;
  let count = 0;
  let newest = 0n;
  const add = (danger: Danger): void => {
    if (dangers.has(danger.id)) return;
    count++;
    budget.spend("bytes", dangerBytes);
    if (count <= maxDangers) {
      dangers.set(danger.id, { ...danger, text: toShort(danger.text) });
      return;
    }
    more.update(danger.id);
    unseenMore ??= danger.unseen;
  };
  const readEntry = (folder: Folder, name: string, changedAt: bigint): Buffer | undefined => {
    if (changedAt > newest) newest = changedAt;
    const content = folder.read(name, maxInspectedBytes);
    budget.spend("entries");
    budget.spend("bytes", content?.length ?? 0);
    return content;
  };
  return {
    budget,
    read: (folder, name) => {
      const facts = folder.facts(name);
      return facts && readEntry(folder, name, facts.changedAt);
    },
    note: (folder, name) => {
      const facts = folder?.facts(name);
      if (folder === undefined || facts === undefined) return undefined;
      const content = readEntry(folder, name, facts.changedAt);
      const size = content?.length ?? folder.readLink(name) ?? -1;
      hash.update(toNameBytes(`${name}\0${facts.kind}\0${facts.mode}\0${size}\0`));
      if (content !== undefined) hash.update(content);
      return content;
    },
    remote: (key, value) => void remotes.update(toNameBytes(`${key}\0${value}\0`)),
    touch: (folder) => {
      const { changedAt } = folder.ownFacts();
      if (changedAt > newest) newest = changedAt;
    },
    danger: (text, content = "", place) => {
      add(given({ text, id: toId(text, content), place }));
    },
    leads: ({ text, content, place, isInside }) => {
      const id = toId(text, content);
      if (leads.size < maxDangers) leads.add(id);
      if (!isInside) add(given({ text, id, place }));
    },
    unseen: (text, { code, place }) => {
      add(given({ text, id: toId(text, code), unseen: code, place }));
    },
    result: () => {
      const left = count - maxDangers;
      const some = unseenMore === undefined ? "" : ", some of which can't be looked into";
      const text = `has ${left} more like these${some}`;
      const last = given({ text, id: more.digest("base64url"), unseen: unseenMore });
      return {
        fingerprint: hash.digest("hex"),
        leads: [...leads],
        dangers: [...dangers.values(), ...(left > 0 ? [last] : [])],
        remotes: remotes.digest("hex"),
        newest,
      };
    },
  };
}

/** Id of a danger: of what is said of it, and of what was there. */
export function toId(text: string, content: string | Buffer): string {
  const bytes = typeof content === "string" ? toNameBytes(content) : content;
  const told = toNameBytes(`${text}\0`);
  return createHash("sha256").update(told).update(bytes).digest("base64url");
}

function toShort(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
}

/** A folder of a repository; one that can't be looked into is a reason by itself. */
export function openPlain(
  look: Look,
  folder: Folder,
  { name, place = name }: { readonly name: string; readonly place?: string },
): Folder | undefined {
  try {
    return folder.open(name);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    look.note(folder, name);
    const facts = folder.facts(name);
    const text = `has a ${place} that can't be looked into`;
    // Another one in its place is another danger
    const code = `${error.code} ${facts?.identity}`;
    // Somebody else's is closed to the sandbox too
    if (facts?.uid === process.geteuid?.()) look.unseen(text, { code, place });
    else look.danger(text, code, place);
    return undefined;
  }
}
