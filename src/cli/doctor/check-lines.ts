import { toTable } from "../table.ts";
import type { HealthCheck } from "./health-check.ts";

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
