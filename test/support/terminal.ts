import { spawn } from "node:child_process";
import { cliEnvironment, cliPath } from "./run-cli.ts";

export interface TerminalRun {
  readonly env: Readonly<Record<string, string>>;
  /** Text on the screen after which `type` is typed */
  readonly when: string;
  readonly type: string;
  /** Of the terminal; default: it says nothing of its size */
  readonly columns?: number;
  /** Called then, too */
  readonly onShown?: () => void;
}

export interface TerminalResult {
  /** All that was shown, and `echo is on` or `echo is off` of the terminal afterwards */
  readonly screen: string;
  readonly status: number;
}

/** Runs the CLI on a terminal of its own, made by `script` of Debian's bsdutils. */
export async function runOnTerminal(
  args: readonly string[],
  run: TerminalRun,
): Promise<TerminalResult> {
  const words = [process.execPath, cliPath, ...args].map((word) => `'${word}'`).join(" ");
  const size = run.columns === undefined ? "" : `stty cols ${run.columns}; `;
  const command = `${size}${words}; status=$?; stty -a | grep -q ' echo ' && echo echo is on || echo echo is off; exit $status`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: cliEnvironment(run.env["HOME"] ?? "/nonexistent", { ...run.env, SHELL: "/bin/sh" }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  let screen = "";
  let typed = false;
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
    if (typed || !screen.includes(run.when)) return;
    typed = true;
    child.stdin.write(run.type);
    run.onShown?.();
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  return { screen, status };
}
