import { readCommitList } from "./commit-object-id.ts";

/** What the session's repository was when the session began. */
export interface LaunchHistory {
  /** Whether the repository had no commit at all; then its first ones have no parent */
  readonly isEmpty: boolean;
  /** Whether a ref pointed to it at launch */
  readonly isTip: (objectId: string) => boolean;
  /** Whether the repository's upstream has it; costs a request */
  readonly isUpstream: (objectId: string) => Promise<boolean>;
}

/** Objects of the session's repository: of the launch, and what was signed since. */
export interface KnownHistory {
  readonly isEmpty: boolean;
  /** What is known without asking anybody */
  readonly isKnown: (objectId: string) => boolean;
  /** Also asks the upstream */
  readonly isFound: (objectId: string) => Promise<boolean>;
  /** Of an object that was signed */
  readonly add: (objectId: string) => void;
  /**
   * Takes commits that the sandbox shows (`git cat-file --batch`, each before its parents): the parents of a commit that
   * was in the repository at launch were there too. A commit's id is the hash of its bytes, so nothing can be made up,
   * and no file of the work tree is read for it.
   */
  readonly learn: (list: Buffer) => void;
}

/** Ids that are remembered; a session that shows more has its later ones refused */
const maxLearned = 100_000;

/** Begins with what was there at launch; remembers for the session. */
export function createKnownHistory(launch: LaunchHistory): KnownHistory {
  const signed = new Set<string>();
  const learned = new Set<string>();
  const wasThere = (id: string): boolean => launch.isTip(id) || learned.has(id);
  const isKnown = (id: string): boolean => signed.has(id) || wasThere(id);
  return {
    isEmpty: launch.isEmpty,
    isKnown,
    isFound: async (id) => {
      if (isKnown(id)) return true;
      if (!(await launch.isUpstream(id))) return false;
      if (learned.size < maxLearned) learned.add(id);
      return true;
    },
    add: (id) => void signed.add(id),
    learn: (list) => {
      for (const { id, parents } of readCommitList(list)) {
        if (!wasThere(id)) continue;
        for (const parent of parents) if (learned.size < maxLearned) learned.add(parent);
      }
    },
  };
}
