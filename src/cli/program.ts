import { type Argument, Command, CommanderError, Help, type Option } from "commander";
import { given } from "../base/given.ts";
import { writeLine } from "../base/print.ts";
import { toErrorLines } from "./commander-error.ts";
import { exitStatus } from "./report-error.ts";

/** One top-level command: its summary is known without loading it, so that `--help` and other commands stay fast. */
interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly buildCommand: () => Command }>;
}

// In the order a user meets them: run, ps, logs, attach, stop, prune, credential, vault, init, trust, policy, audit, watch,
// image, devcontainer, proxy, doctor, demo, uninstall, completion. A new command is one entry here and one file in commands/.
const entries: readonly CommandEntry[] = [
  entry(
    "run",
    "run a command in a sandbox without credentials and network",
    () => import("./commands/run.ts"),
  ),
  entry("ps", "list the sessions that run now", () => import("./commands/ps.ts")),
  entry("stop", "end sessions and remove their sandboxes", () => import("./commands/stop.ts")),
  entry("prune", "remove what sessions that died left behind", () => import("./commands/prune.ts")),
  entry(
    "credential|cred",
    "keep secrets with the places they are for",
    () => import("./commands/credential.ts"),
  ),
  entry(
    "vault",
    "make, list, remove and move vaults: named sets of credentials",
    () => import("./commands/vault.ts"),
  ),
  entry(
    "init",
    "write a commented vaultbox.yaml for this project",
    () => import("./commands/init.ts"),
  ),
  entry("trust", "trust the project file as it is now", () => import("./commands/trust.ts")),
  entry(
    "policy",
    "show, check and explain what a session may reach",
    () => import("./commands/policy.ts"),
  ),
  entry(
    "audit",
    "show, follow and verify the audit log of a session",
    () => import("./commands/audit.ts"),
  ),
  entry(
    "image",
    "build and list the images that sandboxes run",
    () => import("./commands/image.ts"),
  ),
  entry(
    "proxy",
    "run the proxy alone, for a sandbox of your own",
    () => import("./commands/proxy.ts"),
  ),
  entry(
    "doctor",
    "check what vaultbox needs on this machine, and say what to do",
    () => import("./commands/doctor.ts"),
  ),
  entry("demo", "try on this machine what vaultbox promises", () => import("./commands/demo.ts")),
  entry(
    "uninstall",
    "remove what vaultbox has on this machine and its engine",
    () => import("./commands/uninstall.ts"),
  ),
  entry(
    "completion",
    "print the completion script of bash, zsh or fish",
    () => import("./commands/completion.ts"),
  ),
];

/** @param names the name, and an alias behind `|` */
function entry(names: string, summary: string, load: CommandEntry["load"]): CommandEntry {
  const [name = "", alias] = names.split("|");
  return { name, ...given({ alias }), summary, load };
}

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
  for (const { name, alias, summary, load } of entries) {
    const isWanted = wanted === name || (alias !== undefined && wanted === alias);
    const command = isWanted ? (await load()).buildCommand() : new Command(name);
    command.summary(summary);
    if (isWanted) inherit(command, program, "vaultbox");
    else command.description(summary);
    if (alias !== undefined) command.alias(alias);
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

/**
 * Parses a command line, runs its command and returns the exit status; usage errors were printed.
 * @throws whatever the command throws
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const words = toCommandLine(argv);
  const program = await buildProgram(words);
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : exitStatus.usage;
  }
  return Number(process.exitCode ?? 0);
}

/** `vaultbox help credential add` is `vaultbox credential add --help`; an unknown command stays an error. */
function toCommandLine(argv: readonly string[]): readonly string[] {
  const [first, ...names] = argv;
  if (first !== "help") return argv;
  const [name] = names;
  const isKnown = name === undefined || [...commandNames, "cred"].includes(name);
  return isKnown ? [...names, "--help"] : names;
}
