/**
 * Modes that full-screen programs turn on and that spoil a shell when they stay (DEC private modes; xterm's
 * ctlseqs.txt), in the order in which they are taken back: the alternate screen after what was set inside it.
 */
const offByDefault: readonly string[] = [
  "1", // cursor keys send application sequences
  // Mouse reports
  "9",
  "1000",
  "1001",
  "1002",
  "1003",
  "1005",
  "1006",
  "1015",
  "1016",
  "1004", // focus reports
  "2004", // bracketed paste
  "2026", // synchronised output
  "2031", // colour scheme reports
  // Alternate screen
  "47",
  "1047",
  "1049",
];
const onByDefault: readonly string[] = [
  "7", // lines wrap
  "25", // the cursor is visible
];

/** Longest beginning of a sequence that is kept for the next chunk. */
const maxPartial = 64;
const escape = "\x1b";
const partial = new RegExp(`${escape}(?:\\[(?:[?<>=][\\d;]*)?)?$`);
/** `CSI ? n ; … h` or `l`, and the keyboard protocol's push `CSI > n u` and pop `CSI < n u`. */
const sequence = new RegExp(`${escape}\\[(?:\\?([\\d;]+)([hl])|([<>])(\\d*)u)`, "g");

/** Follows the modes in a command's output. */
export interface TerminalModes {
  readonly read: (chunk: Buffer) => void;
  /** What turns back all that was left changed; empty when nothing was */
  readonly reset: () => string;
}

/** A program that is killed leaves the terminal as it was using it; this knows what to take back, and nothing else. */
export function followTerminalModes(): TerminalModes {
  const changed = new Set<string>();
  let keyboardLevels = 0;
  let rest = "";

  const setMode = (mode: string, isOn: boolean): void => {
    const wasOn = onByDefault.includes(mode);
    if (isOn === wasOn) changed.delete(mode);
    else if (wasOn || offByDefault.includes(mode)) changed.add(mode);
  };
  return {
    read: (chunk) => {
      if (rest === "" && !chunk.includes(0x1b)) return;
      const text = rest + chunk.toString("latin1");
      for (const [, modes, action, direction, count] of text.matchAll(sequence)) {
        for (const mode of modes?.split(";") ?? []) setMode(mode, action === "h");
        if (direction === ">") keyboardLevels += 1;
        // A pop without a number takes one
        else if (direction === "<") keyboardLevels -= Math.max(1, Number(count));
        keyboardLevels = Math.max(0, keyboardLevels);
      }
      rest = partial.exec(text.slice(-maxPartial))?.[0] ?? "";
    },
    reset: () => {
      const off = offByDefault.filter((mode) => changed.has(mode)).map((mode) => `\x1b[?${mode}l`);
      const on = onByDefault.filter((mode) => changed.has(mode)).map((mode) => `\x1b[?${mode}h`);
      const keyboard = keyboardLevels > 0 ? [`\x1b[<${keyboardLevels}u`] : [];
      return [...keyboard, ...off, ...on].join("");
    },
  };
}
