import { Command } from "commander";

interface Flags {
  readonly vault: string;
  readonly json?: boolean;
}

export function buildCommand(): Command {
  return new Command("show")
    .summary("show what a credential is for, without its secret")
    .description("show what a credential is for; its secret is never shown")
    .argument("<credential>", "name of the credential")
    .option("--vault <vault>", "vault it is in", "default")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox credential show github")
    .action(async (name: string, { vault, json }: Flags) => {
      const { readCredential } = await import("../../credential/list-credentials.ts");
      const { toDescription, toDetails } = await import("../../credential/describe.ts");
      const { printJson, printLines } = await import("../../output.ts");
      const credential = await readCredential(vault, name);
      if (json === true) printJson({ vault, credential: toDescription(credential) });
      else printLines(toDetails(vault, credential));
    });
}
