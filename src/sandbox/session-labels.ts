import { label } from "../docker/labels.ts";
import type { ProcessIdentity } from "../files/process-identity.ts";

/** Labels of everything a session makes on an engine. */
export function toSessionLabels(session: {
  readonly id: string;
  readonly owner: ProcessIdentity;
  readonly workspace: string;
}): Readonly<Record<string, string>> {
  return {
    [label.session]: session.id,
    [label.owner]: JSON.stringify(session.owner),
    [label.host]: session.owner.host,
    [label.workspace]: session.workspace,
  };
}

/** The owner that a label names, or undefined when it isn't one of ours. */
export function parseOwnerLabel(text: string | undefined): ProcessIdentity | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { host, boot, namespace, pid, start } = value as Record<string, unknown>;
    if (typeof host !== "string" || typeof boot !== "string" || typeof namespace !== "string") {
      return undefined;
    }
    if (!Number.isSafeInteger(pid) || typeof start !== "string") return undefined;
    return { host, boot, namespace, pid: Number(pid), start };
  } catch {
    // Somebody else's label, or another version's: not ours to judge
    return undefined;
  }
}
