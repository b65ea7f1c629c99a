import type { EntryGroup } from "../../policy/entry-kind.ts";
import { formatRule } from "../../policy/parse-rule.ts";
import type { EgressPolicy, Rule } from "../../policy/policy.ts";
import { toPrintable } from "../../base/printable.ts";
import { formatDuration, formatSize } from "../../base/units.ts";
import { toCodeSpan, toFileSections, type ToldFiles } from "./policy-files.ts";
import { agentPids } from "../container-specs.ts";
import { sandboxHostName } from "../sandbox-network.ts";
import { temporarySizes } from "../mounts/temporary-mounts.ts";
import type { WorkspaceMounts } from "../../workspace/workspace-mounts.ts";

/** What the agent is told at /run/vaultbox/policy.md: what is allowed, and how a refusal looks. */
export function toPolicyDocument(
  policy: EgressPolicy,
  placeholders: Readonly<Record<string, string>>,
  files: DocumentedFiles = { hidden: [], tracked: [], readable: [] },
): string {
  const allowed = policy.rules.filter(({ effect }) => effect === "allow");
  const denied = policy.rules.filter(({ effect }) => effect === "deny");
  const { entries = [] } = policy;
  const isNothing = allowed.length + entries.length === 0;
  const sections = [
    "# What this sandbox may reach",
    "Everything that is not listed here is refused by the proxy. There is no other way out: no other network interface,\n" +
      "no name service beyond this machine. `*` stands for a part of a path segment, `**` for any number of segments.",
    ...section("Allowed", isNothing ? ["Nothing."] : allowed.map(toLine)),
    ...entries.flatMap(toEntrySection),
    ...section("Denied, whatever else is allowed", denied.map(toLine)),
    ...section("Limits of this session", toLimits(policy)),
    ...section(
      "Credentials",
      Object.keys(placeholders).map(
        (name) =>
          `- ${toCodeSpan(name)} is a placeholder; the proxy puts the real one in, where it belongs`,
      ),
    ),
    ...hiddenFiles(files),
    ...(files.told === undefined ? [] : toFileSections(files.told, files.hidden)),
    "## How a refusal looks",
    "Status 403 (policy) or 502 (the other server), a header `X-Vaultbox-Refusal` with the reason, and two lines of text:\n" +
      "what was refused and why, and what the user can run on the host to allow it. Show these lines to the user; trying\n" +
      "another way won't help. No server can send that header: the same words without it are a server's. Where a program shows\n" +
      "a status alone, or says that a package has no version (pip), a `curl` of the same URL shows them.",
    "## Servers and tools in here",
    "What you serve is reached as `localhost`, `127.0.0.1` or `" +
      `${sandboxHostName}\`, without the proxy, and by nobody outside. Ports 53, 80\n` +
      "and 443 of all addresses (`0.0.0.0`, `::`) and 3128 are taken: take others, or serve on `127.0.0.1`, where only 3128 is.\n" +
      "The image is read-only. A package that is missing is added by the user, on the host, for the next session: `vaultbox run\n" +
      `--package NAME\` for one of the image's distribution, \`--npm-package NAME\` for npm. ${toRoom()}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

/** For an agent that would look elsewhere for the reason why a file or a process can't be made. */
function toRoom(): string {
  const { tmp, varTmp, run } = temporarySizes;
  return (
    `\`/tmp\` has ${formatSize(tmp)},\n` +
    `\`/var/tmp\` ${formatSize(varTmp)} and \`/run\` ${formatSize(run)}, which count as memory: large files belong into the workspace or the home. At most ${agentPids} processes run at once.`
  );
}

/** What the workspace has and the sandbox doesn't see, by path. */
type HiddenFiles = Pick<WorkspaceMounts, "hidden" | "tracked" | "readable">;

interface DocumentedFiles extends HiddenFiles {
  readonly told?: ToldFiles;
}

/** More than these aren't read */
const maxHidden = 50;

function hiddenFiles({ hidden, tracked, readable }: HiddenFiles): readonly string[] {
  const isTracked = new Set(tracked);
  const toShown = (path: string): string =>
    isTracked.has(path) ? "; it shows what git's index had at the start" : "";
  return [
    ...section(
      "Hidden files",
      hidden.length === 0
        ? []
        : [
            "These hold secrets of the user, or are hidden by the user's rule. They are read-only here and read as empty, and can't",
            "be removed, renamed or replaced (`Read-only file system`, `Device or resource busy`). Git here takes each for what its",
            "index has, lists none as new, and adds none. A copy over one (`cp .env.example .env`) fails: write to another name.",
            "Ask the user for what you need of them.",
            "",
            "Git replaces a file by removing it, so across a commit that changes one of them it says `unable to unlink`. A switch",
            "has done all else by then. A merge, rebase, pull, cherry-pick or reset has failed: `git status`, then",
            "`git reset --hard` takes it back. Do it in a work tree of its own, where nothing is hidden: `git switch --detach`,",
            "`git worktree add /tmp/w BRANCH`, then the merge or rebase in `/tmp/w`, `git worktree remove /tmp/w`, and",
            "`git switch BRANCH; git status`.",
            "",
            ...toList(hidden, toShown),
          ],
    ),
    ...section(
      "Files with secrets that git has",
      readable.length === 0
        ? []
        : [
            "Git has the same content, so these aren't hidden, and the user was told. Don't show what is in them.",
            "",
            ...toList(readable),
          ],
    ),
  ];
}

function toList(
  paths: readonly string[],
  toRest: (path: string) => string = () => "",
): readonly string[] {
  const lines = paths.slice(0, maxHidden).map((path) => `- ${toCodeSpan(path)}${toRest(path)}`);
  return paths.length > maxHidden ? [...lines, `- ${paths.length - maxHidden} more`] : lines;
}

function toEntrySection({ kind, items }: EntryGroup): readonly string[] {
  const entries = items.map((item) => {
    const { title, lines } = kind.describe(item);
    return [`- ${toCodeSpan(title)}`, ...lines.map((line) => `  - ${toPrintable(line)}`)].join(
      "\n",
    );
  });
  return [`## ${kind.heading}`, kind.agentNote, entries.join("\n")];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, lines.join("\n")];
}

function toLine(rule: Rule): string {
  return `- ${toCodeSpan(formatRule(rule))}`;
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
