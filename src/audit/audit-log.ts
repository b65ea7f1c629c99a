import { closeSync, constants, openSync } from "node:fs";
import type {
  RequestDecisionEvent,
  RequestOutcomeEvent,
  SessionEndEvent,
  SessionNoteEvent,
  SessionStartEvent,
} from "./audit-event.ts";
import { ChainWriter, type ChainWriterOptions, unwritable } from "./chain-writer.ts";

/** The audit log of one session, open for writing. Satisfies the proxy's `RequestRecorder`. */
export interface AuditLog extends AsyncDisposable {
  readonly path: string;
  /**
   * Resolves once the kernel has the record; undefined where it has it at once. Rejects with VaultboxError
   * VBX_AUDIT_UNWRITABLE, then always.
   */
  readonly decision: (event: RequestDecisionEvent) => Promise<void> | undefined;
  /** Written within 20 ms. Never throws; when the record is lost, every later decision fails. */
  readonly outcome: (event: RequestOutcomeEvent) => void;
  /** As `outcome`, for what happens beside requests. */
  readonly note: (note: string, detail?: SessionNoteEvent["detail"]) => void;
  /** @throws VaultboxError VBX_AUDIT_UNWRITABLE */
  readonly start: (facts: Omit<SessionStartEvent, "type" | "session">) => Promise<void>;
  /** Writes the last record, syncs and closes. @throws VaultboxError VBX_AUDIT_UNWRITABLE */
  readonly end: (facts: Omit<SessionEndEvent, "type">) => Promise<void>;
  /** Syncs and closes without `session.end`; twice is fine. @throws VaultboxError VBX_AUDIT_UNWRITABLE */
  readonly close: () => Promise<void>;
}

/** Room beyond a log's limit for the outcomes of requests under way; those of requests that it refused itself are lost. */
const outcomeBytes = 16 * 1024 * 1024;

/**
 * Creates the log; the file must not exist yet.
 * @throws VaultboxError VBX_AUDIT_UNWRITABLE
 */
export async function openAuditLog(path: string, options: ChainWriterOptions): Promise<AuditLog> {
  let fd: number;
  try {
    const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
    fd = openSync(path, O_APPEND | O_CREAT | O_EXCL | O_WRONLY, 0o600);
  } catch (error) {
    throw unwritable(path, error);
  }
  const writer = new ChainWriter(path, fd, options);
  try {
    await writer.writeHead({ durable: false });
  } catch (error) {
    closeSync(fd);
    throw unwritable(path, error);
  }
  return toAuditLog(path, options.session, writer);
}

function toAuditLog(path: string, session: string, writer: ChainWriter): AuditLog {
  return {
    path,
    decision: (event) => {
      if (!writer.isFull(0)) return writer.append(event);
      writer.lose(event);
      return Promise.reject(unwritable(path, "it is full"));
    },
    outcome: (event) => {
      if (writer.isFull(outcomeBytes)) writer.lose(event);
      else writer.appendUnhurried(event);
    },
    note: (note, detail) =>
      writer.appendUnhurried({
        type: "session.note",
        note,
        ...(detail === undefined ? {} : { detail }),
      }),
    start: async (facts) => writer.append({ type: "session.start", session, ...facts }),
    end: async (facts) => {
      try {
        await writer.append({ type: "session.end", ...facts });
      } finally {
        await writer.close();
      }
    },
    close: () => writer.close(),
    // For paths that already carry an error; who wants to know whether the last sync held calls end or close
    [Symbol.asyncDispose]: () => writer.close().catch(() => undefined),
  };
}
