import { Command } from "commander";
import {
  addPolicyOptions,
  collect,
  toSessionPolicyOptions,
  type PolicyFlags,
} from "../../policy-options.ts";

interface ExplainFlags extends PolicyFlags {
  readonly vault: readonly string[];
  readonly json?: boolean;
}

const examples = `
The exit status is 0 whatever the decision is; --json has it as "verdict".

Examples:
  vaultbox policy explain GET https://docs.example.com/start
  vaultbox policy explain POST https://api.github.com/repos/acme/widgets/pulls --agent claude`;

export function buildCommand(): Command {
  return addPolicyOptions(new Command("explain"))
    .summary("say what would happen to one request, and why")
    .description("decide one request as the proxy would, without sending it")
    .argument("<method>", "for example GET")
    .argument("<url>", "for example https://api.example.com/v1/items")
    .option("--vault <name>", "look for the credential in this vault (repeatable)", collect, [])
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(explain);
}

async function explain(method: string, url: string, flags: ExplainFlags): Promise<void> {
  const [{ resolvePaths }, { explainRequest }, output, { formatRule }] = await Promise.all([
    import("../../../config/paths.ts"),
    import("../../explain-request.ts"),
    import("../../output.ts"),
    import("../../../policy/parse-rule.ts"),
  ]);
  const wanted = { method, url, vaults: flags.vault };
  const options = toSessionPolicyOptions(flags);
  const { request, decision, credential } = await explainRequest(wanted, options, resolvePaths());
  const { verdict, rule } = decision;
  const reason = decision.verdict === "deny" ? decision.reason : undefined;
  const ruleText = rule === undefined ? undefined : formatRule(rule);
  if (flags.json === true) {
    const source = rule?.source ?? null;
    const facts = { reason: reason ?? null, rule: ruleText ?? null, source, credential };
    output.printJson({ request, verdict, ...facts });
    return;
  }
  const lines = [`${verdict} ${request.method} ${url}`, ""];
  if (reason !== undefined) lines.push(`  Reason: ${reason}`);
  if (ruleText !== undefined) lines.push(`  Rule: ${ruleText}`, `  From: ${rule?.source.label}`);
  if (verdict === "allow") lines.push(`  Credential: ${credential ?? "none"}`);
  output.printLines(lines);
}
