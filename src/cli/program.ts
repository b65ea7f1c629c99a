import { type Argument, Command, Help, type Option } from "commander";
import { writeLine } from "../base/print.ts";
import { toErrorLines } from "./commander-error.ts";

/** One top-level command: its summary is known without loading it, so that `--help` and other commands stay fast. */
interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

// In the order a user meets them: run, ps, logs, attach, stop, prune, credential, vault, init, trust, policy, audit, watch,
// image, devcontainer, proxy, doctor, demo, uninstall, completion. A new command is one entry here and one file in commands/.
const entries: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "run a command in a sandbox without credentials and network",
    load: async () => (await import("./commands/run.ts")).buildCommand(),
  },
  {
    name: "ps",
    summary: "list the sessions that run now",
    load: async () => (await import("./commands/ps.ts")).buildCommand(),
  },
  {
    name: "stop",
    summary: "end sessions and remove their sandboxes",
    load: async () => (await import("./commands/stop.ts")).buildCommand(),
  },
  {
    name: "prune",
    summary: "remove what sessions that died left behind",
    load: async () => (await import("./commands/prune.ts")).buildCommand(),
  },
  {
    name: "credential",
    alias: "cred",
    summary: "keep secrets with the places they are for",
    load: async () => (await import("./commands/credential/credential.ts")).buildCommand(),
  },
  {
    name: "vault",
    summary: "make, list, remove and move vaults: named sets of credentials",
    load: async () => (await import("./commands/vault/vault.ts")).buildCommand(),
  },
  {
    name: "init",
    summary: "write a commented vaultbox.yaml for this project",
    load: async () => (await import("./commands/init.ts")).buildCommand(),
  },
  {
    name: "trust",
    summary: "trust the project file as it is now",
    load: async () => (await import("./commands/trust.ts")).buildCommand(),
  },
  {
    name: "policy",
    summary: "show, check and explain what a session may reach",
    load: async () => (await import("./commands/policy/policy.ts")).buildCommand(),
  },
  {
    name: "audit",
    summary: "show, follow and verify the audit log of a session",
    load: async () => (await import("./commands/audit/audit.ts")).buildCommand(),
  },
  {
    name: "image",
    summary: "build and list the images that sandboxes run",
    load: async () => (await import("./commands/image/image.ts")).buildCommand(),
  },
  {
    name: "proxy",
    summary: "run the proxy alone, for a sandbox of your own",
    load: async () => (await import("./commands/proxy.ts")).buildCommand(),
  },
  {
    name: "doctor",
    summary: "check what vaultbox needs on this machine, and say what to do",
    load: async () => (await import("./commands/doctor.ts")).buildCommand(),
  },
  {
    name: "demo",
    summary: "try on this machine what vaultbox promises",
    load: async () => (await import("./commands/demo.ts")).buildCommand(),
  },
  {
    name: "uninstall",
    summary: "remove what vaultbox has on this machine and its engine",
    load: async () => (await import("./commands/uninstall.ts")).buildCommand(),
  },
  {
    name: "completion",
    summary: "print the completion script of bash, zsh or fish",
    load: async () => (await import("./commands/completion.ts")).buildCommand(),
  },
];

/**
 * The program for this command line. Only the named command's module is loaded: importing all of them
 * would cost every start what the slowest of them needs.
 */
export async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("vaultbox")
    .description(
      "run a coding agent in a container that holds no credential and reaches only what a policy allows",
    )
    .option("-V, --version", "print the version")
    .exitOverride()
    .showHelpAfterError(false)
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .configureHelp({
      optionDescription: describeOption,
      subcommandTerm: nameCommand,
      visibleArguments: listDescribed,
    })
    .addHelpText("after", helpEnd)
    .hook("preAction", (_, command) => checkEnvironment(command.name()));
  printErrorsOf(program, "vaultbox");
  const wanted = argv.find((argument) => !argument.startsWith("-"));
  for (const entry of entries) {
    const isWanted = wanted === entry.name || (entry.alias !== undefined && wanted === entry.alias);
    const command = isWanted ? await entry.load() : new Command(entry.name);
    command.summary(entry.summary);
    if (isWanted) inherit(command, program, "vaultbox");
    else command.description(entry.summary);
    if (entry.alias !== undefined) command.alias(entry.alias);
    program.addCommand(command);
  }
  return program;
}

/** Before a command's own work; help and wrong usage need none of it. */
async function checkEnvironment(command: string): Promise<void> {
  // It looks at more, what its own sandbox will write, and has an exit status of its own
  if (command === "run") return;
  const { readWritableFolders } = await import("../base/folder-list.ts");
  const { refuseOwnEnvironment, refuseOwnFiles } = await import("../session/own-environment.ts");
  const { resolvePaths } = await import("../base/paths.ts");
  const { readCurrentFolder } = await import("../base/current-folder.ts");
  const folders = readWritableFolders(process.env);
  // Relative names lead nowhere from a folder that was removed
  refuseOwnEnvironment(process.env, readCurrentFolder() ?? "/", folders);
  refuseOwnFiles(resolvePaths(), folders);
}

/** Names of the top-level commands, in the order a user meets them. */
export const commandNames: readonly string[] = entries.map(({ name }) => name);

const helpEnd = `
Start here:
  vaultbox doctor                        what this machine lacks, and what to do
  vaultbox credential add anthropic      store a secret once
  vaultbox run -- claude                 work without it in the sandbox
  vaultbox help run                      how a command is used`;

/** Gives a command and those below it the program's behaviour on errors. */
function inherit(command: Command, parent: Command, parentPath: string): void {
  const path = `${parentPath} ${command.name()}`;
  command.copyInheritedSettings(parent);
  printErrorsOf(command, path);
  for (const child of command.commands) inherit(child, command, path);
}

function printErrorsOf(command: Command, path: string): void {
  command.configureOutput({
    outputError: (text) => {
      for (const line of toErrorLines(text, path)) writeLine("stderr", line);
    },
  });
}

/** An option that can be repeated has an empty list as default, which says nothing to a reader. */
function describeOption(option: Option): string {
  const isEmptyList = Array.isArray(option.defaultValue) && option.defaultValue.length === 0;
  return isEmptyList ? option.description : new Help().optionDescription(option);
}

/** An argument that is only taken to be refused with a message of its own has no description. */
function listDescribed(command: Command): Argument[] {
  return command.registeredArguments.filter(({ description }) => description !== "");
}

/** In a list of commands the names are enough; each one's own help has the rest. */
function nameCommand(command: Command): string {
  return [command.name(), ...command.aliases()].join("|");
}
