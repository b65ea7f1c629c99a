import { Command } from "commander";

export function buildCommand(): Command {
  return new Command("rotate")
    .summary("give a credential a new secret")
    .description(
      "give a credential a new secret, from stdin or typed without echo; running sessions use it from their next request on",
    )
    .argument("<name>", "name of the credential")
    .argument("[extra...]")
    .option("--vault <name>", "vault it is in", "default")
    .usage("[options] <name>")
    .action(async (name: string, extra: readonly string[], flags: { readonly vault: string }) => {
      const { rotateCredential } = await import("../../credential/change-credential.ts");
      await rotateCredential(name, extra, flags.vault);
    });
}
