import { VaultboxError } from "../base/errors.ts";
import { runVaultbox } from "./run-vaultbox.ts";
import type { VaultboxResult } from "./run-vaultbox.ts";
import type { DemoHome } from "./demo-home.ts";

/** What every step of the demo needs. */
export interface DemoContext {
  readonly home: DemoHome;
  /** Aborts when the user wants an end */
  readonly signal: AbortSignal;
  /** A line of the transcript */
  readonly onLine: (line: string) => void;
}

export interface DemoStep {
  readonly args: readonly string[];
  /** What the transcript shows before the command: `printf %s "$KEY" |` */
  readonly shownInput?: string;
  readonly input?: string;
  /** Output lines of the transcript; all without it */
  readonly shows?: (line: string) => boolean;
}

/** Runs one vaultbox command and shows it as a terminal would: the command line, then its output. */
export async function runStep(context: DemoContext, step: DemoStep): Promise<VaultboxResult> {
  const { home, onLine, signal } = context;
  const before = step.shownInput === undefined ? "" : `${step.shownInput} `;
  onLine("");
  onLine(`$ ${before}vaultbox ${step.args.map(toShellWord).join(" ")}`);
  return runVaultbox({
    args: step.args,
    env: home.env,
    cwd: home.workspace,
    signal,
    onLine: (line) => {
      if (step.shows?.(line) !== false) onLine(`  ${line}`);
    },
    ...(step.input === undefined ? {} : { input: step.input }),
  });
}

/** The same for a step without which the demo can't go on. @throws VaultboxError VBX_DEMO_FAILED */
export async function runRequiredStep(
  context: DemoContext,
  step: DemoStep,
): Promise<VaultboxResult> {
  const result = await runStep(context, step);
  if (result.status === 0) return result;
  throw new VaultboxError(
    "VBX_DEMO_FAILED",
    `cannot go on with the demo: "vaultbox ${step.args.slice(0, 2).join(" ")}" ended with status ${result.status}`,
    { hints: ["the lines above say why; for a look at the whole installation: vaultbox doctor"] },
  );
}

/** As a person would type it; a script of several lines is cut to its beginning. */
function toShellWord(word: string): string {
  const line = word.includes("\n") ? `${word.slice(0, word.indexOf("\n"))} …` : word;
  const short = line.length > 100 ? `${line.slice(0, 100)} …` : line;
  return /^[\w@%+=:,./*-]+$/.test(short) ? short : `'${short}'`;
}
