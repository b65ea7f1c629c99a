import { Command } from "commander";
import { printJson, printLines } from "../output.ts";

export function buildCommand(): Command {
  return new Command("doctor")
    .description(
      "check what vaultbox needs on this machine, and say what to do; the exit status is 1 when something fails",
    )
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExamples:\n  vaultbox doctor\n  vaultbox doctor --json | jq .checks")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { runChecks } = await import("../doctor/run-checks.ts");
      const { checkPaints, toCheckLines } = await import("../doctor/health-check.ts");
      const checks = await runChecks(process.env);
      if (json === true) printJson({ checks });
      else printLines(toCheckLines(checks), checkPaints);
      if (checks.some(({ status }) => status === "fail")) process.exitCode = 1;
    });
}
