import { given } from "../../base/given.ts";
import type { RequestFilter } from "../../audit/read-audit.ts";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { parseDuration } from "../../base/units.ts";

/** Flags of `audit show` as the user typed them. */
export interface FilterFlags {
  readonly host?: string;
  readonly method?: string;
  readonly refused?: boolean;
  readonly since?: string;
  readonly limit: string;
}

/**
 * @param nowMs what a duration in `--since` counts back from
 * @throws VaultboxError VBX_USAGE
 */
export function parseFilter(flags: FilterFlags, nowMs: number): RequestFilter {
  const limit = parseLimit(flags.limit);
  return {
    ...given({ host: flags.host, method: flags.method, refusedOnly: flags.refused }),
    ...(flags.since === undefined ? {} : { since: parseSince(flags.since, nowMs) }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** @returns undefined for all. @throws VaultboxError VBX_USAGE */
export function parseLimit(text: string): number | undefined {
  if (text === "all") return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw usage("--limit", text, "write a number from 1 on, or all");
  }
  return Number(text);
}

/** A date with its zone: without one, whose clock is meant would be a guess. */
const timestamp = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

function parseSince(text: string, nowMs: number): string {
  const ms = timestamp.test(text) ? Date.parse(text) : nowMs - parseDuration(text);
  if (Number.isNaN(ms)) throw usage("--since", text, "there is no such date");
  return new Date(ms).toISOString();
}

function usage(flag: string, text: string, why: string): VaultboxError {
  return new VaultboxError("VBX_USAGE", `invalid ${flag} ${quoted(text)}: ${why}`);
}
