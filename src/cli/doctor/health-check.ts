import type { Paint } from "../../base/paint.ts";
import { toTable } from "../table.ts";

/** One thing that `doctor` looked at. */
export interface HealthCheck {
  readonly name: string;
  /** `warn`: works, but not as it should; `fail`: `vaultbox run` won't work */
  readonly status: "ok" | "warn" | "fail";
  /** What was found */
  readonly detail: string;
  /** What to do about it; absent when it's ok */
  readonly hint?: string;
}

export function ok(name: string, detail: string): HealthCheck {
  return { name, status: "ok", detail };
}

export function warn(name: string, detail: string, hint: string): HealthCheck {
  return { name, status: "warn", detail, hint };
}

export function fail(name: string, detail: string, hint: string): HealthCheck {
  return { name, status: "fail", detail, hint };
}

/** The status, behind the name of a check or, in a narrow terminal, its heading. */
export const checkPaints: readonly Paint[] = [
  { pattern: /^\S+(?: \S+)* {2,}(ok)(?: |$)/d, style: "green" },
  { pattern: /^\S+(?: \S+)* {2,}(warn)(?: |$)/d, style: "yellow" },
  { pattern: /^\S+(?: \S+)* {2,}(fail)(?: |$)/d, style: "red" },
];

/** A line for each check; what isn't ok is repeated below with what to do. */
export function toCheckLines(checks: readonly HealthCheck[]): readonly string[] {
  const table = toTable(
    ["check", "status", "detail"],
    checks.map(({ name, status, detail }) => [name, status, detail]),
  );
  const hints = checks.flatMap(({ name, hint }) =>
    hint === undefined ? [] : [`  ${name}: ${hint}`],
  );
  return hints.length === 0 ? table : [...table, "", "what to do:", ...hints];
}
