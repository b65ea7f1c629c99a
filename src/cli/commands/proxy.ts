import { Command } from "commander";
import { leavingOut } from "../../base/program-environment.ts";
import { addPolicyOptions, addUpstreamOptions, collect } from "../command-options.ts";
import { printLines, printNote } from "../output.ts";
import type { SessionFlags } from "../run-flags.ts";

const examples = `
Examples:
  vaultbox proxy --socket /tmp/p --ca-out /tmp/ca --allow api.example.com
  vaultbox proxy --socket /tmp/p --ca-out /tmp/ca --allow preset:github`;

interface ProxyFlags extends SessionFlags {
  readonly socket: string;
  readonly caOut: string;
}

export function buildCommand(): Command {
  const command = new Command("proxy")
    .description("run the proxy alone in the foreground, for a sandbox of your own")
    .requiredOption("--socket <path>", "unix socket to listen on, made with mode 0600")
    .requiredOption("--ca-out <file>", "write the certificates that clients must trust here")
    .option("--vault <vault>", "use this vault's credentials (repeatable)", collect, [])
    .option("--sign <credential>", "sign commits and tags that clients ask for with this key")
    .option("--no-sign", "sign nothing, whatever the project file says");
  return addUpstreamOptions(addPolicyOptions(command))
    .addHelpText("after", examples)
    .action((flags: ProxyFlags) => leavingOut(flags.workspace, () => proxy(flags)));
}

async function proxy(flags: ProxyFlags): Promise<void> {
  const { toVaultContext } = await import("../vault-access.ts");
  const { toSessionOptions } = await import("../run-flags.ts");
  const { readSessionPlan } = await import("../../session/plan/session-plan.ts");
  const { runStandaloneProxy } = await import("../../session/standalone-proxy.ts");
  const { SessionEnding, timeoutStatus, timeoutText, watchSignals } =
    await import("../../session/session-ending.ts");
  const host = toVaultContext();
  const options = toSessionOptions(flags);
  const plan = await readSessionPlan(options, { ...host, writable: [] });
  const ending = new SessionEnding();
  using signals = watchSignals(ending.ask);
  // The next one ends this process at once
  ending.interrupted.catch(() => signals[Symbol.dispose]());
  const status = await runStandaloneProxy({
    paths: host.paths,
    plan,
    workspace: options.workspace,
    socketPath: flags.socket,
    caOutPath: flags.caOut,
    env: host.env,
    ending,
    onListening: (session, { placeholders }) => {
      printNote(`session ${session} is listening on ${flags.socket}`);
      const { signing } = plan.git;
      if (signing !== undefined) {
        printNote(`commits and tags are signed with ${signing.vault.name}/${signing.key.name}`);
      }
      printLines(Object.entries(placeholders).map(([name, value]) => `${name}=${value}`));
    },
  });
  if (status === timeoutStatus) printNote(timeoutText);
  process.exitCode = status;
}
