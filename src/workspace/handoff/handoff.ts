import type { ScanBudget } from "../scan-budget.ts";
import type { OpenRoot } from "../roots/mounted-root.ts";
import type { OpenDanger } from "./open-dangers.ts";
import { debug } from "../../base/debug.ts";

/** One thing that the sandbox left for the host. */
export interface HandoffEntry {
  readonly change: "new" | "changed" | "removed" | "disabled" | "dangerous";
  /** What a program of the host would do with it */
  readonly kind: string;
  /** From the workspace, or absolute outside of it; as of `toWrittenName` */
  readonly path: string;
  /** Why git must not use a repository, and where it is now; what makes git show something else, and what shows the truth */
  readonly detail?: string;
}

/** Whether the user must know of an entry before all others. */
export function isLoud({ change }: HandoffEntry): boolean {
  return change === "disabled" || change === "dangerous";
}

/** New or changed files that a compiler made and that run instead of their source: every build makes some. */
export interface CompiledFiles {
  readonly count: number;
  /** What made them */
  readonly tools: readonly string[];
  /** Of the first of them: from the workspace, or absolute outside of it; as of `toWrittenName` */
  readonly paths: readonly string[];
}

/** What the sandbox left that the host's programs run or go by. */
export interface Handoff {
  readonly entries: readonly HandoffEntry[];
  /** Apart from the entries; undefined for none */
  readonly compiled?: CompiledFiles;
  /** How many more there are, which are not listed */
  readonly more?: number;
  /** False when not all of the roots was looked at */
  readonly complete: boolean;
  /** Why it wasn't */
  readonly unseen?: string;
  readonly tookMs: number;
}

/** Where a hand-off is looked for, in one root. */
export interface HandoffOptions {
  readonly root: OpenRoot;
  /** All of them */
  readonly roots: readonly OpenRoot[];
  readonly protect: "default" | "none";
  /** Of the whole look */
  readonly budget: ScanBudget;
}

/** How what was found is dealt with. */
export interface HandlingOptions extends HandoffOptions {
  /** Called for what is dangerous, and still there */
  readonly onDanger: (danger: OpenDanger) => void;
  /**
   * Id of another session that runs, whose sandbox can write to a place, and whose end holds what it finds there;
   * undefined: none
   * @param place absolute, on the host
   */
  readonly findSharer: (place: string) => string | undefined;
}

/**
 * What is done about what a sandbox left, one step after the other. A step that fails, for whatever reason, keeps no other
 * one from being done: what a sandbox left may be more than this program's own limits let pass.
 */
export class HandlingSteps {
  readonly entries: HandoffEntry[] = [];
  /** Why the first step that failed did */
  failure: string | undefined;

  async take(
    step: () => readonly HandoffEntry[] | Promise<readonly HandoffEntry[]>,
  ): Promise<void> {
    try {
      // One by one: as arguments, a long list is too much for the stack
      for (const entry of await step()) this.entries.push(entry);
    } catch (error) {
      const why = error instanceof Error ? error : new Error(String(error));
      this.failure ??= `a part of it failed: ${why.message}`;
      debug("handoff", why.stack ?? why.message);
    }
  }
}
