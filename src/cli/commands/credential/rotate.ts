import { Command } from "commander";

export function buildCommand(): Command {
  return (
    new Command("rotate")
      .summary("give a credential a new secret")
      .description(
        "give a credential a new secret, from stdin or typed without echo; running sessions use it from their next request on",
      )
      .argument("<credential>", "name of the credential")
      // A secret typed as an argument gets a message of its own
      .argument("[extra...]")
      .usage("[options] <credential>")
      .option("--vault <vault>", "vault it is in", "default")
      .addHelpText("after", "\nExample:\n  vaultbox credential rotate github < new-token.txt")
      .action(async (name: string, extra: readonly string[], flags: { readonly vault: string }) => {
        const { rotateCredential } = await import("../../credential/change-credential.ts");
        await rotateCredential(name, extra, flags.vault);
      })
  );
}
