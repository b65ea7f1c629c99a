import { Command } from "commander";
import { addUpstreamOptions, type UpstreamFlags } from "../../upstream-options.ts";

interface Flags extends UpstreamFlags {
  readonly vault: string;
  readonly url?: string;
  readonly json?: boolean;
}

const help = `
The request is the preset's own (as GET https://api.github.com/user), goes out
by the proxy that serves sandboxes, and is in the audit log. The exit status is
0 when the service accepts the credential, else 1.

Examples:
  vaultbox credential test github
  vaultbox credential test billing --url https://api.example.com/v1/me`;

export function buildCommand(): Command {
  const command = new Command("test")
    .summary("send one harmless request with a credential, and say what it means")
    .description(
      "send one harmless request with a credential to its own host, and say what it means",
    )
    .argument("<credential>", "name of the credential")
    .option("--vault <vault>", "vault it is in", "default")
    .option("--url <url>", "ask this with GET, for a credential that is of no preset")
    .option("--json", "print one JSON document");
  return addUpstreamOptions(command).addHelpText("after", help).action(test);
}

async function test(name: string, flags: Flags): Promise<void> {
  const [
    { resolvePaths },
    { readPreferences },
    { readUpstreamCa },
    { testCredential },
    { toVaultContext },
    output,
  ] = await Promise.all([
    import("../../../base/paths.ts"),
    import("../../../config/preferences.ts"),
    import("../../../session/plan/upstream-settings.ts"),
    import("../../credential/test-credential.ts"),
    import("../../vault-access.ts"),
    import("../../output.ts"),
  ]);
  const paths = resolvePaths();
  const { connectTo } = await readPreferences(paths);
  const { vault, url } = flags;
  const tested = await testCredential(name, {
    vault,
    ...(url === undefined ? {} : { url }),
    paths,
    context: toVaultContext(),
    upstream: {
      connectTo: [...flags.connectTo, ...connectTo],
      upstreamCa: await readUpstreamCa(flags.upstreamCa, { paths, writable: [] }),
      env: process.env,
    },
  });
  if (tested.result !== "accepted") process.exitCode = 1;
  if (flags.json === true) return output.printJson(tested);
  const { toTestLines } = await import("../../credential/test-text.ts");
  const { line, notes } = toTestLines(tested);
  output.printLines([line]);
  for (const note of notes) output.printNote(note);
}
