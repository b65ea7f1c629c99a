import type { AuditLog } from "../../../audit/audit-log.ts";
import type { Paths } from "../../../base/paths.ts";
import { toPrintable } from "../../../base/printable.ts";
import { toHomeName } from "../home-volume.ts";
import type { SandboxUser } from "../../sandbox-user.ts";
import type { SandboxRequest } from "../../sandbox-request.ts";
import { toHistoryName } from "./history-place.ts";
import { openHistory, toHistoryTarget, type History } from "./open-history.ts";

/** What a session has of its project's conversations. */
export type SessionHistory =
  | { readonly type: "kept"; readonly history: History }
  /** Not asked for, not known of this agent, or in a home that is kept with all that is in it */
  | { readonly type: "none" }
  | { readonly type: "failed"; readonly why: string };

interface HistoryOptions {
  readonly request: SandboxRequest;
  readonly paths: Paths;
  readonly sandboxUser: SandboxUser;
  readonly engine: { readonly rootless: boolean };
  /** Targets of other mounts */
  readonly targets: readonly string[];
}

/** Opens the conversations for a session. A failure is no reason not to run: a sandbox may be what it comes from. */
export async function openSessionHistory(options: HistoryOptions): Promise<SessionHistory> {
  const { request, paths, targets } = options;
  const { workspace } = request;
  const { agent } = request.plan;
  const target = toHistoryTarget(agent, [workspace, ...targets]);
  const isKept = request.keepsHistory && toHomeName(request) === undefined;
  if (target === undefined || !isKept) return { type: "none" };
  try {
    const owner = toHostOwner(options);
    const name = toHistoryName(workspace, owner.uid);
    const history = await openHistory({ paths, name, workspace, agent, owner }, target);
    return { type: "kept", history };
  } catch (error) {
    return { type: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Who the sandbox's user is on the host: under a rootless engine, its uid 0 is the user who started it. */
export function toHostOwner({
  sandboxUser,
  engine,
}: Pick<HistoryOptions, "sandboxUser" | "engine">): Pick<SandboxUser, "uid" | "gid"> {
  if (!engine.rootless) return sandboxUser;
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** Says what of the conversations isn't there, and records what was found. */
export function noteHistory(
  session: SessionHistory,
  audit: Pick<AuditLog, "note">,
  onNote: (text: string) => void,
): void {
  if (session.type === "none") return;
  if (session.type === "failed") {
    const why = toPrintable(session.why);
    audit.note("history-failed", { why });
    onNote(`warning: conversations of this project are not kept in this run: ${why}`);
    return;
  }
  const { agent, swept, setAside } = session.history;
  audit.note("history", { agent, ...swept, ...(setAside !== undefined && { setAside }) });
  if (setAside === undefined) return;
  onNote(
    `warning: earlier conversations of this project are set aside, a sandbox left what can't be cleared: ${toPrintable(setAside)}; ` +
      "to remove it: vaultbox prune",
  );
}
