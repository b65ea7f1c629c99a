import type { AuditLog } from "../audit/audit-log.ts";
import { isVaultboxError } from "../base/errors.ts";
import { quoted, toPrintable } from "../base/printable.ts";
import { defaultWorkspaceSettings } from "../policy/workspace-settings.ts";
import { sayWhileLong } from "../sandbox/long-work.ts";
import { type MountRules, resolveMount, resolveWorkspace } from "../sandbox/mounts/mounts.ts";
import { refuseOwnPlaces } from "./run-place.ts";
import type { Session } from "./session.ts";
import { refuseNested } from "./refuse-nested.ts";
import { rememberFolders } from "../base/remember-folders.ts";
import { refuseRepositoryParts, refuseSecondViews } from "./mount-refusals.ts";
import { resolveShown } from "../sandbox/mounts/mount-flags.ts";
import { toWritable } from "../base/session-state.ts";
import type { RunRequest } from "./plan/run-request.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import { toMountedRoots } from "../workspace/roots/mounted-root.ts";
import { openWorkspaceSession, type WorkspaceSession } from "../workspace/workspace-session.ts";

/** Hidden files named on the terminal and in one note of the audit. */
const maxNamed = 8;
/** Sockets of the host that are told of in one session. */
const maxSockets = 50;
/** Notes of one hand-off in the audit; its own file beside the log has all. */
const maxNotes = 2000;

/**
 * Begins to look through the workspace, and what is mounted beside it, while the rest of the session is prepared.
 * @throws VaultboxError VBX_MOUNT_REFUSED, VBX_USAGE
 */
export async function openSessionWorkspace(
  request: RunRequest,
  rules: MountRules,
  session: Session,
): Promise<WorkspaceSession> {
  const { workspace } = request;
  const { paths } = session;
  const { id } = session.state;
  const { allowed } = rules;
  const mounts = await Promise.all(request.mounts.map((text) => resolveMount(text, rules)));
  const roots = [...toMountedRoots(workspace, mounts)];
  const refuse = async (): Promise<void> => {
    refuseSecondViews(roots, allowed);
    const sources = roots.map(({ source }) => source);
    const { pinned } = session.state;
    await refuseNested(paths, id, { sources, writable: toWritable(session.state), pinned });
  };
  refuseRepositoryParts(roots, allowed);
  await refuse();
  const shownAt = resolveShown(request.show, roots);
  return openWorkspaceSession({
    paths,
    session: id,
    workspace,
    settings: request.plan.projectFile?.project.workspace ?? defaultWorkspaceSettings,
    shownAt,
    mounts,
    admit: async (root) => {
      await resolveWorkspace(root.source, rules);
      roots.push(root);
      const writable = toWritable(session.state);
      if (!writable.includes(root.source)) {
        refuseOwnPlaces(paths, [root.source]);
        // Recorded first: of two sessions that start at least one sees the other
        await session.record({ writable: [...writable, root.source] });
        await rememberFolders(paths, [root.source]);
      }
      await refuse();
    },
    pin: async (pinned) => {
      // Recorded first, for the same reason
      await session.record({ pinned });
      await refuse();
    },
  });
}

/** Says what the sandbox doesn't get to see, and what could not be protected. */
export function noteWorkspace(
  workspace: WorkspaceSession,
  audit: Pick<AuditLog, "note">,
  onNote: (text: string) => void,
): void {
  const mounted = workspace.mounted();
  const { hidden = [], tracked = [], readable = [], masked = [], notes = [] } = mounted ?? {};
  for (const note of notes.slice(0, maxNamed)) onNote(`warning: ${toPrintable(note)}`);
  if (notes.length > maxNamed) onNote(`warning: ${notes.length - maxNamed} more like these`);
  for (const path of hidden) audit.note("workspace-hidden", { path });
  for (const path of readable) audit.note("workspace-readable", { path });
  for (const text of notes) audit.note("workspace-unprotected", { text });
  for (const path of masked) audit.note("workspace-masked", { path });
  if (hidden.length > 0)
    onNote(`hidden from the sandbox: ${toList(hidden)} (--show PATH shows one)`);
  if (tracked.length > 0) {
    onNote(
      `of these git has content of its own, which is shown: ${toList(tracked)}; ` +
        "no switch, merge or rebase in the sandbox can change them",
    );
  }
  if (readable.length > 0) {
    onNote(`not hidden, as git has the same content: ${toList(readable)}`);
    onNote(
      "when a secret is in there, change the secret; then git rm --cached FILE, and a line in .gitignore",
    );
  }
  if (masked.length > 0) onNote(`not reachable in the sandbox: ${toList(masked)}`);
}

function toList(paths: readonly string[]): string {
  const named = paths.slice(0, maxNamed).map(toPrintable).join(", ");
  return paths.length > maxNamed ? `${named}, and ${paths.length - maxNamed} more` : named;
}

interface EndReport {
  readonly audit: Pick<AuditLog, "note">;
  readonly onNote: (text: string) => void;
  /** Ends the look */
  readonly signal: AbortSignal;
}

/** Says which sockets of the host appear within the sandbox's reach while it runs. */
export function watchWorkspace(
  workspace: WorkspaceSession,
  audit: Pick<AuditLog, "note">,
  session: Session,
): Disposable {
  let count = 0;
  return workspace.watchSockets((path) => {
    count += 1;
    if (count > maxSockets) return;
    audit.note("workspace-socket", { path });
    session.say(
      `warning: a program of this machine listens at ${quoted(path)} now, where the sandbox can reach it; ` +
        `to end the session: vaultbox stop ${session.state.id}`,
    );
  });
}

/** Looks at what the sandbox left and records it. Its failure is no reason to lose the command's status. */
export async function endSessionWorkspace(
  workspace: WorkspaceSession,
  { audit, onNote, signal }: EndReport,
): Promise<Handoff | undefined> {
  try {
    const look = workspace.inspect(signal);
    const handoff = await sayWhileLong(look, "looking at what the run left", onNote);
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

function recordHandoff(handoff: Handoff, audit: Pick<AuditLog, "note">): void {
  const { entries, compiled, complete, more = 0, unseen } = handoff;
  for (const { change, kind, path, detail } of entries.slice(0, maxNotes)) {
    audit.note("handoff", { change, kind, path, ...(detail === undefined ? {} : { detail }) });
  }
  if (compiled !== undefined) {
    audit.note("handoff-compiled", { count: compiled.count, tools: compiled.tools.join(", ") });
  }
  if (entries.length > 0 || !complete) {
    const count = entries.length + more;
    audit.note("handoff-end", { entries: count, complete, ...(unseen && { unseen }) });
  }
}
