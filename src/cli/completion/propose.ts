// What the shells' scripts ask. Nothing is printed but words of plain letters, and an error is no line on the user's prompt.
import type { Argument, Command, Option } from "commander";
import { readKnownNames } from "./known-names.ts";
import { printLines } from "../output.ts";
import { buildProgram } from "../program.ts";

/** One word that could stand at the cursor. */
interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand at the cursor. */
type Proposal =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" | "folders" | "programs" };

/** Words that a shell gets at most. */
const maxCandidates = 200;

/** Letters that mean nothing to any shell; a name with others is not proposed. */
const plainWord = /^[A-Za-z0-9_.:/@+=-]+$/;

const fileWords: ReadonlySet<string> = new Set(["file", "path"]);

/** What stands before the cursor. */
interface Place {
  readonly command: Command;
  /** How many arguments the command has got */
  readonly argumentCount: number;
  /** A flag that waits for its value */
  readonly open?: Option;
  /** Index of the first word of the user's own command */
  readonly ownCommand?: number;
  /** After `--`, where no flag can stand */
  readonly onlyArguments: boolean;
}

/** @param words those after `vaultbox`; the last is the one at the cursor, perhaps empty */
export async function propose(program: Command, words: readonly string[]): Promise<Proposal> {
  const last = words.at(-1) ?? "";
  const place = findPlace(program, words.slice(0, -1));
  if (place.ownCommand !== undefined) {
    return { kind: place.ownCommand === words.length - 1 ? "programs" : "files" };
  }
  if (place.open !== undefined) return await proposeValue(place.open, "", last);
  const assigned = /^(--[^=]+)=/.exec(last);
  if (assigned !== null && !place.onlyArguments) {
    const option = findOption(place.command, assigned[1] ?? "");
    return option?.required === true
      ? await proposeValue(option, assigned[0], last)
      : toWords([], last);
  }
  if (last.startsWith("-") && !place.onlyArguments) return toWords(flagsOf(place.command), last);
  const below = visibleCommands(place.command);
  if (below.length > 0 && place.argumentCount === 0) return toWords(below, last);
  const argument = argumentAt(place.command, place.argumentCount);
  if (argument === undefined) return toWords([], last);
  if (isOwnCommand(argument)) return { kind: "programs" };
  return await proposeNames(argument.name(), argument.argChoices, "", last);
}

function findPlace(program: Command, words: readonly string[]): Place {
  let command = program;
  let argumentCount = 0;
  let onlyArguments = false;
  let open: Option | undefined;
  for (const [index, word] of words.entries()) {
    if (open !== undefined) open = undefined;
    else if (!onlyArguments && word === "--") onlyArguments = true;
    else if (!onlyArguments && word.startsWith("-") && word !== "-") {
      const option = findOption(command, word);
      if (option?.required === true) open = option;
    } else {
      const child = command.commands.find((one) => [one.name(), ...one.aliases()].includes(word));
      if (child !== undefined && argumentCount === 0) command = child;
      else if (command === program && word === "help") continue;
      else argumentCount++;
    }
    const next = argumentAt(command, argumentCount);
    const isPassed = onlyArguments || argumentCount > 0;
    if (open === undefined && isPassed && next !== undefined && isOwnCommand(next)) {
      return {
        command,
        argumentCount,
        onlyArguments,
        ownCommand: index + (argumentCount > 0 ? 0 : 1),
      };
    }
  }
  return { command, argumentCount, onlyArguments, ...(open === undefined ? {} : { open }) };
}

/** What `run` takes: words of another program, whose own completion isn't asked: `make`'s runs the project's Makefile. */
function isOwnCommand(argument: Argument): boolean {
  return argument.variadic && argument.name() === "command";
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const declared = command.registeredArguments;
  const last = declared.at(-1);
  return declared[index] ?? (last?.variadic === true ? last : undefined);
}

function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

function flagsOf(command: Command): readonly Candidate[] {
  const options = command.createHelp().visibleOptions(command);
  return options.map(({ long, short, description }) => ({
    value: long ?? short ?? "",
    description,
  }));
}

function visibleCommands(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), description: one.summary() || one.description() }));
}

async function proposeValue(option: Option, prefix: string, last: string): Promise<Proposal> {
  const word = /<([^<>]+)>/.exec(option.flags)?.[1] ?? "";
  return await proposeNames(word, option.argChoices, prefix, last);
}

/** @param word the one between the brackets of a flag or an argument */
async function proposeNames(
  word: string,
  choices: readonly string[] | undefined,
  prefix: string,
  last: string,
): Promise<Proposal> {
  if (word === "dir") return { kind: "folders" };
  if (fileWords.has(word)) return { kind: "files" };
  const names = choices ?? (await readKnownNames(word));
  return toWords(
    names.map((name) => ({ value: `${prefix}${name}`, description: "" })),
    last,
  );
}

function toWords(candidates: readonly Candidate[], last: string): Proposal {
  const fitting = candidates.filter(({ value }) => value.startsWith(last) && plainWord.test(value));
  return { kind: "words", candidates: fitting.slice(0, maxCandidates) };
}

/**
 * Needs no `checkEnvironment`: it reads names in vaultbox's own folders and in this program, no secret and no file of the
 * project, and runs nothing. Names that something else put there are plain letters, or aren't proposed.
 *
 * @param words those after `vaultbox`, up to the one at the cursor
 */
export async function printProposal(words: readonly string[]): Promise<void> {
  try {
    printLines(toProposalLines(await propose(await buildProgram(words), words)));
  } catch {
    // Completion proposes nothing then; the command itself says what is wrong
  }
}

/** First the kind, then a candidate a line, with its description after two spaces. */
function toProposalLines(proposal: Proposal): readonly string[] {
  switch (proposal.kind) {
    case "words":
      return [
        "words",
        ...proposal.candidates.map(({ value, description }) =>
          description === "" ? value : `${value}  ${description}`,
        ),
      ];
    case "files":
    case "folders":
    case "programs":
      return [proposal.kind];
  }
}
