import { debug } from "../../base/debug.ts";
import type { HandoffEntry } from "./handoff.ts";

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
