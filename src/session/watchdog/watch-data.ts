/** What the thread is told when it starts. */
export interface WatchData {
  /** Three numbers that both threads see, see `slot` */
  readonly shared: SharedArrayBuffer;
  /** The agent container */
  readonly container: string;
  /** From now on, `ms`; undefined without a time limit */
  readonly limitMs: number | undefined;
  /** How long the event loop may compute without a turn, `ms` */
  readonly busyMs: number;
}

export const slot = {
  /** Counted up by the session's own thread, while it has turns */
  beats: 0,
  /** 1 once the command has ended */
  isSettled: 1,
  /** Why the thread ended the command, see `verdict` */
  verdict: 2,
} as const;

export const verdict = { none: 0, timeLimit: 1, busy: 2 } as const;
