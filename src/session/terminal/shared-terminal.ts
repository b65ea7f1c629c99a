import { fstatSync } from "node:fs";
import { shareTerminal, writeLine } from "../../base/print.ts";
import type { PassedOutput } from "./passed-output.ts";
import { followTerminal } from "./terminal-modes.ts";

type Screen = NodeJS.WriteStream;

/** Lines that were said during a run and may have been drawn over; more than a run says */
const maxRepeated = 100;

/**
 * Keeps what vaultbox says readable on a terminal that the command writes to as well. `giveBack` makes it an ordinary
 * terminal again, and says once more what the command may have drawn over.
 */
export function keepReadable(
  user: { readonly stdout: Screen; readonly stderr: Screen },
  outputs: readonly PassedOutput[],
): { readonly giveBack: () => void } {
  if (!user.stderr.isTTY) keepLines(user.stderr, outputs);
  const screens = toScreens(user);
  if (screens.length === 0) return { giveBack: () => undefined };
  const use = followTerminal();
  for (const { from, to } of outputs) {
    // A pipe may end at the same terminal, as `| cat` does
    from.on("data", (chunk: Buffer) => use.read(chunk, { isShown: to.isTTY }));
  }
  const said: string[] = [];
  const share = user.stderr.isTTY
    ? shareTerminal({
        outputs: ["stderr"],
        lead: use.lead,
        lineEnd: "\r\n",
        onLine: (text) => void (said.length < maxRepeated && said.push(text)),
      })
    : undefined;
  return {
    giveBack: () => {
      const isDrawnOver = use.isChanged();
      const reset = use.reset();
      if (reset !== "") for (const screen of screens) screen.write(reset);
      if (isDrawnOver) for (const text of said.splice(0)) writeLine("stderr", text);
      share?.[Symbol.dispose]();
    },
  };
}

/**
 * Lines of our own begin at the start of one in a pipe or file as well, to the end of this process: a program reads them,
 * such as what `--json` says. The line break is written with such a line only, and is no part of the command's output.
 */
function keepLines(stderr: Screen, outputs: readonly PassedOutput[]): void {
  let isAtLineStart = true;
  for (const { from, to } of outputs) {
    if (!isSameFile(to, stderr)) continue;
    from.on("data", (chunk: Buffer) => {
      if (chunk.length > 0) isAtLineStart = chunk.at(-1) === 0x0a;
    });
  }
  shareTerminal({
    outputs: ["stderr"],
    lead: () => {
      const lead = isAtLineStart ? "" : "\n";
      isAtLineStart = true;
      return lead;
    },
    lineEnd: "\n",
    onLine: () => undefined,
  });
}

/** Whether two outputs go to one place, as with `2>&1`. */
function isSameFile(one: Screen, other: Screen): boolean {
  if (one === other) return true;
  if (!("fd" in one) || !("fd" in other)) return false;
  const [a, b] = [fstatSync(Number(one.fd)), fstatSync(Number(other.fd))];
  return a.dev === b.dev && a.ino === b.ino;
}

/** The terminals among them, each once. */
function toScreens({ stdout, stderr }: { stdout: Screen; stderr: Screen }): readonly Screen[] {
  const screens = [stderr, stdout].filter((stream) => stream.isTTY);
  const devices = screens.map((screen) => ("fd" in screen ? fstatSync(Number(screen.fd)).rdev : 0));
  return screens.filter((_, index) => devices.indexOf(devices[index] ?? 0) === index);
}
