import { setImmediate as nextTurn } from "node:timers/promises";
import type { Names } from "../base/fs/beneath.ts";

/** What a look may cost. */
export interface ScanLimits {
  /** Names in folders, and folders opened */
  readonly entries: number;
  /** What takes work of its own: repositories, closed folders, programs with their owner's rights */
  readonly findings: number;
  /** Of files that are read and paths that are kept */
  readonly bytes: number;
  readonly ms: number;
}

/** The start waits for this; the largest trees that people work in have less in them, packages included. */
export const startLimits: ScanLimits = {
  entries: 10_000_000,
  findings: 20_000,
  bytes: 1024 * 1024 * 1024,
  ms: 30_000,
};

/** Folders within folders; each level of a look holds a descriptor. */
const maxDepth = 200;
/**
 * Characters of a path. No system call takes a path of this length; V8 takes the length for the hash of longer texts
 * (16,383 characters), so that a sandbox could choose keys that are all the same to a map.
 */
const maxPathLength = 8192;

/** Whether a look goes no further than to these names. */
export function isTooDeep(names: Names): boolean {
  return (
    names.length > maxDepth || names.reduce((sum, name) => sum + name.length, 0) > maxPathLength
  );
}

/** The same of a path, asked in no time: false for one that is too short for it. */
export function mayBeTooDeep(path: string): boolean {
  return path.length > 2 * maxDepth;
}

/** Why a look ended before it had seen all. */
export type ScanEnd = keyof ScanLimits | "signal";

/**
 * What is left for one look through what a sandbox may have filled. Every loop of the look takes from the same one, so
 * that it ends in time whatever it finds, and so that the process hears signals meanwhile.
 */
export interface ScanBudget {
  readonly spend: (what: "entries" | "findings" | "bytes", count?: number) => void;
  /** Whether {@link ScanBudget.turn} is to be called: the process was busy for a while, or the look is over */
  readonly isDue: () => boolean;
  /** Lets the process do other things. @returns false when the look is over */
  readonly turn: () => Promise<boolean>;
  /** Why it's over; undefined while it goes on */
  readonly ended: () => ScanEnd | undefined;
  /** Says that something was left out though the look goes on: too deep, or too much of it */
  readonly leaveOut: (names?: Names) => void;
  /** Path of the first of what was too deep */
  readonly leftOut: () => string | undefined;
  readonly isWhole: () => boolean;
  readonly msLeft: () => number;
  readonly signal: AbortSignal | undefined;
  /** A budget for one part, which takes from this one too and ends before it does at a limit of its own */
  readonly part: (limits: Pick<ScanLimits, "entries" | "bytes">) => ScanBudget;
}

/** How long the process does nothing else, `ms`. */
const sliceMs = 15;
/** Questions between two looks at the clock. */
const questionsPerLook = 16;

/** @param signal ends the look at once */
export function createScanBudget(limits: ScanLimits, signal?: AbortSignal): ScanBudget {
  const until = performance.now() + limits.ms;
  const left = { entries: limits.entries, findings: limits.findings, bytes: limits.bytes };
  let end: ScanEnd | undefined;
  let isWhole = true;
  let place: string | undefined;
  let questions = 0;
  let sliceEnds = performance.now() + sliceMs;
  const ended = (): ScanEnd | undefined => {
    if (signal?.aborted === true) end ??= "signal";
    if (performance.now() > until) end ??= "ms";
    return end;
  };
  const budget: ScanBudget = {
    spend: (what, count = 1) => {
      left[what] -= count;
      if (left[what] < 0) end ??= what;
    },
    isDue: () => {
      if (end !== undefined) return true;
      if (++questions % questionsPerLook !== 0) return false;
      return performance.now() > sliceEnds;
    },
    turn: async () => {
      if (performance.now() > sliceEnds) {
        await nextTurn();
        sliceEnds = performance.now() + sliceMs;
      }
      return ended() === undefined;
    },
    ended,
    leaveOut: (names) => {
      isWhole = false;
      place ??= names?.join("/");
    },
    leftOut: () => place,
    isWhole: () => isWhole && ended() === undefined,
    msLeft: () => Math.max(0, until - performance.now()),
    signal,
    part: (own) => createPart(budget, own),
  };
  return budget;
}

function createPart(whole: ScanBudget, limits: Pick<ScanLimits, "entries" | "bytes">): ScanBudget {
  const left = { ...limits };
  let end: ScanEnd | undefined;
  let isWhole = true;
  const ended = (): ScanEnd | undefined => end ?? whole.ended();
  const budget: ScanBudget = {
    ...whole,
    spend: (what, count = 1) => {
      whole.spend(what, count);
      if (what === "findings") return;
      left[what] -= count;
      if (left[what] < 0) end ??= what;
    },
    isDue: () => end !== undefined || whole.isDue(),
    turn: async () => (await whole.turn()) && end === undefined,
    ended,
    leaveOut: () => {
      isWhole = false;
    },
    isWhole: () => isWhole && ended() === undefined,
    part: (own) => createPart(budget, own),
  };
  return budget;
}

const reasons: Readonly<Record<ScanEnd, string>> = {
  entries: "there is too much in the workspace",
  findings: "there are too many repositories",
  bytes: "there is too much to read",
  ms: "it took too long",
  signal: "it was interrupted",
};

/** Why a look ended early, for the user. */
export function toReason(end: ScanEnd): string {
  return reasons[end];
}
