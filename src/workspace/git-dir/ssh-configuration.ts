import { globSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { orNothing } from "../../base/fs/beneath.ts";
import { readPlainFile } from "../../base/fs/plain-file.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";
import { fitsPattern } from "./pointed/name-pattern.ts";
import type { WritableFolders } from "../../base/writable-folders.ts";

// The host that an alias of ssh's stands for, by ssh_config(5). `ssh -G` would say it too, but it runs the commands of
// `Match exec`, and files that it includes may be a sandbox's: here files are only read, and those are left out.

/** What an SSH configuration says of a host. */
export type SshHost =
  | { readonly kind: "host"; readonly name: string }
  /** Nothing: it's a name by itself */
  | { readonly kind: "unlisted" }
  /** Only ssh could tell */
  | { readonly kind: "unclear"; readonly why: string };

interface SshPlace {
  /** The user's home folder */
  readonly home: string;
  /** Files in these aren't read */
  readonly writable: WritableFolders;
  /** Of the machine; read after the user's own */
  readonly system?: string;
}

const maxBytes = 1024 * 1024;
/** As ssh has it (`READCONF_MAX_DEPTH`). */
const maxDepth = 16;
const maxFiles = 200;
/** `Keyword argument`, `Keyword=argument`, blanks around. */
const lineShape = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/;
const wordShape = /"([^"]*)"|(\S+)/g;

/** What is being read of a host; what was said first counts. */
interface Reading extends SshPlace {
  readonly original: string;
  readonly user: string;
  files: number;
  name: string | undefined;
  canonicalize: boolean | undefined;
  unclear: string | undefined;
}

/** @param user that the address names */
export function resolveSshHost(
  host: string,
  { user = "", ...place }: SshPlace & { readonly user?: string },
): SshHost {
  const reading: Reading = {
    ...place,
    original: host,
    user,
    files: 0,
    name: undefined,
    canonicalize: undefined,
    unclear: undefined,
  };
  for (const file of [join(place.home, ".ssh/config"), place.system ?? "/etc/ssh/ssh_config"]) {
    readFile(reading, file, { isActive: true, depth: 0 });
  }
  if (reading.name !== undefined) {
    const name = reading.name.replaceAll(/%([%h])/g, (_, sign) => (sign === "h" ? host : "%"));
    return { kind: "host", name: name.toLowerCase() };
  }
  if (reading.unclear !== undefined) return { kind: "unclear", why: reading.unclear };
  const isShort = !host.includes(".");
  return isShort && reading.canonicalize === true
    ? { kind: "unclear", why: "CanonicalizeHostname asks the network for its whole name" }
    : { kind: "unlisted" };
}

interface Section {
  readonly isActive: boolean;
  readonly depth: number;
}

function readFile(reading: Reading, path: string, { isActive, depth }: Section): void {
  if (depth > maxDepth || ++reading.files > maxFiles) return;
  if (reading.writable.holderOf(path) !== undefined) return;
  const content = orNothing(() => readPlainFile(toNameBytes(path), maxBytes));
  const base = depth === 0 && path.startsWith("/etc/") ? "/etc/ssh" : join(reading.home, ".ssh");
  let active = isActive;
  // Whether only ssh could say that what follows counts
  let condition: string | undefined;
  for (const line of (content?.toString("utf8") ?? "").split("\n")) {
    const [, keyword = "", rest = ""] = lineShape.exec(line) ?? [];
    const words = Array.from(
      rest.matchAll(wordShape),
      ([, quoted, plain]) => quoted ?? plain ?? "",
    );
    switch (keyword.toLowerCase()) {
      case "host":
        active = isActive && matchesAny(reading.original, words);
        condition = undefined;
        break;
      case "match":
        ({ active, condition } = readMatch(reading, words, isActive));
        break;
      case "include":
        if (!active) break;
        for (const one of findFiles(words, { base, home: reading.home })) {
          readFile(reading, one, { isActive: true, depth: depth + 1 });
        }
        break;
      case "hostname":
        if (!active || reading.name !== undefined) break;
        if (condition === undefined) reading.name = words[0];
        else reading.unclear ??= condition;
        break;
      case "canonicalizehostname":
        if (active) reading.canonicalize ??= /^(?:yes|always)$/i.test(words[0] ?? "");
    }
  }
}

/** Paths that `Include` names, in its order. */
function findFiles(
  words: readonly string[],
  { base, home }: { readonly base: string; readonly home: string },
): readonly string[] {
  return words.flatMap((word) => {
    const path = resolve(base, word.replace(/^~(?=\/)/, home));
    return /[*?[]/.test(path) ? (orNothing(() => globSync(path).toSorted()) ?? []) : [path];
  });
}

/** One of the patterns fits, and none that is negated (ssh_config(5), "PATTERNS"). */
function matchesAny(text: string, patterns: readonly string[]): boolean {
  const fits = (pattern: string): boolean => fitsPattern(text.toLowerCase(), pattern.toLowerCase());
  const negated = patterns.filter((one) => one.startsWith("!")).map((one) => one.slice(1));
  const plain = patterns.filter((one) => !one.startsWith("!"));
  return plain.some(fits) && !negated.some(fits);
}

/** Criteria of a `Match` line: all of them must fit. */
function readMatch(
  reading: Reading,
  words: readonly string[],
  isActive: boolean,
): { readonly active: boolean; readonly condition: string | undefined } {
  let condition: string | undefined;
  const left = [...words];
  let active = isActive;
  for (let word = left.shift(); word !== undefined && active; word = left.shift()) {
    const isNegated = word.startsWith("!");
    const name = word.replace(/^!/, "").toLowerCase();
    if (name === "all") continue;
    // They count when the configuration is read again, with a name that is known by then
    if (name === "canonical" || name === "final") {
      active = isNegated;
      continue;
    }
    const value = toMatchValue(reading, name);
    const patterns = left.shift() ?? "";
    if (value === undefined) condition = `"Match ${name}" decides about it`;
    else active = matchesAny(value, patterns.split(",")) !== isNegated;
  }
  return { active, condition };
}

/** Undefined for what isn't known here. */
function toMatchValue({ original, name, user }: Reading, criterion: string): string | undefined {
  switch (criterion) {
    case "host":
      return name ?? original;
    case "originalhost":
      return original;
    case "user":
      return user;
    case "localuser":
      return orNothing(() => userInfo().username) ?? "";
    default:
      return undefined;
  }
}
