import { resolvePaths } from "../base/paths.ts";
import { itemsOf } from "../policy/entry-kind.ts";
import { agentPids } from "../sandbox/container-specs.ts";
import { temporarySizes } from "../sandbox/mounts/temporary-mounts.ts";
import { loadEntryKinds } from "../session/entry-kinds.ts";
import { resolveSessionPolicy } from "../session/plan/session-policy.ts";
import { printJson, printLines, printNote } from "./output.ts";
import { type PolicyFlags, toPolicyOptions } from "./command-options.ts";
import {
  toEntryLines,
  toLimitLines,
  toRuleJson,
  toRuleLines,
  toSandboxLines,
} from "./policy-text.ts";
import { parseRunLimits } from "./run-flags.ts";

/** Prints the policy that a session started here would have. @throws VaultboxError as `resolveSessionPolicy` */
export async function printPolicy(flags: PolicyFlags & { readonly json?: boolean }): Promise<void> {
  const rules = { paths: resolvePaths(), writable: [] };
  const session = await resolveSessionPolicy(toPolicyOptions(flags), rules);
  const { policy, hash, agent, projectFile } = session;
  const { entries = [] } = policy;
  if (flags.json === true) {
    const rules = policy.rules.map(toRuleJson);
    const project = projectFile?.path ?? null;
    const ofKinds = (await loadEntryKinds()).map((kind) => {
      const items = itemsOf(entries, kind);
      return [kind.key, items.map((item) => kind.describe(item).json)] as const;
    });
    const { memoryBytes, cpus } = parseRunLimits({});
    const sandbox = { memoryBytes, cpus, processes: agentPids, temporaryBytes: temporarySizes };
    const { limits } = policy;
    const egress = { rules, ...Object.fromEntries(ofKinds), limits };
    printJson({ hash, agent: agent.name, project, ...egress, sandbox });
    return;
  }
  if (policy.rules.length + entries.length === 0) {
    printLines([
      "no rule: every request is refused",
      "allow a host with --allow HOST, or write vaultbox.yaml with vaultbox init",
    ]);
  } else if (policy.rules.length > 0) printLines(toRuleLines(policy.rules));
  for (const [index, group] of entries.entries()) {
    const isFirst = policy.rules.length === 0 && index === 0;
    printLines([...(isFirst ? [] : [""]), ...toEntryLines(group)]);
  }
  const limits = toLimitLines(policy.limits);
  if (limits.length > 0) printLines(["", "Limits", "", ...limits]);
  printLines(["", "Sandbox", "", ...toSandboxLines(policy.limits)]);
  if (session.repositoryNote !== undefined) printNote(session.repositoryNote);
}
