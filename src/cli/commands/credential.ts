import { Command } from "commander";
import { schemeFlags } from "../../credential/schemes.ts";
import type { NewCredentialFlags } from "../credential/new-credential.ts";
import type { SigningKeyFlags } from "../credential/new-signing-key.ts";
import type { TestFlags } from "../credential/test-credential.ts";
import { printJson, printLines, printNote } from "../output.ts";
import { addUpstreamOptions, collect } from "../command-options.ts";

interface VaultFlags {
  readonly vault: string;
  readonly json?: boolean;
}

export function buildCommand(): Command {
  return new Command("credential")
    .description("keep secrets with the places they are for; a sandbox sees only placeholders")
    .addHelpText("after", "\nExample:\n  vaultbox credential add github")
    .addCommand(buildAdd())
    .addCommand(buildList())
    .addCommand(buildShow())
    .addCommand(buildTest())
    .addCommand(buildRotate())
    .addCommand(buildRemove())
    .addCommand(buildPresets());
}

const addHelp = `
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

function buildAdd(): Command {
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
    .addHelpText("after", addHelp)
    .action(async (name: string, extra: readonly string[], flags: AddFlags) => {
      const { addCredential } = await import("../credential/add-credential.ts");
      await addCredential(name, extra, flags);
    });
}

type AddFlags = NewCredentialFlags & SigningKeyFlags & VaultFlags;

function buildList(): Command {
  return new Command("list")
    .summary("list the credentials of a vault, without their secrets")
    .description("list the credentials of a vault, without their secrets")
    .option("--vault <vault>", "vault to list", "default")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox credential list --vault work")
    .action(async ({ vault, json }: VaultFlags) => {
      const { listCredentials } = await import("../credential/change-credential.ts");
      const { toTable } = await import("../table.ts");
      const { toDescription, toRow } = await import("../credential/describe.ts");
      const credentials = await listCredentials(vault);
      if (json === true) return printJson({ vault, credentials: credentials.map(toDescription) });
      if (credentials.length === 0) {
        return printNote(`the vault "${vault}" is empty: vaultbox credential add NAME`);
      }
      const headings = ["name", "preset", "bound to", "variable", "secret from", "set"];
      printLines(toTable(headings, credentials.map(toRow)));
    });
}

function buildShow(): Command {
  return new Command("show")
    .summary("show what a credential is for, without its secret")
    .description("show what a credential is for; its secret is never shown")
    .argument("<credential>", "name of the credential")
    .option("--vault <vault>", "vault it is in", "default")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  vaultbox credential show github")
    .action(async (name: string, { vault, json }: VaultFlags) => {
      const { readCredential } = await import("../credential/change-credential.ts");
      const { toDescription, toDetails } = await import("../credential/describe.ts");
      const credential = await readCredential(vault, name);
      if (json === true) printJson({ vault, credential: toDescription(credential) });
      else printLines(toDetails(vault, credential));
    });
}

const testHelp = `
The request is the preset's own (as GET https://api.github.com/user), goes out
by the proxy that serves sandboxes, and is in the audit log. The exit status is
0 when the service accepts the credential, else 1.

Examples:
  vaultbox credential test github
  vaultbox credential test billing --url https://api.example.com/v1/me`;

function buildTest(): Command {
  const command = new Command("test")
    .summary("send one harmless request with a credential, and say what it means")
    .description(
      "send one harmless request with a credential to its own host, and say what it means",
    )
    .argument("<credential>", "name of the credential")
    .option("--vault <vault>", "vault it is in", "default")
    .option("--url <url>", "ask this with GET, for a credential that is of no preset")
    .option("--json", "print one JSON document");
  return addUpstreamOptions(command)
    .addHelpText("after", testHelp)
    .action(async (name: string, flags: TestFlags) => {
      const { printTest } = await import("../credential/test-credential.ts");
      await printTest(name, flags);
    });
}

function buildRotate(): Command {
  const command = new Command("rotate")
    .summary("give a credential a new secret")
    .description(
      "give a credential a new secret, from stdin or typed without echo; running sessions use it from their next request on",
    )
    .argument("<credential>", "name of the credential")
    // A secret typed as an argument gets a message of its own
    .argument("[extra...]")
    .usage("[options] <credential>")
    .option("--vault <vault>", "vault it is in", "default")
    .addHelpText("after", "\nExample:\n  vaultbox credential rotate github < new-token.txt");
  return command.action(async (name: string, extra: readonly string[], { vault }: VaultFlags) => {
    const { rotateCredential } = await import("../credential/change-credential.ts");
    await rotateCredential(name, extra, vault);
  });
}

function buildRemove(): Command {
  return new Command("remove")
    .summary("delete a credential with its secret")
    .description("delete a credential with its secret; running sessions can't use it any more")
    .argument("<credential>", "name of the credential")
    .option("--vault <vault>", "vault it is in", "default")
    .option("-y, --yes", "don't ask")
    .addHelpText("after", "\nExample:\n  vaultbox credential remove github --yes")
    .action(async (name: string, { vault, ...flags }: { vault: string; yes?: boolean }) => {
      const { removeCredential } = await import("../credential/change-credential.ts");
      await removeCredential(name, vault, flags);
    });
}

function buildPresets(): Command {
  return new Command("presets")
    .summary("list the services that vaultbox knows, or show one")
    .description(
      "list the services that vaultbox knows, or show what one allows and where it sends its credential",
    )
    .argument("[preset]", "preset to show")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  vaultbox credential presets\n  vaultbox credential presets github",
    )
    .action(async (name: string | undefined, { json }: { readonly json?: boolean }) => {
      const { findPreset, listPresets } = await import("../../presets/presets.ts");
      const { toTable } = await import("../table.ts");
      const { toPresetDetails, toPresetRow } = await import("../credential/describe.ts");
      if (name === undefined) {
        const presets = listPresets();
        if (json === true) return printJson({ presets });
        return printLines(toTable(["name", "variable", "summary"], presets.map(toPresetRow)));
      }
      const preset = findPreset(name);
      if (json === true) printJson({ preset });
      else printLines(toPresetDetails(preset));
    });
}
