import { closeSync, fdatasync, ftruncateSync, writeSync } from "node:fs";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import type { AuditEvent } from "./audit-event.ts";
import { writeHead } from "./audit-head.ts";
import { type ChainTip, genesisHash, sealEvents, toUnsealed, type UnsealedEvent } from "./chain.ts";

/** Bytes of one log: a sandbox that sends requests for days must not fill the disk. */
const maxLogBytes = 2 * 1024 ** 3;

/** Longest time that a record waits which nobody waits for, `ms`: mostly another one comes, and they are written together. */
const unhurriedMs = 20;

/** Longest time a written record waits for fsync; half of the second that is promised. */
const syncDelayMs = 500;

export interface ChainWriterOptions {
  readonly session: string;
  /** Milliseconds since the epoch; the system's clock by default */
  readonly now?: () => number;
  /** Bytes of the log at which `isFull` says so; default: `maxLogBytes` */
  readonly maxBytes?: number;
  /** Called with every event once the kernel has it, for live views and the end-of-run summary; must not throw */
  readonly onEvent?: (event: AuditEvent) => void;
  /** Called with every event that isn't in the log, because it can't be written or is full; must not throw */
  readonly onLost?: (event: AuditEvent) => void;
}

/** Records on their way to one write. */
interface Batch {
  readonly events: UnsealedEvent[];
  /** Of those that are waited for; set with the first one */
  done: PromiseWithResolvers<void> | undefined;
}

/** Appends events to a chained file: one write for all of one turn, one fsync at a time, nothing after a failure. */
export class ChainWriter {
  readonly #path: string;
  readonly #fd: number;
  readonly #session: string;
  readonly #now: () => number;
  readonly #maxBytes: number;
  readonly #onEvent: ((event: AuditEvent) => void) | undefined;
  readonly #onLost: ((event: AuditEvent) => void) | undefined;
  /** End of the chain in the file */
  #tip: ChainTip;
  #ended = false;
  #size = 0;
  #batch: Batch = { events: [], done: undefined };
  /** Requests that were decided and have no outcome yet: one whose client went before has an outcome alone */
  readonly #underWay = new Set<number>();
  #unhurried: NodeJS.Timeout | undefined;
  #failure: VaultboxError | undefined;
  #isDirty = false;
  #syncTimer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #clock = { ms: Number.NaN, text: "" };

  constructor(path: string, fd: number, options: ChainWriterOptions) {
    this.#path = path;
    this.#fd = fd;
    this.#session = options.session;
    this.#now = options.now ?? Date.now;
    this.#maxBytes = options.maxBytes ?? maxLogBytes;
    this.#onEvent = options.onEvent;
    this.#onLost = options.onLost;
    this.#tip = { seq: 0, hash: genesisHash(options.session) };
  }

  /** Whether no new request has room, with `spare` bytes more for what belongs to the old ones. */
  isFull(spare: number): boolean {
    return this.#size >= this.#maxBytes + spare;
  }

  /**
   * Chains the event, and has it written: at once where no other request is under way, else at the end of this turn, with
   * those of others. Undefined where it's written already; rejects with VaultboxError VBX_AUDIT_UNWRITABLE, and may be left
   * alone.
   */
  append(event: AuditEvent): Promise<void> | undefined {
    const refused = this.#take(event);
    if (refused !== undefined) return handled(Promise.reject(refused));
    if (event.type === "request.decision" && this.#underWay.size <= 1) {
      this.#flush();
      return this.#failure === undefined ? undefined : handled(Promise.reject(this.#failure));
    }
    if (this.#batch.done === undefined) {
      this.#batch.done = Promise.withResolvers<void>();
      void handled(this.#batch.done.promise);
      setImmediate(() => this.#flush());
    }
    return this.#batch.done.promise;
  }

  /** The same for one that nobody waits for. */
  appendUnhurried(event: AuditEvent): void {
    if (this.#take(event) !== undefined) return;
    this.#unhurried ??= setTimeout(() => {
      this.#unhurried = undefined;
      this.#flush();
    }, unhurriedMs);
  }

  /** Puts it into the batch, or says why it can't be. */
  #take(event: AuditEvent): VaultboxError | undefined {
    if (this.#failure !== undefined) {
      this.lose(event);
      return this.#failure;
    }
    if (this.#closing !== undefined) return unwritable(this.#path, "it is closed");
    try {
      this.#batch.events.push(toUnsealed(event, this.#timestamp()));
    } catch (error) {
      this.lose(event);
      return unwritable(this.#path, error);
    }
    if (event.type === "request.decision") this.#underWay.add(event.request);
    else if (event.type === "request.outcome") this.#underWay.delete(event.request);
    return undefined;
  }

  /** Milliseconds repeat at thousands of records a second, and formatting one costs as much as the hash. */
  #timestamp(): string {
    const ms = this.#now();
    if (ms !== this.#clock.ms) this.#clock = { ms, text: new Date(ms).toISOString() };
    return this.#clock.text;
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch.events.length === 0) return;
    this.#batch = { events: [], done: undefined };
    if (this.#failure !== undefined) return this.#lose(batch, this.#failure);
    try {
      const { text, tip } = sealEvents(batch.events, this.#tip);
      this.#size += this.#writeFully(Buffer.from(text, "latin1"));
      this.#tip = tip;
    } catch (error) {
      return this.#lose(batch, this.#poison(error));
    }
    this.#ended = batch.events.at(-1)?.event.type === "session.end";
    this.#scheduleSync();
    batch.done?.resolve();
    for (const { event } of batch.events) this.#onEvent?.(event);
  }

  /** For an event that the log has no room for. */
  lose(event: AuditEvent): void {
    this.#onLost?.(event);
  }

  #lose(batch: Batch, failure: VaultboxError): void {
    batch.done?.reject(failure);
    for (const { event } of batch.events) this.lose(event);
  }

  #writeFully(bytes: Buffer): number {
    let offset = 0;
    while (offset < bytes.length) {
      offset += writeSync(this.#fd, bytes, offset, bytes.length - offset);
    }
    return offset;
  }

  /** From here on nothing is written: a hole in the chain would hide what was lost. */
  #poison(error: unknown): VaultboxError {
    this.#failure ??= unwritable(this.#path, error);
    try {
      // Half a batch was refused as a whole, so it doesn't stay in the log either
      ftruncateSync(this.#fd, this.#size);
    } catch {
      // What is left is an incomplete last line, which readers know
    }
    return this.#failure;
  }

  #scheduleSync(): void {
    this.#isDirty = true;
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      void handled(this.#sync({ durable: false }));
    }, syncDelayMs).unref();
  }

  /** One fsync at a time, then the head that it made true. */
  #sync(options: { readonly durable: boolean }): Promise<void> {
    this.#syncing = this.#syncing
      .catch(() => undefined)
      .then(async () => {
        if (!this.#isDirty) return;
        this.#isDirty = false;
        const head = { ...this.#tip, ended: this.#ended };
        try {
          await syncFile(this.#fd);
          await writeHead(this.#path, { session: this.#session, ...head }, options);
        } catch (error) {
          throw this.#poison(error);
        }
      });
    return this.#syncing;
  }

  writeHead(options: { readonly durable: boolean }): Promise<void> {
    const head = { session: this.#session, ...this.#tip, ended: this.#ended };
    return writeHead(this.#path, head, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#flush();
    clearTimeout(this.#unhurried);
    clearTimeout(this.#syncTimer);
    try {
      this.#isDirty = true;
      await this.#sync({ durable: true });
    } finally {
      closeSync(this.#fd);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function syncFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** The same promise, but nobody has to wait for it: the failure is kept in the log's own state. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

export function unwritable(path: string, cause: unknown): VaultboxError {
  const fact = cause instanceof Error ? cause.message : String(cause);
  return new VaultboxError(
    "VBX_AUDIT_UNWRITABLE",
    `cannot write the audit log ${quoted(path)}: ${fact}`,
    {
      hints: [
        "requests are refused while they can't be recorded: free the disk, then start a new session",
      ],
      cause,
    },
  );
}
