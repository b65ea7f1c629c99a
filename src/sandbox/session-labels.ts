import { label } from "../engine/labels.ts";
import { processId, type ProcessId } from "../base/process-id.ts";
import { isSessionId } from "../base/session-id.ts";
import { parseJson } from "../base/shape.ts";

/** Labels of everything a session makes on an engine. */
export function toSessionLabels(session: {
  readonly id: string;
  readonly owner: ProcessId;
  readonly workspace: string;
}): Readonly<Record<string, string>> {
  return {
    [label.session]: session.id,
    [label.owner]: JSON.stringify(session.owner),
    [label.host]: session.owner.host,
    [label.workspace]: session.workspace,
  };
}

/** Earlier versions named their relays by the session */
type ContainerRole = "agent" | "relay" | "probe";

/** Names of what a session makes; labels alone prove nothing, because a container has its image's labels too. */
export function toContainerName(session: string, role: ContainerRole): string {
  return role === "agent" ? `vaultbox-${session}` : `vaultbox-${session}-${role}`;
}

/** A relay is nobody's until a session acquires it. */
export function toRelayName(relay: string): string {
  return `vaultbox-relay-${relay}`;
}

export function toSessionVolumeName(session: string): string {
  return `vaultbox-${session}-home`;
}

/** Whether something with our labels was made by the session that they name, or is the relay. */
export function isOwn({ name, labels }: NamedObject): boolean {
  const relay = labels[label.relay] ?? "";
  if (isSessionId(relay) && name === toRelayName(relay)) return true;
  const session = labels[label.session] ?? "";
  const roles = ["agent", "relay", "probe"] as const;
  return (
    isSessionId(session) &&
    (name === toSessionVolumeName(session) ||
      roles.some((role) => name === toContainerName(session, role)))
  );
}

/** A container or a volume as the engine lists it. */
interface NamedObject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The owner that a label names; undefined for somebody else's label, or another version's: not ours to judge. */
export function parseOwnerLabel(label: string | undefined): ProcessId | undefined {
  return label === undefined ? undefined : parseJson(label, processId);
}
