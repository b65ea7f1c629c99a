import type { ScanEnd } from "../scan-budget.ts";

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
