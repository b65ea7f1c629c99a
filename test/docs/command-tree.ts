import type { Command } from "commander";
import { buildProgram, commandNames } from "../../src/cli/program.ts";

/** A command of the program, with the words that call it: `vaultbox credential add`. */
export interface CommandPage {
  readonly path: string;
  readonly command: Command;
}

const helpWidth = 80;

/** All of them: the program itself, then each command before those below it. */
export async function readCommands(): Promise<readonly CommandPage[]> {
  const pages: CommandPage[] = [{ path: "vaultbox", command: await buildProgram([]) }];
  for (const name of commandNames) {
    // The others of this program are empty
    const program = await buildProgram([name]);
    const command = program.commands.find((one) => one.name() === name);
    if (command === undefined) throw new Error(`the program has no command ${name}`);
    pages.push(...toPages(command, "vaultbox"));
  }
  return pages;
}

function toPages(command: Command, above: string): readonly CommandPage[] {
  const path = `${above} ${command.name()}`;
  return [{ path, command }, ...command.commands.flatMap((child) => toPages(child, path))];
}

/** What `--help` prints in a terminal of 80 columns. */
export function readHelp(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => helpWidth,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}
