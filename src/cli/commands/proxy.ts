import { Command } from "commander";
import { leavingOut } from "../../base/host-environment.ts";
import {
  addPolicyOptions,
  collect,
  toSessionPolicyOptions,
  type PolicyFlags,
} from "../policy-options.ts";
import { addUpstreamOptions, type UpstreamFlags } from "../upstream-options.ts";

const examples = `
Examples:
  vaultbox proxy --socket /tmp/p --ca-out /tmp/ca --allow api.example.com
  vaultbox proxy --socket /tmp/p --ca-out /tmp/ca --allow preset:github`;

interface ProxyFlags extends PolicyFlags, UpstreamFlags {
  readonly socket: string;
  readonly caOut: string;
  readonly vault: readonly string[];
}

export function buildCommand(): Command {
  const command = new Command("proxy")
    .description("run the proxy alone in the foreground, for a sandbox of your own")
    .requiredOption("--socket <path>", "unix socket to listen on, made with mode 0600")
    .requiredOption("--ca-out <file>", "write the certificates that clients must trust here")
    .option("--vault <vault>", "use this vault's credentials (repeatable)", collect, []);
  return addUpstreamOptions(addPolicyOptions(command))
    .addHelpText("after", examples)
    .action((flags: ProxyFlags) => leavingOut(flags.workspace, () => proxy(flags)));
}

async function proxy(flags: ProxyFlags): Promise<void> {
  const [
    paths,
    { resolveSessionPolicy, toChosenFileRules },
    { readUpstreamCa },
    { openSessionVaults },
    { openStandaloneProxy },
    output,
  ] = await Promise.all([
    import("../../base/paths.ts"),
    import("../session-policy.ts"),
    import("../upstream-ca.ts"),
    import("../session-vaults.ts"),
    import("../../session/standalone-proxy.ts"),
    import("../output.ts"),
  ]);
  const places = paths.resolvePaths();
  const options = toSessionPolicyOptions(flags);
  const session = await resolveSessionPolicy(options, places);
  const { policy, hash, preferences, registries } = session;
  const { mapRegistryAddresses } = await import("../../session/registry-access.ts");
  const mapped = await mapRegistryAddresses(registries, { env: process.env });
  await using running = await openStandaloneProxy({
    paths: places,
    socketPath: flags.socket,
    caOutPath: flags.caOut,
    policy,
    policyHash: hash,
    vaults: await openSessionVaults(flags.vault, session),
    upstream: {
      connectTo: [...flags.connectTo, ...preferences.connectTo, ...mapped],
      upstreamCa: await readUpstreamCa(flags.upstreamCa, toChosenFileRules(options, places)),
      env: process.env,
    },
  });
  output.printNote(`session ${running.session} is listening on ${flags.socket}`);
  if (session.projectFile?.project.signing !== undefined) {
    output.printNote("nothing is signed: only vaultbox run signs, whatever the project file says");
  }
  for (const [name, value] of Object.entries(running.placeholders)) {
    output.printLines([`${name}=${value}`]);
  }
  const isExpired = await Promise.race([untilSignal(), running.expired.then(() => true)]);
  if (!isExpired) return;
  const { timeoutStatus, timeoutText } = await import("../../session/time-limit.ts");
  output.printNote(timeoutText);
  process.exitCode = timeoutStatus;
}

function untilSignal(): Promise<false> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => resolve(false));
  });
}
