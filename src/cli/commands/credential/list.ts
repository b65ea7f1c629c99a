import { Command } from "commander";

interface Flags {
  readonly vault: string;
  readonly json?: boolean;
}

export function buildCommand(): Command {
  return new Command("list")
    .summary("list the credentials of a vault, without their secrets")
    .description("list the credentials of a vault, without their secrets")
    .option("--vault <vault>", "vault to list", "default")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox credential list --vault work")
    .action(async ({ vault, json }: Flags) => {
      const { listCredentials } = await import("../../credential/list-credentials.ts");
      const { printJson, printLines, printNote } = await import("../../output.ts");
      const { toTable } = await import("../../table.ts");
      const { toDescription, toRow } = await import("../../credential/describe.ts");
      const credentials = await listCredentials(vault);
      if (json === true) return printJson({ vault, credentials: credentials.map(toDescription) });
      if (credentials.length === 0) {
        return printNote(`the vault "${vault}" is empty: vaultbox credential add NAME`);
      }
      const headings = ["name", "preset", "bound to", "variable", "secret from", "set"];
      printLines(toTable(headings, credentials.map(toRow)));
    });
}
