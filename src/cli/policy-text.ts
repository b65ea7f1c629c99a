import { type EntryGroup, groupEntries } from "../policy/entry-kind.ts";
import type { EgressEntry } from "../policy/file/parse-egress.ts";
import { describeImage } from "../policy/image-settings.ts";
import type { ProjectFile } from "../policy/file/parse-policy.ts";
import { formatRule } from "../policy/parse-rule.ts";
import type { Rule, SessionLimits } from "../policy/policy.ts";
import { agentPids } from "../sandbox/container-specs.ts";
import { temporarySizes } from "../sandbox/mounts/temporary-mounts.ts";
import { formatDuration, formatSize } from "../base/units.ts";
import { maxDefaultMemory } from "./run-flags.ts";
import { toTable } from "./table.ts";

/** Rules as `--json` shows them; a stable interface. */
export function toRuleJson(rule: Rule): Readonly<Record<string, unknown>> {
  const { effect, clientCredentials, websocket, source } = rule;
  return { effect, rule: formatRule(rule), websocket, clientCredentials, source };
}

/** Aligned lines: effect, rule, what else it grants, where it is from. */
export function toRuleLines(rules: readonly Rule[]): readonly string[] {
  return toTable(
    ["effect", "rule", "client credentials", "from"],
    rules.map((rule) => [
      rule.effect,
      formatRule(rule),
      rule.effect === "deny" ? "-" : rule.clientCredentials,
      rule.source.label,
    ]),
  );
}

/** Below the heading of their kind, each entry with its place, and below it what it allows. */
export function toEntryLines({ kind, items }: EntryGroup): readonly string[] {
  const entries = items.flatMap((item) => {
    const { title, lines } = kind.describe(item);
    return [`  ${title} (${item.source.label})`, ...lines.map((line) => `    ${line}`)];
  });
  return [kind.heading, "", ...entries];
}

/** An entry of a file as `--json` shows it. */
export function toEgressJson(egress: EgressEntry): object {
  if (egress.kind !== "entry") return egress;
  const { kind, item } = egress.entry;
  return { kind: kind.key, rule: item };
}

/** `  Duration: 2h` …; nothing for what has no limit. */
export function toLimitLines(limits: SessionLimits): readonly string[] {
  const { durationMs, requests, uploadBytes, requestsPerMinute } = limits;
  const lines: string[] = [];
  if (durationMs !== undefined) lines.push(`  Duration: ${formatDuration(durationMs)}`);
  if (requests !== undefined) lines.push(`  Requests: ${requests}`);
  if (uploadBytes !== undefined) lines.push(`  Upload: ${formatSize(uploadBytes)}`);
  if (requestsPerMinute !== undefined) lines.push(`  Requests per minute: ${requestsPerMinute}`);
  return lines;
}

/** What a sandbox gets of this machine, and the flag of `run` for another amount. */
export function toSandboxLines({ durationMs }: SessionLimits): readonly string[] {
  const { tmp, varTmp, run, volume } = temporarySizes;
  return [
    `  Memory: half of this machine's, at most ${formatSize(maxDefaultMemory)} (--memory)`,
    `  /tmp: ${formatSize(tmp)}, /var/tmp: ${formatSize(varTmp)}, /run: ${formatSize(run)}, a volume of the image: ${formatSize(volume)}`,
    "  /dev/shm: half of the memory",
    "  What is in these is part of the memory; the home and the workspace are on disk, without a limit",
    "  Processors: all (--cpus)",
    `  Processes: ${agentPids}`,
    ...(durationMs === undefined ? ["  Time: no end (--timeout)"] : []),
  ];
}

/** What a project file grants, for the question whether to trust it. */
export function toGrantLines(project: ProjectFile): readonly string[] {
  const entries = project.egress ?? [];
  const rules = entries.flatMap((entry) => (entry.kind === "rules" ? entry.rules : []));
  const others = entries.flatMap((entry) => (entry.kind === "entry" ? [entry.entry] : []));
  const presets = entries.flatMap((entry) => (entry.kind === "preset" ? [entry.name] : []));
  const lines = [...toSettingLines(project)];
  if (presets.length > 0) lines.push(`  Presets: ${presets.join(", ")}`);
  if (rules.length > 0) lines.push(...(lines.length === 0 ? [] : [""]), ...toRuleLines(rules));
  for (const group of groupEntries(others)) {
    lines.push(...(lines.length === 0 ? [] : [""]), ...toEntryLines(group));
  }
  if (entries.length === 0) lines.push("  Egress: nothing");
  const limits = toLimitLines(project.limits);
  return limits.length === 0 ? lines : [...lines, "", "Limits", "", ...limits];
}

/** Everything but what may be reached. */
function toSettingLines(project: ProjectFile): readonly string[] {
  const { workspace, signing } = project;
  const lines: string[] = [];
  if (project.agent !== undefined) lines.push(`  Agent: ${project.agent}`);
  if (project.agentCredential === "none") lines.push("  Agent: starts without a credential");
  if (project.image !== undefined) lines.push(`  Image: ${describeImage(project.image)}`);
  if (project.vaults !== undefined) lines.push(`  Vaults: ${project.vaults.join(", ") || "none"}`);
  if (project.home === "project") lines.push("  Home: kept for this project");
  if (project.history === "none") lines.push("  Conversations: not kept");
  for (const [name, value] of Object.entries(project.env)) lines.push(`  Env: ${name}=${value}`);
  if (workspace !== undefined) {
    const { hide, protect } = workspace;
    lines.push(`  Hidden: ${hide.join(", ") || "nothing"}`);
    if (protect === "none")
      lines.push("  Protected: nothing; the sandbox may change what git runs");
  }
  if (signing !== undefined) {
    const { key, author } = signing;
    const name = author === undefined ? "" : ` as ${author.name} <${author.email}>`;
    lines.push(`  Signing: commits and tags with the key ${key}${name}`);
  }
  return lines;
}
