/* eslint-disable no-control-regex -- terminal sequences begin with one */
import { emptyBelow, emptyLine, ground, ordinary, readable, setBack } from "./terminal-reset.ts";

/** Bytes without which output is text, whatever comes: no escape, no shift to another character set, no C1 control */
const control = /[\x0e\x1b\x80-\x9f]/;
/** An unfinished sequence is kept for the next chunk up to this length. */
const maxPartial = 64;
const partial = /(?:\xc2|\x1b(?:\[[?<>=]?[\d;:]*|\]\d*|_)?)$/;
/** `CSI ? n ; … h` or `l`; `CSI > n u`, `< n u`, `= n u` of kitty's keyboard protocol; `CSI > 4 m`; `OSC n`; `APC G` */
const sequence =
  /\x1b(?:\[(?:\?([\d;]+)([hl])|([<>=])([\d;:]*)([um]))|\](?:(\d+)(?=[;\x07\x1b])|(P))|_(G))/g;
/** Commands of an operating system control that change no colour: titles, links, the clipboard, notifications, marks */
const colourless: readonly number[] = [0, 1, 2, 3, 7, 8, 9, 22, 52, 99, 133, 633, 777];

/** What a command's output has made of a terminal. */
export interface TerminalUse {
  /** @param isShown whether it's known to come to this terminal, and not by way of something else */
  readonly read: (chunk: Buffer, options?: { readonly isShown: boolean }) => void;
  /** Whether the output was more than text */
  readonly isChanged: () => boolean;
  /** Makes a line readable that is written while the command runs, as far as that goes without spoiling its screen */
  readonly lead: () => string;
  /** Makes it an ordinary terminal again, with the cursor at the beginning of a line; empty when nothing is needed */
  readonly reset: () => string;
}

/**
 * A program that is killed leaves the terminal as it was using it, and a hostile one as it hides what comes next. So the
 * reset doesn't depend on what was understood of the output: only what would cost the user something waits for it.
 */
export function followTerminal(): TerminalUse {
  const toSetBack = new Set<keyof typeof setBack>();
  let isChanged = false;
  let isAtLineStart = true;
  let keyboardLevels = 0;
  let rest = "";

  const note = (part: keyof typeof setBack, isSet: boolean): void => {
    if (isSet) toSetBack.add(part);
    else toSetBack.delete(part);
  };
  const readSequence = (found: RegExpExecArray): void => {
    const [, modes = "", action, direction, count = "", final, command, palette, image] = found;
    for (const mode of modes.split(";")) {
      if (mode === "1049") note("alternateScreen", action === "h");
      if (mode === "3") note("columns", action === "h");
    }
    if (final === "m" && direction === ">") note("otherKeys", true);
    if (final === "u") {
      if (direction === "=") note("keyboardFlags", true);
      else if (direction === ">") keyboardLevels += 1;
      // A pop without a number takes one
      else keyboardLevels = Math.max(0, keyboardLevels - Math.max(1, Number(count)));
    }
    if (command !== undefined && !colourless.includes(Number(command))) note("colours", true);
    if (palette !== undefined) note("consolePalette", true);
    if (image !== undefined) note("images", true);
  };
  return {
    isChanged: () => isChanged,
    read: (chunk, { isShown } = { isShown: true }) => {
      if (chunk.length === 0) return;
      if (isShown) isAtLineStart = chunk.at(-1) === 0x0a;
      const bytes = chunk.toString("latin1");
      if (rest === "" && !control.test(bytes)) return;
      isChanged = true;
      const text = (rest + bytes).replace(/\xc2?([\x80-\x9f])/g, toTwoCharacters);
      for (const found of text.matchAll(sequence)) readSequence(found);
      rest = partial.exec(text.slice(-maxPartial))?.[0] ?? "";
    },
    lead: () => {
      const newLine = isAtLineStart ? "" : "\r\n";
      isAtLineStart = true;
      if (!isChanged) return newLine;
      const colours = toSetBack.has("colours") ? setBack.colours : "";
      return [ground, colours, readable, newLine, emptyLine].join("");
    },
    reset: () => {
      const newLine = isAtLineStart ? "" : "\r\n";
      isAtLineStart = true;
      if (!isChanged) return newLine;
      const keyboard = keyboardLevels > 0 ? [`\x1b[<${keyboardLevels}u`] : [];
      const set = [...toSetBack].map((part) => setBack[part]);
      return [ground, ...keyboard, ...set, ordinary, newLine, emptyBelow].join("");
    },
  };
}

/** A C1 control as the escape sequence that it stands for (ECMA-48, 5.3). */
function toTwoCharacters(_: string, control: string): string {
  return `\x1b${String.fromCharCode(control.charCodeAt(0) - 0x40)}`;
}
