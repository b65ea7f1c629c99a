import { toObjectFolder } from "./bare-repository.ts";
import type { ObjectFormat } from "../../wire/object-id.ts";
import type { GitProgram } from "./git-process.ts";
import { maxQueryMs } from "./limits.ts";
import { readTypes } from "./object-reader.ts";
import type { ObjectStore } from "./object-store.ts";
import type { PackContents } from "./pack-contents.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Upstream } from "./upstream.ts";

/** A push that is looked at, and whom to ask about it. */
export interface InspectedPush {
  /** `https://host:port` */
  readonly origin: string;
  /** Path of the repository as requested, as in `/acme/widgets.git`: `/info/refs` and the services come behind it */
  readonly path: string;
  readonly objectFormat: ObjectFormat;
  readonly maxPackBytes: number;
  /** Whether denied paths will be asked for: the pack's trees are then checked for order, doubles and names like `.git` */
  readonly checksObjects: boolean;
  readonly upstream: Upstream;
  /** Time of all questions together in `ms`; default `maxInquiryMs` */
  readonly patienceMs?: number;
}

/** Where a push is looked at: its quarantine, and the stores of its upstream's repository. */
export interface PushStores {
  readonly git: GitProgram;
  readonly quarantine: Quarantine;
  readonly history: ObjectStore;
  readonly snapshots: ObjectStore;
  readonly stopping: AbortController;
  /** Stops every git that runs and removes the quarantine */
  readonly close: () => Promise<void>;
}

/** What is known of a push so far, and where it's looked for; for the parts that answer. */
export interface PushKnowledge extends InspectedPush, PushStores {
  /** Of the pack; empty until it was taken in */
  contents: PackContents;
  /** Brings the history up to the upstream's branches and tags, once */
  readonly bringHistory: () => Promise<void>;
  /** Ids of the upstream's branches and tags */
  readonly tips: () => Promise<readonly string[]>;
}

/** The types of those that the pack holds. */
export function readPackTypes(
  { git, quarantine, stopping }: PushKnowledge,
  oids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const place = { git, repository: quarantine.repository, signal: stopping.signal };
  return readTypes({ ...place, timeoutMs: maxQueryMs }, oids);
}

/** Where the trees of pushed commits and of what they stand on are looked for. */
export function toTreeQuestion({ git, quarantine, stopping, history, snapshots }: PushKnowledge) {
  return {
    git,
    repository: quarantine.repository,
    signal: stopping.signal,
    timeoutMs: maxQueryMs,
    alternates: [toObjectFolder(history.repository), toObjectFolder(snapshots.repository)],
  };
}
