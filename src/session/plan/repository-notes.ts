import { toPrintable, quoted } from "../../base/printable.ts";
import { type MountRules, resolveWorkspace } from "../../sandbox/mounts/mounts.ts";
import { toGitOverrides } from "../../sandbox/environment/git-overrides.ts";
import type { RunRequest } from "./run-request.ts";
import type { RepositoryFacts } from "../../workspace/git-dir/repository-facts.ts";
import { toShellWord } from "../../base/shell-word.ts";

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

/** Characters of a command that is said again; a longer one is only hinted at. */
const maxCommandLength = 100;

interface Part {
  readonly repository: Pick<RepositoryFacts, "workTree">;
  readonly command: readonly string[];
  readonly rules: MountRules;
}

/**
 * Why git finds no repository in a sandbox whose workspace is a part of one: of a work tree that is mounted in part, git
 * would say that all the rest was deleted.
 */
export async function toPartNote({ repository, command, rules }: Part): Promise<string> {
  const { workTree } = repository;
  const what = `git finds no repository in the sandbox: only a part of the one at ${quoted(workTree)} is mounted`;
  // What may not be a workspace is no advice
  const isMountable = await resolveWorkspace(workTree, rules).then(
    () => true,
    () => false,
  );
  if (!isMountable) return what;
  const words = command.map(toShellWord).join(" ");
  const said = words.length > maxCommandLength ? "…" : words;
  return `${what}; with all of it: vaultbox run --workspace ${toShellWord(workTree)} -- ${said}`;
}
