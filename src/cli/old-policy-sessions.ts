import { basename, dirname } from "node:path";
import type { Paths } from "../base/paths.ts";
import { projectFileName } from "../config/project-file.ts";
import { contains } from "../base/fs/path-steps.ts";
import { shortened } from "../base/printable.ts";
import { type ListedSession, listSessions } from "../session/list-sessions.ts";

/**
 * Running sessions that a changed file doesn't reach: a policy is read once, at the start. Of a project file those beneath
 * its folder; another file's users aren't recorded, so it may be any.
 * @param file canonical path
 */
export async function findOldPolicySessions(
  file: string,
  paths: Paths,
): Promise<readonly ListedSession[]> {
  const folder = basename(file) === projectFileName ? dirname(file) : "/";
  const sessions = await listSessions(paths);
  return sessions.filter(
    ({ status, workspace }) => status === "running" && contains(folder, workspace),
  );
}

/** For the user, after the file counts in another way than before; no line when no session runs. */
export function toOldPolicyLines(sessions: readonly ListedSession[]): readonly string[] {
  if (sessions.length === 0) return [];
  const [one] = sessions;
  const heading =
    sessions.length === 1
      ? "1 running session goes on under the old policy, until it's started again:"
      : `${sessions.length} running sessions go on under the old policy, until they're started again:`;
  return [
    heading,
    ...sessions.map(
      ({ id, workspace, command }) => `  ${id}  ${workspace}  ${shortened(command.join(" "), 60)}`,
    ),
    `end one: vaultbox stop ${one?.id ?? "ID"}`,
  ];
}
