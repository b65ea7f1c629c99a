import type { GitRule } from "../policy/git-rule.ts";
import { describeGitRule, formatGitUrl } from "../policy/git-rule-text.ts";
import { formatRule } from "../policy/parse-rule.ts";
import type { EgressPolicy, Rule } from "../policy/policy.ts";
import { toPrintable } from "../printable.ts";
import { formatDuration, formatSize } from "../units.ts";

/** What the agent is told at /run/vaultbox/policy.md: what is allowed, and how a refusal looks. */
export function toPolicyDocument(
  policy: EgressPolicy,
  placeholders: Readonly<Record<string, string>>,
): string {
  const allowed = policy.rules.filter(({ effect }) => effect === "allow");
  const denied = policy.rules.filter(({ effect }) => effect === "deny");
  const { git = [] } = policy;
  const isNothing = allowed.length + git.length === 0;
  const sections = [
    "# What this sandbox may reach",
    "Everything that is not listed here is refused by the proxy. There is no other way out: no other network interface,\n" +
      "no name service beyond this machine. `*` stands for a part of a path segment, `**` for any number of segments.",
    ...section("Allowed", isNothing ? ["Nothing."] : allowed.map(toLine)),
    ...repositories(git),
    ...section("Denied, whatever else is allowed", denied.map(toLine)),
    ...section("Limits of this session", toLimits(policy)),
    ...section(
      "Credentials",
      Object.keys(placeholders).map(
        (name) =>
          `- \`${toPrintable(name)}\` is a placeholder; the proxy puts the real one in, where it belongs`,
      ),
    ),
    "## How a refusal looks",
    "Status 403 (policy) or 502 (the other server), a header `X-Vaultbox-Refusal` with the reason, and two lines of text:\n" +
      "what was refused and why, and what the user can run on the host to allow it. Show these lines to the user; trying\n" +
      "another way won't help.",
  ];
  return `${sections.join("\n\n")}\n`;
}

function repositories(rules: readonly GitRule[]): readonly string[] {
  if (rules.length === 0) return [];
  return [
    "## Repositories",
    "This holds for git and for the forge's API alike. A push that is refused says why (`remote: vaultbox: …`); the same\n" +
      "change is refused by any other way too.",
    rules.map(toRepositoryLines).join("\n"),
  ];
}

function toRepositoryLines(rule: GitRule): string {
  const lines = describeGitRule(rule).map((line) => `  - ${toPrintable(line)}`);
  return [`- \`${toPrintable(formatGitUrl(rule))}\``, ...lines].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, lines.join("\n")];
}

function toLine(rule: Rule): string {
  return `- \`${toPrintable(formatRule(rule))}\``;
}

function toLimits({ limits }: EgressPolicy): readonly string[] {
  const lines: string[] = [];
  if (limits.durationMs !== undefined)
    lines.push(`- it ends after ${formatDuration(limits.durationMs)}`);
  if (limits.requests !== undefined) lines.push(`- ${limits.requests} requests`);
  if (limits.requestsPerMinute !== undefined) {
    lines.push(`- ${limits.requestsPerMinute} requests a minute`);
  }
  if (limits.uploadBytes !== undefined) lines.push(`- ${formatSize(limits.uploadBytes)} of upload`);
  return lines;
}
