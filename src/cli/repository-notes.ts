import { toPrintable } from "../base/printable.ts";
import type { MountRules } from "../sandbox/mounts/mounts.ts";
import { toGitOverrides } from "../sandbox/environment/git-overrides.ts";
import type { RunRequest } from "../session/run-request.ts";
import type { RepositoryFacts } from "../workspace/git-dir/repository-facts.ts";
import { toPartNote } from "./part-of-repository.ts";

/** What the user should know of git in the sandbox before it starts: what it can't do there, and what to type instead. */
export async function toRepositoryNotes(
  { command, plan, workspace }: RunRequest,
  repository: RepositoryFacts,
  rules: MountRules,
): Promise<readonly string[]> {
  const session = { signingKey: plan.git.signing?.key.publicKey, pin: "" };
  const notes = [...repository.configIssues, ...toGitOverrides(repository.settings, session).notes];
  if (repository.workTree !== workspace) {
    notes.push(await toPartNote({ repository, command, rules }));
  }
  return notes.map(toPrintable);
}
