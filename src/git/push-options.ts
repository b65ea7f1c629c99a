// Push options (`git push -o`) are a handler of their own: GitLab creates and merges merge requests by them, Gitea makes a
// private repository public. Sources:
// https://docs.gitlab.com/topics/git/commit/#push-options (GitLab itself also takes `mr.` for `merge_request.`),
// https://docs.gitea.com/usage/push-options, https://docs.gitea.com/usage/agit-setup
import { wordSet } from "../base/words.ts";
import { findQuickAction } from "./forge/gitlab/gitlab-quick-action.ts";
import type { Forge, RepositoryAction } from "./repository-call.ts";

/** Bytes of one option: a description has room, a pkt-line's 65516 bytes bound it anyway. */
const maxOptionLength = 16 * 1024;

const editMergeRequest = wordSet(`
  assign create draft label milestone remove_source_branch squash target title unassign unlabel`);
const autoMerge = wordSet("auto_merge merge_when_pipeline_succeeds");
const harmlessOfGitlab = wordSet("ci.skip integrations.skip_ci");
const agitOptions = wordSet("description title topic");
const repositorySettings = wordSet("repo.private repo.template");

/**
 * What a push option asks for, beside the push itself. `ignored`: nothing that matters, it may be sent. Undefined: not
 * understood, which is a reason to refuse.
 */
export function readPushOption(
  forge: Forge,
  option: string,
): RepositoryAction | "ignored" | undefined {
  // eslint-disable-next-line no-control-regex
  if (option === "" || option.length > maxOptionLength || /[\u0000-\u001f\u007f]/.test(option)) {
    return undefined;
  }
  const equals = option.indexOf("=");
  const key = equals === -1 ? option : option.slice(0, equals);
  const value = equals === -1 ? "" : option.slice(equals + 1);
  switch (forge) {
    case "gitlab":
      return readOfGitlab(key, value);
    case "gitea":
      return readOfGitea(key);
    // No option of these does anything (GitHub's own servers: only hooks that an administrator wrote)
    case "github":
      return "ignored";
    // The software isn't known for sure, so what a GitLab or a Gitea would do counts
    case "bitbucket":
    case "azure":
    case "generic":
      return readOfUnknown(key, value);
  }
}

function readOfGitlab(key: string, value: string): RepositoryAction | "ignored" | undefined {
  if (harmlessOfGitlab.has(key)) return "ignored";
  const [, namespace, name = ""] = /^([a-z_]+)\.([a-z_]+)$/.exec(key) ?? [];
  if (namespace === "ci") return forbidden("pipeline variables and inputs by push option");
  if (namespace === "secret_push_protection" || namespace === "secret_detection") {
    return forbidden("skipping the detection of secrets");
  }
  if (namespace === "security_policy") return forbidden("bypassing a security policy");
  if (namespace !== "merge_request" && namespace !== "mr") return undefined;
  if (autoMerge.has(name)) return { type: "pull", step: "merge" };
  if (editMergeRequest.has(name)) return { type: "pull", step: "create" };
  if (name === "target_project") return forbidden("a merge request in another project");
  // In an option GitLab reads `\n` as a line break
  if (name === "description") return readDescription(value.replaceAll("\\n", "\n"));
  return undefined;
}

function readDescription(text: string): RepositoryAction | undefined {
  const found = findQuickAction(text);
  if (found.type === "unknown") return undefined;
  return { type: "pull", step: found.type === "merge" ? "merge" : "create" };
}

function readOfGitea(key: string): RepositoryAction | undefined {
  if (agitOptions.has(key)) return { type: "pull", step: "create" };
  if (repositorySettings.has(key)) return forbidden("changing a repository's settings");
  if (key === "force-push") return forbidden("rewriting a pull request by push option");
  return undefined;
}

function readOfUnknown(key: string, value: string): RepositoryAction | "ignored" | undefined {
  const gitea = readOfGitea(key);
  if (gitea !== undefined) return gitea;
  const gitlab = readOfGitlab(key, value);
  if (gitlab !== undefined) return gitlab;
  // GitLab trims both halves of the key and forgives what is before the namespace
  const couldBeGitlab =
    /(?:^|[.\s])(?:ci|mr|merge_request|secret_\w+|security_policy|integrations)\s*\./;
  return couldBeGitlab.test(key) ? undefined : "ignored";
}

function forbidden(what: string): RepositoryAction {
  return { type: "forbidden", what };
}
