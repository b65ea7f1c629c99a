import { Command } from "commander";
import { schemeFlags } from "../../../credential/schemes.ts";
import type { NewCredentialFlags } from "../../credential/new-credential.ts";
import type { SigningKeyFlags } from "../../credential/new-signing-key.ts";

interface Flags extends NewCredentialFlags, SigningKeyFlags {
  readonly vault: string;
}

const examples = `
Examples:
  vaultbox credential add github            by its preset; asks for the secret
  pass show api/anthropic | vaultbox credential add anthropic
  vaultbox credential add github --from-command 'gh auth token'
  vaultbox credential add pay --host api.example.com --header X-Key --env PAY
  vaultbox credential add ci --host ci.example.com --header 'Authorization: Me'
  vaultbox credential add widgets --preset github --repository acme/widgets
  vaultbox credential add forge --preset gitlab --host gitlab.example.com
  vaultbox credential add work-key --generate-signing-key

The secret is read from stdin or typed without echo, never from the command
line.`;

export function buildCommand(): Command {
  const command = new Command("add")
    .summary("store a credential")
    .description("store a credential: of the preset with that name, or a custom one by --host")
    .argument("<preset-or-name>", "name of the credential")
    // A secret typed as an argument gets a message of its own
    .argument("[extra...]")
    .usage("[options] <preset-or-name>")
    .option("--vault <vault>", "vault to store it in", "default")
    .option("--preset <preset>", "take host, scheme and variable from this preset")
    .option("--host <host>", "host it is for, or *.host for its subdomains")
    .option("--port <port>", "port it is for (default: 443)")
    .option("--path <prefix>", "only for paths below this one (default: /)")
    .option("--repository <name>", "only for this repository (acme/widgets, acme/*) of --git");
  for (const { flag, description } of schemeFlags) command.option(flag, description);
  return command
    .option("--env <variable>", "variable that carries the placeholder in the sandbox", collect)
    .option("--from-command <command>", "get the secret from this command, once per session")
    .option("--from-env <variable>", "get the secret from this variable of the host, per session")
    .option("--signing-key <file>", "keep this OpenSSH private key (- for stdin), to sign commits")
    .option("--generate-signing-key", "make a key that signs commits, and print its public half")
    .option("--ssh-agent [fingerprint]", "sign commits with this key of the ssh-agent")
    .addHelpText("after", examples)
    .action(async (name: string, extra: readonly string[], flags: Flags) => {
      const { addCredential } = await import("../../credential/add-credential.ts");
      await addCredential(name, extra, flags);
    });
}

/** An option that may be given again. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
