import { Command } from "commander";
import { VaultboxError } from "../../base/errors.ts";
import { leavingOut } from "../../base/program-environment.ts";
import type { ExplainFlags } from "../explain/print-explanation.ts";
import { printJson, printLines } from "../output.ts";
import { addPolicyOptions, collect, type PolicyFlags } from "../command-options.ts";

export function buildCommand(): Command {
  return new Command("policy")
    .description("show, check and explain what a session may reach")
    .addHelpText("after", "\nExample:\n  vaultbox policy show")
    .addCommand(buildShow())
    .addCommand(buildExplain())
    .addCommand(buildCheck());
}

const showHelp = `
Examples:
  vaultbox policy show
  vaultbox policy show --git 'https://github.com/acme/widgets:push=agent/*'
  vaultbox policy show --agent claude --allow preset:npm --json`;

function buildShow(): Command {
  return addPolicyOptions(new Command("show"))
    .summary("print the effective policy and where each rule comes from")
    .description("print the policy that a session started here would have")
    .option("--json", "print one JSON document")
    .addHelpText("after", showHelp)
    .action(async (flags: PolicyFlags & { readonly json?: boolean }) => {
      const { printPolicy } = await import("../show-policy.ts");
      await printPolicy(flags);
    });
}

const checkHelp = `
A file called vaultbox.yaml is read as a project file, any other as a file for
--policy.

Examples:
  vaultbox policy check vaultbox.yaml
  vaultbox policy check ci-policy.yaml --json`;

function buildCheck(): Command {
  return new Command("check")
    .summary("check a project or policy file")
    .description("report every problem of a file with its line, column and key; change nothing")
    .argument("<file>", "a project file or a --policy file")
    .option("--json", "print one JSON document")
    .addHelpText("after", checkHelp)
    .action(check);
}

async function check(path: string, flags: { readonly json?: boolean }): Promise<void> {
  const { checkPolicyFile } = await import("../../config/policy-file.ts");
  const { formatProblem } = await import("../../policy/file/problem.ts");
  const { loadEntryKinds } = await import("../../session/entry-kinds.ts");
  const { kind, problems } = await checkPolicyFile(path, await loadEntryKinds());
  if (flags.json === true) printJson({ file: path, kind, ok: problems.length === 0, problems });
  else if (problems.length === 0) printLines([`${path}: no problem (read as a ${kind} file)`]);
  else printLines(problems.map(formatProblem));
  if (problems.length > 0) process.exitCode = 1;
}

const explainHelp = `
The exit status is 0 whatever the decision is; --json has it as "verdict".

Examples:
  vaultbox policy explain GET https://docs.example.com/start
  vaultbox policy explain POST https://api.example.com/v1/x --agent claude
  vaultbox policy explain COPY https://d.example.com --header 'Destination: /b'
  vaultbox policy explain push https://github.com/acme/widgets agent/x`;

function buildExplain(): Command {
  return addPolicyOptions(new Command("explain"))
    .summary("say what would happen to one request, and why")
    .description("decide one request, or pushes to one branch, as the proxy would; send nothing")
    .argument("<method>", "for example GET; or push")
    .argument("<url>", "for example https://api.example.com/v1/items")
    .argument("[ref]", "with push: the branch, or the full name of a ref")
    .option(
      "--header <name: value>",
      "a header that says what the request does, as Destination (repeatable)",
      collect,
      [],
    )
    .option("--vault <vault>", "look for the credential in this vault (repeatable)", collect, [])
    .option("--json", "print one JSON document")
    .addHelpText("after", explainHelp)
    .action((...asked: Parameters<typeof explain>) =>
      leavingOut(asked[3].workspace, () => explain(...asked)),
    );
}

async function explain(
  method: string,
  url: string,
  ref: string | undefined,
  flags: ExplainFlags,
): Promise<void> {
  const { printExplanation, printPushes } = await import("../explain/print-explanation.ts");
  if (method === "push") return printPushes(url, ref, flags);
  if (ref !== undefined) throw new VaultboxError("VBX_USAGE", "only push takes a ref");
  await printExplanation(method, url, flags);
}
