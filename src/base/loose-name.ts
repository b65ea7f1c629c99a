/** What no reader sees and file systems leave out: HFS+ and git's guard of its own `.git` know some, others more */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** A name as the least exact reader compares it; upper case first, so that ſ is s and the Kelvin sign is k. */
export function toFolded(name: string): string {
  return name.replace(invisible, "").normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** By hand: `/[. ]+$/` would take hours for a name of a million dots and a letter behind them. */
export function withoutDotsAtEnd(name: string): string {
  let end = name.length;
  while (name[end - 1] === "." || name[end - 1] === " ") end -= 1;
  return name.slice(0, end);
}
