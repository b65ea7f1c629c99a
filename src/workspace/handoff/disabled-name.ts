import { randomBytes } from "node:crypto";
import { maxNameBytes } from "../../base/fs/folder-descriptor.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";

/** What git doesn't look for, beside what it was. */
const disabledSuffix = ".vaultbox-disabled";
const maxNames = 100;
const maxCounted = 10;
const maxShortLength = 8;

/** Whether a name is one that disabling gave. */
export function isDisabledName(name: string): boolean {
  return name.includes(disabledSuffix);
}

/** Names for what is disabled: after a few that may be taken ones that nobody can have taken before. */
export function* countedNames(name: string): Generator<string> {
  yield toDisabledName(name, "");
  for (let count = 2; count <= maxCounted; count++) yield toDisabledName(name, `-${count}`);
  for (let count = maxCounted; count < maxNames; count++) yield* secretNames(name);
}

/** A name that nobody can have counted on. */
export function* secretNames(name: string): Generator<string> {
  yield toDisabledName(name, `-${randomBytes(8).toString("hex")}`);
}

/** Names that need no more room than the one that is there, for a full disk; `~` is in no name of a branch. */
export function* shortNames(name: string): Generator<string> {
  const length = Math.min(Buffer.byteLength(toNameBytes(name)), maxShortLength);
  for (let count = 0; count < maxCounted; count++) {
    yield `~${randomBytes(maxShortLength).toString("hex")}`.slice(0, length);
  }
}

/** As long as a file system takes it. */
function toDisabledName(name: string, end: string): string {
  const suffix = `${disabledSuffix}${end}`;
  const characters = Array.from(name);
  const length = (): number => Buffer.byteLength(toNameBytes(characters.join("")));
  while (length() + suffix.length > maxNameBytes) characters.pop();
  return `${characters.join("")}${suffix}`;
}
