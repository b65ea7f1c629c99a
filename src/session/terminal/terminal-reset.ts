// Sequences after xterm's ctlseqs.txt, DEC's VT510 manual, ECMA-48 and console_codes(4). A terminal that doesn't know one
// of them ignores it; none moves the cursor, but where that is said.

const escape = "\x1b";
const restOfString = "\x18\x1b\\";

/** Back to where sequences are understood: an open string would swallow all that follows, as would other modes. */
export const ground = [
  restOfString, // CAN, ST
  `${escape}<`, // out of VT52 mode
  `${escape}\x03`, // out of Tektronix mode
  `${escape}[4i`, // out of printer controller mode
  `${escape}[?2026l`, // what is written is drawn
].join("");

/** Text is shown as it is, where it's written. */
export const readable = [
  `${escape}[0$}`, // not on the status line
  `${escape}(B${escape})B${escape}*B${escape}+B\x0f`, // ASCII, shifted in
  `${escape}[0m`, // not concealed, no colours
  `${escape}]8;;${escape}\\`, // no hyperlink
].join("");

/** Modes that full-screen programs turn on and that spoil a shell when they stay (DEC private modes) */
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
  "2031", // colour scheme reports
  "5", // reverse video
  "42", // national character sets
];

/** Alternate screen; does nothing on the ordinary one, unlike 1049, which moves the cursor then */
const ordinaryScreen = `${escape}[?1047l`;

/** All else that a program can leave set, whatever the terminal was in. */
export const ordinary = [
  `${escape}[?${offByDefault.join(";")}l`,
  ordinaryScreen,
  readable,
  `${escape}[!p`, // origin, erasure protection, margins, paragraphs from right to left (DECSTR)
  `${escape}[2l${escape}[4l${escape}[12h${escape}[20l`, // keys work, text replaces, no echo, line feeds only feed
  // The whole screen scrolls; both move the cursor, which comes back
  `${escape}7${escape}[?69l${escape}[r${escape}8`,
  `${escape}[?7;25h`, // lines wrap, the cursor is visible
  `${escape}>`, // numeric keypad
].join("");

/** What is reset only when it was set, because the user's own settings would go, or the cursor would move. */
export const setBack = {
  images: `${escape}_Ga=d${escape}\\`,
  keyboardFlags: `${escape}[=0u`,
  otherKeys: `${escape}[>4m`,
  alternateScreen: `${escape}[?1049l`,
  columns: `${escape}[?3l${escape}[?40l`,
  /** The palette; text, background and cursor; pointer, highlight */
  colours: ["104", "110", "111", "112", "113", "114", "117", "119"]
    .map((code) => `${escape}]${code}${escape}\\`)
    .join(""),
  consolePalette: `${escape}]R${escape}\\`,
} as const;

/** This line is as wide and as high as others, and empty. */
export const emptyLine = `\r${escape}#5${escape}[K`;
/** And so is all below. */
export const emptyBelow = `\r${escape}#5${escape}[J`;
