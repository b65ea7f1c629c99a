import type { GitRule, PushGrant } from "./git-rule.ts";
import { toOriginText } from "../../policy/host-pattern.ts";
import { formatSize } from "../../base/units.ts";
import { formatRefPattern } from "./ref-pattern.ts";

/** The clone URL of a rule without `.git`: `https://github.com/acme/widgets`, or `…/acme/*`. */
export function formatGitUrl(
  rule: Pick<GitRule, "scheme" | "host" | "port" | "repository">,
): string {
  return `${toOriginText(rule)}/${rule.repository}`;
}

/** What a rule allows, in plain words; one clause a line. */
export function describeGitRule(rule: GitRule): readonly string[] {
  const lines = [rule.read ? "may be read" : "may not be read"];
  if (rule.push === undefined) lines.push("nothing may be pushed");
  else lines.push(...describePush(rule.push));
  const pulls = describePulls(rule);
  if (pulls !== undefined) lines.push(pulls);
  if (rule.lfsHosts.length > 0) lines.push(`LFS objects may be at ${rule.lfsHosts.join(", ")}`);
  return lines;
}

/** A rule as `--json` shows it; a stable interface. */
export function toGitJson(rule: GitRule): Readonly<Record<string, unknown>> {
  const { forge, read, push, pulls, lfsHosts, exclusive, source } = rule;
  return {
    url: formatGitUrl(rule),
    forge,
    read,
    push: push ?? null,
    pulls,
    lfsHosts,
    exclusive,
    source,
  };
}

function describePush(push: PushGrant): readonly string[] {
  const what = [
    push.create ? "new ones too" : "no new ones",
    push.force ? "with force" : "no force",
    push.delete ? "deletion" : "no deletion",
    push.tags ? "tags of these names" : "no tags beside those listed",
    `at most ${formatSize(push.maxPackBytes)} a push`,
  ];
  const lines = [
    `may be pushed: ${push.refs.map(formatRefPattern).join(", ")}`,
    `pushes: ${what.join(", ")}`,
  ];
  if (push.denyPaths.length > 0) lines.push(`no push may change: ${push.denyPaths.join(", ")}`);
  return lines;
}

/** Undefined where no handler reads the forge's API: host rules decide there. */
function describePulls({ forge, pulls }: GitRule): string | undefined {
  if (forge !== "github" && forge !== "gitlab") return undefined;
  const words = {
    none: "read only",
    comment: "comment",
    create: "create and comment, no merge",
    merge: "create, comment and merge",
  };
  return `${forge === "github" ? "pull" : "merge"} requests: ${words[pulls]}`;
}
