import { Command, Option } from "commander";
import {
  addImageOptions,
  addPolicyOptions,
  addUpstreamOptions,
  collect,
} from "../command-options.ts";
import type { RunFlags } from "../run-flags.ts";

const examples = `
Examples:
  vaultbox run -- claude
  vaultbox run --allow preset:npm -- npm install
  vaultbox run --vault work --allow "GET https://api.example.com/**" -- ./a.sh`;

export function buildCommand(): Command {
  const command = new Command("run")
    .description(
      "run a command in a sandbox that holds no credential and reaches only what the policy allows",
    )
    .argument("[command...]", "what to run, after --")
    .usage("[options] -- COMMAND [ARG...]")
    .option(
      "--vault <vault>",
      "use this vault's credentials (repeatable, the first wins)",
      collect,
      [],
    )
    .option("--sign <credential>", "have commits and tags signed by this signing key of a vault")
    .option("--no-sign", "sign nothing, whatever the project file says")
    .option(
      "--no-agent-credential",
      "start the agent also when no vault has a credential for it: its model is one of your own",
    )
    .option(
      "--mount <src[:dst][:ro|rw]>",
      "mount a host path too, read-only without :rw, at its own path without DST; ~ in DST is the sandbox's home (repeatable)",
      collect,
      [],
    )
    .option(
      "--allow-mount <path>",
      "mount this path although it is refused (repeatable)",
      collect,
      [],
    )
    .option("--show <path>", "show this file although it is hidden (repeatable)", collect, [])
    .option("--env <name[=value]>", "set a variable in the sandbox (repeatable)", collect, [])
    .option("--home <name>", "keep the home directory under this name; default: new each run")
    .option("--no-history", "keep no conversations of the agent, and show it none")
    .option(
      "--memory <size>",
      "memory limit, such as 4GiB; default: half of this machine's, at most 8GiB",
    )
    .option("--cpus <number>", "processors, such as 2; default: all")
    .addOption(
      new Option("--link <kind>", "how the sandbox reaches the proxy")
        .choices(["auto", "unix", "stdio"])
        .default("auto"),
    )
    .option("--runtime <name>", "container runtime of the engine, such as runsc")
    .option("--timeout <duration>", "end the command after this long, such as 30m; default: never")
    .option(
      "--fail-on-handoff",
      "exit with 123 when the sandbox left something that programs of this machine run",
    )
    .option("--quiet", "no summary at the end")
    .option("--json", "the summary as JSON on stderr")
    .passThroughOptions();
  return addUpstreamOptions(addPolicyOptions(addImageOptions(command)))
    .addHelpText("after", examples)
    .action(async (argv: readonly string[], flags: RunFlags) => {
      const { runCommand } = await import("../run-command.ts");
      process.exitCode = await runCommand(argv, flags);
    });
}
