import type { TranscriptForm } from "../../../agents/agent-profile.ts";
import type { Folder } from "../../../base/fs/beneath.ts";
import type { EntryFacts } from "../../../base/fs/entry-facts.ts";
import { historyLimits, type SweepSteps } from "./history-limits.ts";
import { Rubbish } from "./rubbish.ts";

/** What a sweep goes by. */
export interface SweepOptions {
  readonly forms: readonly TranscriptForm[];
  /** The sandbox's user, who owns what is kept */
  readonly uid: number;
  /** `ns` since the epoch */
  readonly now: bigint;
  readonly steps: SweepSteps;
}

export interface SweptTranscripts {
  readonly files: number;
  readonly bytes: number;
  /** Entries that were no transcripts, too old or too much */
  readonly removed: number;
}

interface Transcript {
  /** Names of the folders from the root */
  readonly around: readonly string[];
  readonly name: string;
  readonly facts: EntryFacts;
}

/** Rights that nobody needs to a transcript: those of others, to run it, or to run it as somebody else. */
const excessRights = 0o7177;

/**
 * Removes all that is no transcript from a folder that sandboxes write in: settings, instructions, memory, links,
 * pipes, further names of a file. Nothing is read of a transcript, and what it says isn't judged.
 * @throws Error of the system, or when something can't be removed; SweepLimitError
 */
export function sweepTranscripts(root: Folder, options: SweepOptions): SweptTranscripts {
  const rubbish = new Rubbish(root, options.steps);
  const found: Transcript[] = [];
  sweepFolder(root, { around: [], forms: options.forms }, { options, rubbish, found });
  const kept = keepNewest(found, options.now);
  for (const one of found) {
    if (kept.has(one)) continue;
    using folder = root.openPath(one.around);
    if (folder !== undefined) rubbish.take(folder, one.name);
  }
  rubbish.clear();
  const bytes = [...kept].reduce((sum, { facts }) => sum + facts.size, 0);
  return { files: kept.size, bytes, removed: rubbish.count };
}

interface SweepPlace {
  readonly around: readonly string[];
  /** Those that the names up to here have */
  readonly forms: readonly TranscriptForm[];
}

interface SweepWork {
  readonly options: SweepOptions;
  readonly rubbish: Rubbish;
  readonly found: Transcript[];
}

function sweepFolder(folder: Folder, { around, forms }: SweepPlace, work: SweepWork): void {
  const { options, rubbish, found } = work;
  for (const slice of folder.entrySlices()) {
    for (const { name } of slice) {
      options.steps.spend();
      const facts = folder.facts(name);
      if (facts === undefined) continue;
      const fitting = forms.filter((form) => form[around.length]?.test(name) === true);
      const depth = around.length + 1;
      if (isTranscript(facts, options) && fitting.some((form) => form.length === depth)) {
        if ((facts.mode & excessRights) !== 0) folder.withoutRights(name, excessRights);
        found.push({ around, name, facts });
      } else if (isFolder(facts, options) && fitting.some((form) => form.length > depth)) {
        using inner = folder.openUp(name);
        if (inner !== undefined) {
          sweepFolder(inner, { around: [...around, name], forms: fitting }, work);
        }
        const age = options.now - facts.changedAt;
        // Fails where something is in it
        if (age > historyLimits.emptyFolderAgeNs) folder.remove(name, "folder");
      } else rubbish.take(folder, name);
    }
  }
}

function isTranscript({ kind, links, uid, size }: EntryFacts, options: SweepOptions): boolean {
  return kind === "file" && links === 1 && uid === options.uid && size <= historyLimits.fileBytes;
}

function isFolder({ kind, uid }: EntryFacts, options: SweepOptions): boolean {
  return kind === "folder" && uid === options.uid;
}

function keepNewest(found: readonly Transcript[], now: bigint): ReadonlySet<Transcript> {
  const newest = found.toSorted((a, b) => (a.facts.changedAt < b.facts.changedAt ? 1 : -1));
  const kept = new Set<Transcript>();
  let bytes = 0;
  for (const one of newest) {
    bytes += one.facts.size;
    const isOld = now - one.facts.changedAt > historyLimits.ageNs;
    if (isOld || bytes > historyLimits.bytes || kept.size >= historyLimits.files) break;
    kept.add(one);
  }
  return kept;
}
