import { Command } from "commander";

interface Flags {
  readonly vault: string;
  readonly yes?: boolean;
}

export function buildCommand(): Command {
  return new Command("remove")
    .summary("delete a credential with its secret")
    .description("delete a credential with its secret; running sessions can't use it any more")
    .argument("<credential>", "name of the credential")
    .option("--vault <vault>", "vault it is in", "default")
    .option("-y, --yes", "don't ask")
    .addHelpText("after", "\nExample:\n  vaultbox credential remove github --yes")
    .action(async (name: string, { vault, yes }: Flags) => {
      const { removeCredential } = await import("../../credential/change-credential.ts");
      await removeCredential(name, vault, yes === undefined ? {} : { yes });
    });
}
