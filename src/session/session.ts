import { rm } from "node:fs/promises";
import type { Paths } from "../base/paths.ts";
import { createSessionId } from "../base/session-id.ts";
import {
  beginSession,
  endSession,
  recordEnd,
  sessionFolder,
  writeState,
} from "../base/session-state.ts";
import type { SessionFacts, SessionState } from "../base/session-state.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";

/**
 * A session, from its record on disk to the end of it: a run, a proxy alone, the test of a credential. Disposing removes all
 * that is on `stack`, and records the end.
 */
export class Session implements AsyncDisposable {
  /** How it ended; undefined as long as nothing of it ran */
  status: number | undefined;
  readonly stack = new AsyncDisposableStack();
  readonly paths: Paths;
  readonly #listeners: SessionListener[] = [];
  #state: SessionState;

  private constructor(paths: Paths, state: SessionState) {
    this.paths = paths;
    this.#state = state;
  }

  /** Records it before anything of it exists elsewhere. @throws VaultboxError VBX_FILE_UNSAFE */
  static async begin(paths: Paths, facts: Omit<SessionFacts, "id">): Promise<Session> {
    return new Session(paths, await beginSession(paths, { id: createSessionId(), ...facts }));
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Adds to what is recorded of it. */
  async record(facts: Partial<SessionFacts>): Promise<void> {
    this.#state = { ...this.#state, ...facts };
    await writeState(this.paths, this.#state);
  }

  listen(listener: SessionListener): void {
    this.#listeners.push(listener);
  }

  readonly tell = (event: SessionEvent): void => {
    for (const listener of this.#listeners) listener(event);
  };

  /** Tells the user. */
  readonly say = (text: string): void => this.tell({ type: "notice", text });

  /** What could not be removed is left to the next run, which removes it before it starts anything of its own. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stack.disposeAsync();
    } catch (error) {
      await recordEnd(this.paths, this.#state, this.status);
      throw error;
    }
    await endSession(this.paths, this.#state, this.status);
    const isRun = this.#state.kind === undefined;
    if (!isRun && this.status === undefined) {
      // No log is left of it that would pass for the newest session's
      await rm(sessionFolder(this.paths, this.#state.id), { recursive: true });
    }
  }
}

/** What happens in a session, for whoever listens: its summary, the terminal, a report. */
export type SessionEvent =
  /** In the audit log now: its start, decisions, outcomes, notes, its end */
  | { readonly type: "recorded"; readonly event: AuditEvent }
  /** The same for what the log has no room for */
  | { readonly type: "unrecorded"; readonly event: AuditEvent }
  /** For the user, one line */
  | { readonly type: "notice"; readonly text: string }
  /** What the sandbox left; told before the rest of the session is removed, which an engine may keep for long */
  | { readonly type: "handoff"; readonly session: string; readonly handoff: Handoff }
  /** Output is dropped that its reader doesn't take: what of it was written before keeps this process alive */
  | { readonly type: "output-dropped" };

export type SessionListener = (event: SessionEvent) => void;
