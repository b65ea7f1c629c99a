import { Command } from "commander";
import { addPolicyOptions, toPolicyOptions, type PolicyFlags } from "../../policy-options.ts";

const examples = `
Examples:
  vaultbox policy show
  vaultbox policy show --git 'https://github.com/acme/widgets:push=agent/*'
  vaultbox policy show --agent claude --allow preset:npm --json`;

export function buildCommand(): Command {
  return addPolicyOptions(new Command("show"))
    .summary("print the effective policy and where each rule comes from")
    .description("print the policy that a session started here would have")
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(show);
}

async function show(flags: PolicyFlags & { readonly json?: boolean }): Promise<void> {
  const [
    { resolvePaths },
    { resolveSessionPolicy },
    output,
    { toEntryLines, toRuleJson, toRuleLines, toLimitLines, toSandboxLines },
    { parseRunLimits },
    { agentPids },
    { temporarySizes },
    { loadEntryKinds },
    { itemsOf },
  ] = await Promise.all([
    import("../../../base/paths.ts"),
    import("../../../session/plan/session-policy.ts"),
    import("../../output.ts"),
    import("../../policy-text.ts"),
    import("../../run-flags.ts"),
    import("../../../sandbox/container-specs.ts"),
    import("../../../sandbox/mounts/temporary-mounts.ts"),
    import("../../../session/entry-kinds.ts"),
    import("../../../policy/entry-kind.ts"),
  ]);
  const session = await resolveSessionPolicy(toPolicyOptions(flags), {
    paths: resolvePaths(),
    writable: [],
  });
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
    output.printJson({ hash, agent: agent.name, project, ...egress, sandbox });
    return;
  }
  if (policy.rules.length + entries.length === 0) {
    output.printLines([
      "no rule: every request is refused",
      "allow a host with --allow HOST, or write vaultbox.yaml with vaultbox init",
    ]);
  } else if (policy.rules.length > 0) output.printLines(toRuleLines(policy.rules));
  for (const [index, group] of entries.entries()) {
    const isFirst = policy.rules.length === 0 && index === 0;
    output.printLines([...(isFirst ? [] : [""]), ...toEntryLines(group)]);
  }
  const limits = toLimitLines(policy.limits);
  if (limits.length > 0) output.printLines(["", "Limits", "", ...limits]);
  output.printLines(["", "Sandbox", "", ...toSandboxLines(policy.limits)]);
  if (session.repositoryNote !== undefined) output.printNote(session.repositoryNote);
}
