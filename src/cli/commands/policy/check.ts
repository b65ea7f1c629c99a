import { Command } from "commander";

const examples = `
A file called vaultbox.yaml is read as a project file, any other as a file for
--policy.

Examples:
  vaultbox policy check vaultbox.yaml
  vaultbox policy check ci-policy.yaml --json`;

export function buildCommand(): Command {
  return new Command("check")
    .summary("check a project or policy file")
    .description("report every problem of a file with its line, column and key; change nothing")
    .argument("<file>", "a project file or a --policy file")
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(check);
}

async function check(path: string, flags: { readonly json?: boolean }): Promise<void> {
  const [{ checkPolicyFile }, output, { formatProblem }, { loadEntryKinds }] = await Promise.all([
    import("../../../config/check-policy-file.ts"),
    import("../../output.ts"),
    import("../../../policy/file/problem.ts"),
    import("../../../session/entry-kinds.ts"),
  ]);
  const { kind, problems } = await checkPolicyFile(path, await loadEntryKinds());
  if (flags.json === true)
    output.printJson({ file: path, kind, ok: problems.length === 0, problems });
  else if (problems.length === 0)
    output.printLines([`${path}: no problem (read as a ${kind} file)`]);
  else output.printLines(problems.map(formatProblem));
  if (problems.length > 0) process.exitCode = 1;
}
