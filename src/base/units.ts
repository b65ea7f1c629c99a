import { VaultboxError } from "./errors.ts";
import { quoted } from "./printable.ts";

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Decimal, as drives and networks are sold, and binary with `i` (IEC 80000-13). */
const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};
/** Longest duration that a setting may name: 30 days; timers overflow a little short of 25 days, so long ones are re-armed */
const maxDurationMs = 30 * 86_400_000;
const maxSizeBytes = 1000 ** 5;
export const mebibyte = 1024 ** 2;
export const gibibyte = 1024 ** 3;

/**
 * `90s`, `15m`, `2h`, `1h30m` → milliseconds, from 1 on.
 * @param mostMs longest that makes sense; missing is 30 days
 * @throws VaultboxError VBX_USAGE
 */
export function parseDuration(text: string, mostMs = maxDurationMs): number {
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)/g)];
  const isWhole = parts.length > 0 && parts.map((part) => part[0]).join("") === text;
  const inOrder = parts.every((part, index) => {
    const before = parts[index - 1];
    return before === undefined || toFactor(before, durationUnits) > toFactor(part, durationUnits);
  });
  if (!isWhole || !inOrder || text.length > 40) {
    throw usage("duration", text, "write a number and a unit, as in 90s, 15m, 2h or 1h30m");
  }
  const ms = parts.reduce((sum, part) => sum + Number(part[1]) * toFactor(part, durationUnits), 0);
  if (ms < 1 || ms > mostMs) {
    throw usage("duration", text, `write 1ms to ${formatDuration(mostMs)}`);
  }
  return Math.round(ms);
}

/**
 * `200MB`, `1.5GiB`, `512kB`, `100B` → bytes, at most a petabyte.
 * @throws VaultboxError VBX_USAGE
 */
export function parseSize(text: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,3})?) ?([A-Za-z]{1,3})$/.exec(text);
  const factor = match === null ? 0 : toFactor(match, sizeUnits);
  if (match === null || factor === 0) {
    throw usage("size", text, "write a number and a unit, as in 512kB, 200MB or 1.5GiB");
  }
  const bytes = Math.round(Number(match[1]) * factor);
  if (bytes < 1 || bytes > maxSizeBytes) throw usage("size", text, "write 1B to 1000000GB");
  return bytes;
}

/** Milliseconds as `850ms`, `12.3s`, `2h`, `1h30m`: the two largest units that are not zero. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${trimZeros((ms / 1000).toFixed(1))}s`;
  const parts: string[] = [];
  let rest = Math.round(ms / 1000) * 1000;
  for (const unit of ["d", "h", "m", "s"]) {
    const factor = durationUnits[unit] ?? 1;
    const count = Math.floor(rest / factor);
    rest -= count * factor;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join("");
}

/** How long it is since a moment, in whole seconds. @param startedAt of `performance.now()` */
export function formatElapsed(startedAt: number): string {
  return formatDuration(Math.round((performance.now() - startedAt) / 1000) * 1000);
}

/**
 * Bytes as `512B`, `1.5kB`, `200MB`. Limits of memory are whole mebibytes, and are said as people write them: `8GiB`, `512MiB`.
 */
export function formatSize(bytes: number): string {
  const isBinary = bytes > 0 && bytes % 1024 ** 2 === 0 && bytes % 1000 ** 2 !== 0;
  for (const unit of isBinary ? ["GiB", "MiB"] : ["GB", "MB", "kB"]) {
    const factor = sizeUnits[unit] ?? 1;
    const count = bytes / factor;
    // What is written here is read again: `--memory 15615MiB`
    const isExact = !isBinary || Number.isInteger(count * 10);
    if (count >= 1 && isExact) return `${trimZeros(count.toFixed(1))}${unit}`;
  }
  return `${bytes}B`;
}

/** `1 request`, `2 requests`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function toFactor(match: RegExpMatchArray, units: Readonly<Record<string, number>>): number {
  const unit = match[2] ?? "";
  return Object.hasOwn(units, unit) ? (units[unit] ?? 0) : 0;
}

function trimZeros(text: string): string {
  return text.replace(/\.0$/, "");
}

function usage(kind: string, text: string, why: string): VaultboxError {
  return new VaultboxError("VBX_USAGE", `invalid ${kind} ${quoted(text)}: ${why}`);
}
