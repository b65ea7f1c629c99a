import type { AuditLog } from "../audit/audit-log.ts";
import { isVaultboxError } from "../errors.ts";
import { toPrintable } from "../printable.ts";
import { defaultWorkspaceSettings } from "../policy/workspace-settings.ts";
import { defaultMountRules, resolveAllowed, resolveWorkspace } from "./mounts.ts";
import type { RunHost, RunRequest } from "./run-request.ts";
import type { Handoff } from "./workspace/handoff/handoff.ts";
import { openWorkspaceSession, type WorkspaceSession } from "./workspace/workspace-session.ts";

/** Hidden files named on the terminal and in one note of the audit. */
const maxNamed = 8;
/** Notes of one hand-off in the audit; its own file beside the log has all. */
const maxNotes = 2000;

/** Begins to look through the workspace while the rest of the session is prepared. */
export async function openSessionWorkspace(
  request: RunRequest,
  { paths }: Pick<RunHost, "paths">,
  session: string,
): Promise<WorkspaceSession> {
  const rules = defaultMountRules(paths, await resolveAllowed(request.allowMounts));
  return openWorkspaceSession({
    paths,
    session,
    workspace: request.workspace,
    settings: request.plan.projectFile?.project.workspace ?? defaultWorkspaceSettings,
    checkMount: (path) => resolveWorkspace(path, rules),
  });
}

/** Says what the sandbox doesn't get to see, and what could not be protected. */
export function noteWorkspace(
  workspace: WorkspaceSession,
  audit: Pick<AuditLog, "note">,
  onNote: (text: string) => void,
): void {
  const { hidden = [], notes = [] } = workspace.mounted() ?? {};
  for (const note of notes) onNote(`warning: ${toPrintable(note)}`);
  for (const path of hidden) audit.note("workspace-hidden", { path });
  for (const text of notes) audit.note("workspace-unprotected", { text });
  if (hidden.length === 0) return;
  const named = hidden.slice(0, maxNamed).map(toPrintable).join(", ");
  const more = hidden.length > maxNamed ? `, and ${hidden.length - maxNamed} more` : "";
  onNote(`hidden from the sandbox: ${named}${more}`);
}

/** Looks at what the sandbox left and records it. Its failure is no reason to lose the command's status. */
export async function endSessionWorkspace(
  workspace: WorkspaceSession,
  audit: Pick<AuditLog, "note">,
  onNote: (text: string) => void,
): Promise<Handoff | undefined> {
  try {
    const handoff = await workspace.inspect();
    if (handoff !== undefined) recordHandoff(handoff, audit);
    return handoff;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    onNote(
      `warning: what the sandbox left in the workspace could not be looked at: ${toPrintable(why)}`,
    );
    if (!isVaultboxError(error, "VBX_AUDIT_UNWRITABLE")) audit.note("handoff-failed", { why });
    return undefined;
  }
}

function recordHandoff({ entries, complete }: Handoff, audit: Pick<AuditLog, "note">): void {
  for (const { change, kind, path, detail } of entries.slice(0, maxNotes)) {
    audit.note("handoff", { change, kind, path, ...(detail === undefined ? {} : { detail }) });
  }
  if (entries.length > 0 || !complete) {
    audit.note("handoff-end", { entries: entries.length, complete });
  }
}
